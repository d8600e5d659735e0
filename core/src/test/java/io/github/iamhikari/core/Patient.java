package io.github.iamhikari.core;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.TestClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A login that is well until somebody changes it. */
final class Patient implements AutoCloseable {

  final Properties properties = new Properties();
  final TestClock clock = new TestClock();
  private final Deque<AutoCloseable> remedies = new ArrayDeque<>();

  String url;
  String user;
  @Nullable AwsCredentialsProvider credentials;
  boolean isOffline = true;
  @Nullable Duration maxLifetime;

  Patient(String url, String user, AccessKey key) {
    this.url = url;
    this.user = user;
    this.credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  }

  void set(String property, String value) {
    properties.setProperty(property, value);
  }

  /** Undone after the examination; the last one first. */
  <T extends AutoCloseable> T until(T remedy) {
    remedies.push(remedy);
    return remedy;
  }

  IamDataSource.Builder login() {
    IamDataSource.Builder login = IamDataSource.builder();
    if (maxLifetime != null) {
      login.maxLifetime(maxLifetime);
    }
    return login
        .jdbcUrl(url)
        .user(user)
        .properties(properties)
        .awsCredentialsProvider(credentials)
        .clock(clock, clock::nanoTime);
  }

  @Override
  public void close() {
    while (!remedies.isEmpty()) {
      try {
        remedies.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("the patient cannot be left as it was", e);
      }
    }
  }
}
