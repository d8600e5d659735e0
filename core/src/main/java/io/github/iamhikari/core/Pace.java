package io.github.iamhikari.core;

import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a pool that has a connection spaces its logins while the server refuses some of them, as RDS
 * does with more than about 200 a second. It gives way to pools that have none, and then fills at a
 * rate that grows with time and shrinks with each refusal. A pool that is not refused has no pace.
 *
 * <p>How many pools there are is unknown. What each of them knows is how long the server has been
 * refusing logins, which grows with their number: that is the measure of all that follows. The
 * constants were found with {@code FleetSimulationTest}, which shows what comes of them.
 *
 * @param startNanos when the server refused the first login, by a clock as {@link
 *     System#nanoTime()}
 * @param headStart seconds to add to the time since then, as an estimate of a pool that had got
 *     connections just before
 * @param isGivingWay whether the pool has got a connection since then, or just before
 * @param perSecond logins a second
 * @param acceptedInARow logins since the last refusal
 * @param dueNanos when the next login is due
 */
record Pace(
    long startNanos,
    double headStart,
    boolean isGivingWay,
    double perSecond,
    int acceptedInARow,
    long dueNanos) {

  /** A pool that got this many connections at once, and was refused then, saw a server with few. */
  private static final double HEAD_START = 5;

  /**
   * A pool lets others go first for this share of the time in which all would be filled if each
   * connection took as long as its first.
   */
  private static final double GIVING_WAY = 0.25;

  private static final double LONGEST_WAIT = 120;

  /** Within so many seconds each pool that was refused logs in again. */
  private static final double LONGEST_WAIT_OF_OTHERS = 10;

  /** By how much the rate grows: the share of one login in the time since the first refusal. */
  private static final double GROWTH = 30;

  /** From so many seconds on there are so many pools that it grows more slowly. */
  private static final double LONG = 40;

  /** Longer than that a pool may have been refused for other reasons. */
  private static final double LONGEST_AGE = 60;

  private static final double AFTER_REFUSAL = 0.3;

  /** So many logins in a row are not accepted by a server that is busy. */
  private static final int MANY_IN_A_ROW = 4;

  private static final double AFTER_MANY = 3;

  /** From this rate on there is nothing to pace. */
  private static final double UNHINDERED = 5;

  private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(60);

  /**
   * The pace after a refused login.
   *
   * @param acceptedJustNow how many logins were accepted in the seconds before
   * @param poolSize how many connections the pool wants
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
   * The pace after an accepted login; null if there is nothing to pace.
   *
   * @param refusals in a row before it
   * @param isOfAFault whether they lasted so long that they are likely to be of a fault that was
   *     put right, perhaps for others as well
   * @param wasAway whether the server was away before them
   * @param poolSize how many connections the pool wants
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

  /** What is left until the next login is due; zero or less if it is. */
  Duration remainingAt(long now) {
    return Duration.ofNanos(dueNanos - now);
  }

  private boolean isForgottenAt(long now) {
    return remainingAt(now).plus(FORGOTTEN_AFTER).isNegative();
  }

  /** Of a pool that cannot know whether others were refused as well: it fills soon if not. */
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

  /** With a rate that is changed by a factor, and grows until the next login. */
  private Pace next(double factor, int inARow, long now, DoubleSupplier random) {
    double age = ageAt(now);
    double growth = GROWTH * Math.min(1, LONG / age) / (age * age);
    double slowest = inARow > MANY_IN_A_ROW ? 1 / LONGEST_WAIT : 0;
    double rate = Math.max(slowest, perSecond) * factor;
    // The time in which a rate that grows makes up one login, more or less.
    double logins = between(0.5, 1.5, random);
    double exact = (Math.sqrt(rate * rate + 2 * growth * logins) - rate) / growth;
    double wait = Math.min(exact, LONGEST_WAIT * between(0.8, 1, random));
    return new Pace(startNanos, headStart, true, rate + growth * wait, inARow, now + nanos(wait));
  }

  /** Seconds since the server refused the first login. */
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
