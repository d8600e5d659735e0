package io.github.iamhikari.localrds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still until it is advanced. */
final class SettableClock implements InstantSource {

  private volatile Instant now = Instant.parse("2026-01-31T23:58:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  /** As {@link System#nanoTime()}. */
  long nanoTime() {
    return Duration.between(Instant.EPOCH, now).toNanos();
  }

  void advance(Duration duration) {
    now = now.plus(duration);
  }
}
