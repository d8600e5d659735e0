package io.github.iamhikari.core;

import io.github.iamhikari.localrds.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * The time of a simulated world, and what a machine in it takes for the time: its wall clock is set
 * back and forth, and its other clock stands still while it is suspended.
 */
final class SoakTime implements InstantSource {

  private static final Instant START = Instant.parse("2026-11-22T00:00:00Z");

  /** Near its end, so that the numbers of the other clock turn negative in the second week. */
  private static final long NANOS_AT_START = Long.MAX_VALUE - Duration.ofDays(10).toNanos();

  private final TestClock machine = TestClock.stoppedAt(START);
  private Duration wallClockAhead = Duration.ZERO;

  /** The machine's wall clock. */
  @Override
  public Instant instant() {
    return machine.instant();
  }

  /** The machine's wall clock, as a token is dated by it. */
  Instant wallSecond() {
    return instant().truncatedTo(ChronoUnit.SECONDS);
  }

  /** The machine's other clock. */
  long nanoTime() {
    return NANOS_AT_START + machine.nanoTime();
  }

  /** What the other clock has counted since it told this. */
  Duration since(long nanos) {
    return Duration.ofNanos(nanoTime() - nanos);
  }

  /** By the clocks of AWS and of the servers, which are right. */
  Instant trueTime() {
    return instant().minus(wallClockAhead);
  }

  Duration passed() {
    return Duration.between(START, trueTime());
  }

  void advance(Duration time) {
    machine.advance(time);
  }

  void suspend(Duration time) {
    machine.setWallClock(time);
  }

  void setWallClockAhead(Duration ahead) {
    machine.setWallClock(ahead.minus(wallClockAhead));
    wallClockAhead = ahead;
  }
}
