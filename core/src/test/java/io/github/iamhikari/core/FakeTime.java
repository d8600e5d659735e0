package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A wall clock that can be advanced and set, and one that can only be advanced. */
final class FakeTime implements InstantSource {

  private volatile Instant wall = Instant.parse("2026-11-22T12:00:00Z");
  private volatile long nanos = -5_000_000_000L;

  @Override
  public Instant instant() {
    return wall;
  }

  long nanoTime() {
    return nanos;
  }

  /** Time goes by. */
  synchronized void advance(Duration time) {
    wall = wall.plus(time);
    nanos += time.toNanos();
  }

  /** Somebody sets the wall clock, or the machine sleeps, which the other clock does not see. */
  synchronized void setWallClock(Duration by) {
    wall = wall.plus(by);
  }
}
