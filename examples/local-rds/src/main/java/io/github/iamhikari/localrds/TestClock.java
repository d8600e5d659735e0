package io.github.iamhikari.localrds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The system's clock, and what a test has advanced it by. Safe for use by several threads. */
public final class TestClock implements InstantSource {

  private volatile Duration offset = Duration.ZERO;
  private volatile Duration wallOffset = Duration.ZERO;

  /** A clock that shows the system's time. */
  public TestClock() {}

  @Override
  public Instant instant() {
    return InstantSource.system().instant().plus(offset).plus(wallOffset);
  }

  /**
   * {@link System#nanoTime()}, advanced by as much.
   *
   * @return nanoseconds
   */
  public long nanoTime() {
    return System.nanoTime() + offset.toNanos();
  }

  /**
   * Lets time go by.
   *
   * @param time how much
   */
  public synchronized void advance(Duration time) {
    offset = offset.plus(time);
  }

  /**
   * Sets the wall clock alone, as an administrator does, or a machine that sleeps.
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
