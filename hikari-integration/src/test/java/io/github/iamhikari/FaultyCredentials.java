package io.github.iamhikari;

import io.github.iamhikari.localrds.AccessKey;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** AWS credentials that come, fail or are waited for, as a test says. For several threads. */
final class FaultyCredentials implements AwsCredentialsProvider, AutoCloseable {

  private final AtomicInteger resolved = new AtomicInteger();
  private volatile Supplier<AwsCredentials> next;
  private volatile boolean closed;

  FaultyCredentials(AccessKey key) {
    this.next = of(key, null);
  }

  /** Gives these from now on. */
  void give(AccessKey key) {
    next = of(key, null);
  }

  /** Gives these from now on, which end then. */
  void give(AccessKey key, Instant expirationTime) {
    next = of(key, expirationTime);
  }

  /** Gives none from now on. */
  void fail(String message) {
    next =
        () -> {
          throw new IllegalStateException(message);
        };
  }

  /** Lets those wait who ask from now on, until they are let go or interrupted. */
  Hang hang() {
    Hang hang = new Hang(next);
    next = hang;
    return hang;
  }

  /** How often they were asked for. */
  int resolved() {
    return resolved.get();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public AwsCredentials resolveCredentials() {
    resolved.incrementAndGet();
    return next.get();
  }

  @Override
  public void close() {
    closed = true;
  }

  private static Supplier<AwsCredentials> of(AccessKey key, @Nullable Instant expirationTime) {
    String sessionToken = key.sessionToken();
    AwsCredentials credentials =
        sessionToken == null
            ? AwsBasicCredentials.create(key.id(), key.secret())
            : AwsSessionCredentials.builder()
                .accessKeyId(key.id())
                .secretAccessKey(key.secret())
                .sessionToken(sessionToken)
                .expirationTime(expirationTime)
                .build();
    return () -> credentials;
  }

  /** A metadata service that does not answer. */
  static final class Hang implements Supplier<AwsCredentials> {

    private final Supplier<AwsCredentials> then;
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);

    private Hang(Supplier<AwsCredentials> then) {
      this.then = then;
    }

    /** Waits until somebody waits. */
    void awaitSomebody() throws InterruptedException {
      begun.await();
    }

    /** Answers all, from now on. */
    void end() {
      over.countDown();
    }

    @Override
    public AwsCredentials get() {
      begun.countDown();
      try {
        over.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while AWS credentials were asked for", e);
      }
      return then.get();
    }
  }
}
