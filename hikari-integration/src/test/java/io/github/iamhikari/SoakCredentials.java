package io.github.iamhikari;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * An AWS credentials provider whose key can be rotated and revoked at the server, but never between
 * the signing of a token and the first login with it: a pool opens one connection at a time.
 */
final class SoakCredentials implements AwsCredentialsProvider {

  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final LocalRds rds;
  private AccessKey key = AccessKey.random();
  private boolean failing;
  private boolean revoked;
  private boolean unproven;
  private String signedFrom = "";

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
    signedFrom = AMZ_DATE.format(Instant.now());
    return AwsBasicCredentials.create(key.id(), key.secret());
  }

  /**
   * Takes note that a login succeeded. A token that is still in use while the next one is signed
   * proves nothing of the next one.
   */
  synchronized void accepted(String token) {
    String signed = token.replaceFirst(".*X-Amz-Date=([0-9TZ]+).*", "$1");
    if (token.contains(key.id()) && signed.compareTo(signedFrom) >= 0) {
      unproven = false;
      notifyAll();
    }
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
