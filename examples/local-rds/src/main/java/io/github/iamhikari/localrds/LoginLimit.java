package io.github.iamhikari.localrds;

import java.util.function.LongSupplier;

/**
 * A limit of logins a second, which is also the largest burst. Refused logins do not count. Safe
 * for use by several threads.
 */
final class LoginLimit {

  private final LongSupplier nanoTime;
  private int perSecond;
  private double allowance;
  private long countedNanos;

  /**
   * A limit that accepts any number.
   *
   * @param nanoTime a monotonic clock, as {@link System#nanoTime()}
   */
  LoginLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Sets the number a second; 0 for no limit. */
  synchronized void set(int loginsPerSecond) {
    perSecond = loginsPerSecond;
    allowance = loginsPerSecond;
    countedNanos = nanoTime.getAsLong();
  }

  /** {@return whether a login is accepted now; if so, it counts} */
  synchronized boolean takesOne() {
    if (perSecond == 0) {
      return true;
    }
    long now = nanoTime.getAsLong();
    allowance = Math.min(perSecond, allowance + (now - countedNanos) / 1e9 * perSecond);
    countedNanos = now;
    if (allowance < 1) {
      return false;
    }
    allowance--;
    return true;
  }
}
