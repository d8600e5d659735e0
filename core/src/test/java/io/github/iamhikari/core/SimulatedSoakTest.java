package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Days and weeks of pools in a world full of faults, in the time of a simulation. All is the real
 * thing but for the clocks, the AWS credentials providers and the way to the server: tokens are
 * signed as always, and judged by local-rds' own check. {@link SoakPool} says what must hold.
 *
 * <p>All that happens follows from a seed, which is printed; {@code -Dsoak.seed=} replays it, and
 * {@code -Dsoak.days=} makes it longer or shorter.
 */
class SimulatedSoakTest {

  @Test
  void losesNoLoginInADayOfFaults() {
    soak(20_261_122, 1, 30_000);
  }

  @Test
  @Tag("long")
  void losesNoLoginInThirtyDaysOfFaults() {
    int days = Integer.getInteger("soak.days", 30);
    long seed = Long.getLong("soak.seed", new Random().nextInt(Integer.MAX_VALUE));
    Map<String, Integer> summary = soak(seed, days, days * 33_334);
    assertThat(summary)
        .containsKeys(
            "attempts: EXPIRED",
            "attempts: NOT_YET_VALID",
            "attempts: UNKNOWN_ACCESS_KEY",
            "attempts: throttled",
            "attempts: the server was out of reach",
            "AWS provider failed");
    int accepted = requireNonNull(summary.get("attempts: accepted"));
    assertThat(accepted).isGreaterThan(requireNonNull(summary.get("logins")) / 100 * 85);
  }

  private static Map<String, Integer> soak(long seed, int days, int logins) {
    System.out.println("Simulated soak: -Dsoak.seed=" + seed + " -Dsoak.days=" + days);
    SoakWorld world = new SoakWorld(seed);
    Map<String, Integer> summary = world.run(Duration.ofDays(days), logins);
    summary.forEach((what, count) -> System.out.println("  " + what + ": " + count));
    return summary;
  }
}
