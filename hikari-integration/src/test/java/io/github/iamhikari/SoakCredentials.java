package io.github.iamhikari;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * An AWS credentials provider whose key can be rotated and revoked at the server, but never between
 * the signing of a token and the first login with it: a pool opens one connection at a time.
 */
final class SoakCredentials implements AwsCredentialsProvider {

  private final LocalRds rds;
  private AccessKey key = AccessKey.random();
  private boolean failing;
  private boolean revoked;
  private boolean unproven;

  SoakCredentials(LocalRds rds) {
    this.rds = rds;
    rds.add(key);
  }

  @Override
  public synchronized AwsCredentials resolveCredentials() {
    if (failing) {
      throw new IllegalStateException("the metadata service is down");
    }
    unproven = !revoked;
    return AwsBasicCredentials.create(key.id(), key.secret());
  }

  /** Takes note that a login succeeded. */
  synchronized void accepted() {
    unproven = false;
    notifyAll();
  }

  synchronized void fail(boolean fails) {
    failing = fails;
  }

  /** Gives another key from now on, and the old one is revoked. */
  synchronized void rotate() {
    revoke();
    key = AccessKey.random();
    rds.add(key);
    revoked = false;
  }

  /** The key is revoked, but still given. */
  synchronized void revoke() {
    while (unproven) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    revoked = true;
    rds.revoke(key.id());
  }
}
