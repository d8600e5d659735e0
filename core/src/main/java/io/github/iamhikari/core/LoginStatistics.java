package io.github.iamhikari.core;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Counts signed, failed and rejected tokens. Thread-safe. */
final class LoginStatistics {

  private final InstantSource clock;
  private final AtomicLong signed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong rejected = new AtomicLong();
  private final AtomicLong signingNanos = new AtomicLong();
  private volatile @Nullable String lastFailure;

  LoginStatistics(InstantSource clock) {
    this.clock = clock;
  }

  void signed(Duration took) {
    signingNanos.addAndGet(took.toNanos());
    signed.incrementAndGet();
  }

  void failed(Duration took, String reason) {
    signingNanos.addAndGet(took.toNanos());
    failed.incrementAndGet();
    lastFailure(reason);
  }

  void rejected() {
    rejected.incrementAndGet();
  }

  void lastFailure(String reason) {
    lastFailure = clock.instant() + ": " + reason;
  }

  TokenStatus status(@Nullable IamToken token, Duration remaining, Duration awaited) {
    return new TokenStatus(
        token == null ? null : token.usableUntil(),
        remaining,
        awaited,
        signed.get(),
        failed.get(),
        Duration.ofNanos(signingNanos.get()),
        rejected.get(),
        lastFailure);
  }
}
