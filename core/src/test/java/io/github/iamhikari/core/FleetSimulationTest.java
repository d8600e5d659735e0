package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.Fleet.Outcome;
import io.github.iamhikari.core.Fleet.Scenario;
import io.github.iamhikari.core.FleetLogins.Kind;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fleets of up to 10,000 pools, 20 connections each, at a database that takes 200 logins a second:
 * how soon they come back, beside two other kinds of logins. {@link Fleet} says what happens to
 * them; only the driver, the server and the clocks are simulated, and HikariCP's opening thread.
 * The table in fleets.md is what this prints.
 */
class FleetSimulationTest {

  private static final int POOL_SIZE = 20;

  @ParameterizedTest
  @ValueSource(ints = {1, 10})
  void poolsThatNobodyThrottlesComeBackAsFastAsPlainHikariCp(int size) {
    Outcome ours = Fleet.simulate(Scenario.FAILOVER, Kind.OURS, size, POOL_SIZE);
    Outcome plain = Fleet.simulate(Scenario.FAILOVER, Kind.TOKEN_PER_CONNECTION, size, POOL_SIZE);

    assertThat(ours.full()).isEqualTo(plain.full());
    assertThat(ours.loginsPerConnection()).isEqualTo(1);
    assertThat(ours.failedCallers()).isZero();
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"1000, 5", "1000, 10", "1000, 20", "10000, 20"})
  void comesBackNearTheLimit(int size, int poolSize) {
    Outcome outcome = Fleet.simulate(Scenario.FAILOVER, Kind.OURS, size, poolSize);

    assertThat(outcome.serving(0.99)).isLessThan(3 * Fleet.limit(size));
    assertThat(outcome.full()).isLessThan(1.5 * Fleet.limit(size * poolSize));
    assertThat(outcome.loginsPerConnection()).isLessThan(1.5);
    if (outcome.serving(1) < 20) { // 10 s without a database, and 20 s
      assertThat(outcome.failedCallers()).isZero();
    }
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(Scenario.class)
  void comesBackSoonerThanOthers(Scenario scenario) {
    System.out.println("| " + scenario + " | 50 % | 99 % | 100 % | all full | logins | callers |");
    for (int size : new int[] {10, 100, 1_000, 10_000}) {
      Outcome ours = simulateAndPrint(scenario, Kind.OURS, size);
      for (Kind other : new Kind[] {Kind.TOKEN_PER_CONNECTION, Kind.CACHED_TOKEN}) {
        Outcome outcome = simulateAndPrint(scenario, other, size);
        if (size >= 1_000 && scenario != Scenario.KEY_ROTATION) {
          assertThat(ours.serving(0.99)).as("%d pools", size).isLessThan(outcome.serving(0.99));
          assertThat(ours.loginsPerConnection()).isLessThan(outcome.loginsPerConnection());
          assertThat(ours.failedCallers()).isLessThanOrEqualTo(outcome.failedCallers());
        }
      }
    }
  }

  private static Outcome simulateAndPrint(Scenario scenario, Kind kind, int size) {
    Outcome outcome = Fleet.simulate(scenario, kind, size, POOL_SIZE);
    System.out.println(
        String.format(
            Locale.ROOT,
            "| %,d pools, %s | %.1f s | %.1f s | %.1f s | %.0f s | %.2f | %,d |",
            size,
            kind,
            outcome.serving(0.5),
            outcome.serving(0.99),
            outcome.serving(1),
            outcome.full(),
            outcome.loginsPerConnection(),
            outcome.failedCallers() + outcome.failedStarts()));
    return outcome;
  }
}
