package io.github.iamhikari.localrds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The system's clock plus the time that a test advances it by. Safe for use by several threads. */
public final class TestClock implements InstantSource {

  private volatile Duration offset = Duration.ZERO;
  private volatile Duration wallOffset = Duration.ZERO;

  /** Shows the system's time until it is advanced. */
  public TestClock() {}

  @Override
  public Instant instant() {
    return InstantSource.system().instant().plus(offset).plus(wallOffset);
  }

  /**
   * {@link System#nanoTime()} plus the time that this clock was advanced by.
   *
   * @return nanoseconds
   */
  public long nanoTime() {
    return System.nanoTime() + offset.toNanos();
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

  /** Shows the system's time again. */
  public synchronized void reset() {
    offset = Duration.ZERO;
    wallOffset = Duration.ZERO;
  }
}
