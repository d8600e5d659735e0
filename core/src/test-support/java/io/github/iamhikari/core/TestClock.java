package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The system's clock, and what a test has advanced it by. May be shared between threads. */
public final class TestClock implements InstantSource {

  private volatile Duration offset = Duration.ZERO;
  private volatile Duration wallOffset = Duration.ZERO;

  @Override
  public Instant instant() {
    return InstantSource.system().instant().plus(offset).plus(wallOffset);
  }

  /** A clock as {@link System#nanoTime()}, advanced likewise. */
  public long nanoTime() {
    return System.nanoTime() + offset.toNanos();
  }

  /** Time goes by, for whoever asks this clock. */
  public synchronized void advance(Duration time) {
    offset = offset.plus(time);
  }

  /** Somebody sets the wall clock, or the machine sleeps, which the other clock does not see. */
  public synchronized void setWallClock(Duration by) {
    wallOffset = wallOffset.plus(by);
  }

  /** The system's time again. */
  public synchronized void reset() {
    offset = Duration.ZERO;
    wallOffset = Duration.ZERO;
  }
}
