package io.github.iamhikari.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The rate at which a pool with connections logs in while the server rejects some logins, as RDS
 * does above about 200 per second. The pool first gives way to pools without connections, and then
 * fills at a rate that grows over time and shrinks with each rejection. A pool without rejections
 * has no pace.
 *
 * <p>The number of pools is unknown. But each pool knows how long the server has been rejecting
 * logins, and this time grows with the number of pools, so all rates derive from it. The constants
 * were found with {@code FleetSimulationTest}, which shows their effect.
 *
 * @param startNanos when the server rejected the first login, by a clock such as {@link
 *     System#nanoTime()}
 * @param headStart seconds to add to the time since then, an estimate by a pool that had opened
 *     connections just before
 * @param isGivingWay whether the pool has opened a connection since then, or just before
 * @param perSecond logins per second
 * @param acceptedInARow accepted logins since the last rejection
 * @param dueNanos when the next login is due
 */
record Pace(
    long startNanos,
    double headStart,
    boolean isGivingWay,
    double perSecond,
    int acceptedInARow,
    long dueNanos) {

  /**
   * A pool that opened this many connections before its first rejection saw a server with few
   * pools.
   */
  private static final double HEAD_START = 5;

  /** The share of the estimated time to fill all pools for which a pool lets others go first. */
  private static final double GIVING_WAY = 0.25;

  private static final double LONGEST_WAIT = 120;

  /** Within this many seconds each rejected pool logs in again. */
  private static final double LONGEST_WAIT_OF_OTHERS = 10;

  /** The growth of the rate, relative to one login in the time since the first rejection. */
  private static final double GROWTH = 30;

  /** After this many seconds there must be many pools, and the rate grows more slowly. */
  private static final double LONG = 40;

  /** Rejections that last longer may have other reasons. */
  private static final double LONGEST_AGE = 60;

  private static final double AFTER_REFUSAL = 0.3;

  /** A busy server does not accept this many logins in a row. */
  private static final int MANY_IN_A_ROW = 4;

  private static final double AFTER_MANY = 3;

  /** At this rate and above, no pace is needed. */
  private static final double UNHINDERED = 5;

  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(60);

  /**
   * The pace after a rejected login.
   *
   * @param acceptedJustNow the number of logins accepted in the seconds before
   * @param poolSize the number of connections that the pool wants
   * @param random numbers from 0 to 1
   */
  static Pace afterRefusal(
      @Nullable Pace before, int acceptedJustNow, int poolSize, long now, DoubleSupplier random) {
    if (before == null || before.isForgottenAt(now)) {
      double headStart = acceptedJustNow == 0 ? 0 : HEAD_START / acceptedJustNow;
      Pace first = new Pace(now, headStart, false, 0, 0, now);
      return acceptedJustNow == 0 ? first : first.givingWay(poolSize, now, random);
    }
    return before.isGivingWay
        ? before.next(AFTER_REFUSAL, 0, now, random)
        : new Pace(before.startNanos, before.headStart, false, 0, 0, now);
  }

  /**
   * The pace after an accepted login; null if none is needed.
   *
   * @param refusals the number of rejections in a row before it
   * @param isOfAFault whether they lasted so long that they were probably caused by a fault that
   *     has just been fixed, perhaps for other pools, too
   * @param wasAway whether the server was unavailable before them
   * @param poolSize the number of connections that the pool wants
   */
  static @Nullable Pace afterAcceptance(
      @Nullable Pace before,
      int refusals,
      boolean isOfAFault,
      boolean wasAway,
      int poolSize,
      long now,
      DoubleSupplier random) {
    if (before == null || before.isForgottenAt(now)) {
      return null;
    }
    if (!before.isGivingWay && wasAway && !isOfAFault) {
      return before.givingWay(poolSize, now, random);
    }
    if (!before.isGivingWay || isOfAFault) {
      return refusals < 2 ? null : tentative(now, random);
    }
    int inARow = before.acceptedInARow + 1;
    Pace next = before.next(haste(inARow), inARow, now, random);
    return next.perSecond >= UNHINDERED ? null : next;
  }

  private static double haste(int acceptedInARow) {
    return Math.pow(AFTER_MANY, Math.max(0, Math.min(6, acceptedInARow - MANY_IN_A_ROW)));
  }

  /** The time until the next login is due; zero or negative if it is due. */
  Duration remainingAt(long now) {
    return Duration.ofNanos(dueNanos - now);
  }

  private boolean isForgottenAt(long now) {
    return remainingAt(now).plus(FORGOTTEN_AFTER).isNegative();
  }

  /** For a pool that cannot know whether others were rejected, too: it fills soon if not. */
  private static Pace tentative(long now, DoubleSupplier random) {
    double wait = LONGEST_WAIT_OF_OTHERS * between(1, 1.3, random);
    return new Pace(now, LONGEST_WAIT_OF_OTHERS, true, 0, 0, now + nanos(wait));
  }

  private Pace givingWay(int poolSize, long now, DoubleSupplier random) {
    double age = Math.min(LONGEST_AGE, ageAt(now));
    double wait =
        Math.max(LONGEST_WAIT_OF_OTHERS, Math.min(LONGEST_WAIT, GIVING_WAY * poolSize * age))
            * between(0.7, 1.3, random);
    return new Pace(now - nanos(age), 0, true, 0, 0, now + nanos(wait));
  }

  /** The next pace, with a rate that is multiplied by a factor and grows until the next login. */
  private Pace next(double factor, int inARow, long now, DoubleSupplier random) {
    double age = ageAt(now);
    double growth = GROWTH * Math.min(1, LONG / age) / (age * age);
    double slowest = inARow > MANY_IN_A_ROW ? 1 / LONGEST_WAIT : 0;
    double rate = Math.max(slowest, perSecond) * factor;
    // The time in which the growing rate adds up to about one login.
    double logins = between(0.5, 1.5, random);
    double exact = (Math.sqrt(rate * rate + 2 * growth * logins) - rate) / growth;
    double wait = Math.min(exact, LONGEST_WAIT * between(0.8, 1, random));
    return new Pace(startNanos, headStart, true, rate + growth * wait, inARow, now + nanos(wait));
  }

  /** Seconds since the server rejected the first login. */
  private double ageAt(long now) {
    return Math.max(1, (now - startNanos) / 1e9 + headStart);
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }

  private static double between(double low, double high, DoubleSupplier random) {
    return low + (high - low) * random.getAsDouble();
  }
}
