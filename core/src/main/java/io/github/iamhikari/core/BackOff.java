package io.github.iamhikari.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A wait after a failure, which doubles with each further failure.
 *
 * @param length the length of the wait
 * @param sinceNanos its beginning, by a clock such as {@link System#nanoTime()}
 */
record BackOff(Duration length, long sinceNanos) {

  /** The wait after another failure at this time. */
  static BackOff after(@Nullable BackOff previous, Duration first, Duration longest, long now) {
    return new BackOff(
        previous == null ? first : shorter(previous.length.multipliedBy(2), longest), now);
  }

  /** The remaining time; zero or negative if the wait is over. */
  Duration remainingAt(long now) {
    return length.minusNanos(now - sinceNanos);
  }

  boolean isOverAt(long now) {
    return remainingAt(now).compareTo(Duration.ZERO) <= 0;
  }

  BackOff atMost(Duration longest) {
    return new BackOff(shorter(length, longest), sinceNanos);
  }

  /** The same wait, restarted now. */
  BackOff restartedAt(long now) {
    return new BackOff(length, now);
  }

  /** As long, and over now. */
  BackOff overAt(long now) {
    return new BackOff(length, now - length.toNanos());
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
