package io.github.iamhikari.localrds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * A clock for tests: it follows the system's, or stands still, and shows the time that a test
 * advances it by. Safe for use by several threads.
 */
public final class TestClock implements InstantSource {

  private final InstantSource wallClock;
  private final LongSupplier nanoClock;
  private volatile Duration offset = Duration.ZERO;
  private volatile Duration wallOffset = Duration.ZERO;

  /** Shows the system's time until it is advanced. */
  public TestClock() {
    this(InstantSource.system(), System::nanoTime);
  }

  private TestClock(InstantSource wallClock, LongSupplier nanoClock) {
    this.wallClock = wallClock;
    this.nanoClock = nanoClock;
  }

  /**
   * A clock that stands still until it is advanced. Its {@link #nanoTime()} begins at -5 s: it may
   * be below zero, as {@link System#nanoTime()} may.
   *
   * @param instant what {@link #instant()} returns first
   * @return the clock
   */
  public static TestClock stoppedAt(Instant instant) {
    return new TestClock(InstantSource.fixed(instant), () -> -5_000_000_000L);
  }

  @Override
  public Instant instant() {
    return wallClock.instant().plus(offset).plus(wallOffset);
  }

  /**
   * {@link System#nanoTime()}, or the number that a stopped clock begins at, plus the time that
   * this clock was advanced by.
   *
   * @return nanoseconds
   */
  public long nanoTime() {
    return nanoClock.getAsLong() + offset.toNanos();
  }

  /**
   * Advances the clock.
   *
   * @param time how far
   */
  public synchronized void advance(Duration time) {
    offset = offset.plus(time);
  }

  /**
   * Sets the wall clock only, as an administrator does; {@link #nanoTime()} does not change.
   *
   * @param by how much it is set forward
   */
  public synchronized void setWallClock(Duration by) {
    wallOffset = wallOffset.plus(by);
  }

  /** Undoes all that was advanced and set. */
  public synchronized void reset() {
    offset = Duration.ZERO;
    wallOffset = Duration.ZERO;
  }
}
