package io.github.iamhikari.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A time to wait after a failure, which doubles with each one that follows.
 *
 * @param length how long it is
 * @param sinceNanos since when, by a clock as {@link System#nanoTime()}
 */
record BackOff(Duration length, long sinceNanos) {

  /** The wait after another failure, now. */
  static BackOff after(@Nullable BackOff previous, Duration first, Duration longest, long now) {
    return new BackOff(
        previous == null ? first : shorter(previous.length.multipliedBy(2), longest), now);
  }

  /** What is left of it; zero or less if it is over. */
  Duration remainingAt(long now) {
    return length.minusNanos(now - sinceNanos);
  }

  boolean isOverAt(long now) {
    return remainingAt(now).compareTo(Duration.ZERO) <= 0;
  }

  BackOff atMost(Duration longest) {
    return new BackOff(shorter(length, longest), sinceNanos);
  }

  /** As long once more, from now on. */
  BackOff restartedAt(long now) {
    return new BackOff(length, now);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
