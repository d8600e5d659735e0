package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The arithmetic of a pool that gives way, with random numbers that are all in the middle. */
class PaceTest {

  private static final int POOL_SIZE = 20;

  private long now = -Duration.ofSeconds(3).toNanos();
  private @Nullable Pace pace;

  @Test
  void hasNoneWithoutARefusal() {
    accepted(0, false, false);

    assertThat(pace).isNull();
  }

  @Test
  void doesNotHoldAPoolBackThatWasRefusedOnce() {
    refused(0);
    pass(2);
    accepted(1, false, false);

    assertThat(pace).isNull();
  }

  @Test
  void givesWayForLongerTheLongerItTookToBeLetIn() {
    refused(0);
    pass(4);
    accepted(2, false, true);
    assertThat(secondsToNext()).isEqualTo(20);

    pace = null;
    refusedFor(60);
    accepted(9, false, true);
    assertThat(secondsToNext()).as("2 minutes at most").isEqualTo(120);
  }

  @Test
  void givesWayLessTheMoreConnectionsItGotBeforeItWasRefused() {
    refused(1);
    assertThat(secondsToNext()).isEqualTo(25);

    pace = null;
    refused(10);
    assertThat(secondsToNext()).isEqualTo(10);
  }

  @Test
  void letsOthersHaveTheirFirstConnectionWhereAFaultWasPutRight() {
    refusedFor(600);
    accepted(60, true, true);

    assertThat(secondsToNext()).isBetween(10L, 12L);
  }

  @Test
  void slowsDownWithEachRefusalAndFillsFasterAndFasterWithout() {
    refused(1);
    pass(secondsToNext());
    accepted(1, false, false);
    pass(secondsToNext());
    Pace same = pace;
    accepted(0, false, false);
    long unhindered = secondsToNext();
    pace = same;
    refused(0);
    assertThat(secondsToNext()).isGreaterThan(unhindered);

    int logins = 0;
    for (; pace != null && logins < 30; logins++) {
      pass(secondsToNext());
      accepted(0, false, false);
    }
    assertThat(logins).isLessThan(15);
  }

  @Test
  void isForgottenAMinuteAfterItsNextLoginWasDue() {
    refused(1);
    pass(secondsToNext() + 61);
    accepted(0, false, false);

    assertThat(pace).isNull();
  }

  private void refused(int acceptedJustNow) {
    pace = Pace.afterRefusal(pace, acceptedJustNow, POOL_SIZE, now, () -> 0.5);
  }

  private void refusedFor(int seconds) {
    for (int i = 0; i < seconds; i += 10) {
      refused(0);
      pass(10);
    }
  }

  private void accepted(int refusals, boolean isOfAFault, boolean wasAway) {
    pace = Pace.afterAcceptance(pace, refusals, isOfAFault, wasAway, POOL_SIZE, now, () -> 0.5);
  }

  private long secondsToNext() {
    return requireNonNull(pace).remainingAt(now).plusMillis(500).toSeconds();
  }

  private void pass(long seconds) {
    now += Duration.ofSeconds(seconds).toNanos();
  }
}
