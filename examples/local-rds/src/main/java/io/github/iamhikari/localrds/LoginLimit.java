package io.github.iamhikari.localrds;

import java.util.function.LongSupplier;

/**
 * How many logins a server takes: so many a second, and as many at once after a second without any.
 * One that is refused does not count. Safe for use by several threads.
 */
final class LoginLimit {

  private final LongSupplier nanoTime;
  private int perSecond;
  private double allowance;
  private long countedNanos;

  /**
   * One that takes any number.
   *
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   */
  LoginLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Takes so many a second from now on; any number for 0. */
  synchronized void set(int loginsPerSecond) {
    perSecond = loginsPerSecond;
    allowance = loginsPerSecond;
    countedNanos = nanoTime.getAsLong();
  }

  /** {@return whether there may be a login now, which counts then} */
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
