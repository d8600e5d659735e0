package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Endpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A machine with eight pools, four servers in three regions and five identities in AWS, and all
 * that goes wrong among them. One thread does everything; a seed decides about it.
 */
final class SoakWorld {

  private static final Duration BETWEEN_FAULTS = Duration.ofMinutes(10);

  private final Random random;
  private final SoakTime time = new SoakTime();
  private final Map<String, Integer> summary = new TreeMap<>();
  private final Map<String, AccessKey> keys = new HashMap<>();

  private final SoakIdentity longLived = identity("AKIALONGLIVED", null, Duration.ZERO);
  private final SoakIdentity hourly =
      identity("ASIAHOURLY", Duration.ofHours(1), Duration.ofMinutes(5));
  private final SoakIdentity quarterly =
      identity("ASIAQUARTERLY", Duration.ofMinutes(15), Duration.ofSeconds(60));
  private final SoakIdentity late = identity("ASIALATE", Duration.ofMinutes(20), Duration.ZERO);
  private final SoakIdentity brief =
      identity("ASIABRIEF", Duration.ofSeconds(90), Duration.ofSeconds(30));
  private final List<SoakIdentity> identities = List.of(longLived, hourly, quarterly, late, brief);

  private final SoakServer ohio;
  private final SoakServer frankfurt;
  private final SoakServer beijing;
  private final SoakServer reader;
  private final List<SoakServer> servers;

  /** The busiest first; the last ones log in so seldom that their tokens run out unused. */
  private final List<SoakPool> pools;

  private Instant nextFault;
  private Instant wallClockRightAt = Instant.MAX;

  SoakWorld(long seed) {
    this.random = new Random(seed);
    this.ohio = server("orders.c9akciq32rgb.us-east-2.rds.amazonaws.com", "us-east-2");
    this.frankfurt =
        server("orders.cluster-c9akciq32rgb.eu-central-1.rds.amazonaws.com", "eu-central-1");
    this.reader =
        server("orders.cluster-ro-c9akciq32rgb.eu-central-1.rds.amazonaws.com", "eu-central-1");
    this.beijing = server("orders.c9akciq32rgb.rds.cn-north-1.amazonaws.com.cn", "cn-north-1");
    this.servers = List.of(ohio, frankfurt, reader, beijing);
    this.pools =
        List.of(
            pool("orders", "app", 870, hourly, ohio),
            pool("reports", "reports", 870, hourly, frankfurt),
            pool("reader", "reports", 900, quarterly, reader),
            pool("brief", "app", 870, brief, frankfurt),
            pool("twin", "app", 900, longLived, ohio),
            pool("minutes", "batch", 60, longLived, ohio),
            pool("once", "Ann+é x/y 100%", 0, late, beijing),
            pool("late", "app", 870, late, beijing),
            pool("seldom", "auditor", 870, hourly, ohio));
    this.nextFault = time.trueTime().plus(BETWEEN_FAULTS);
  }

  /** Lets this much time go by, at least, and this many logins happen. */
  Map<String, Integer> run(Duration howLong, int logins) {
    SoakPool pool = pools.get(0);
    for (int i = 0; i < logins || time.passed().compareTo(howLong) < 0; i++) {
      boolean again = random.nextInt(100) < 60;
      pool = again ? pool : anyPool();
      advance(Duration.ofMillis(again ? random.nextInt(600) : millisToNextLogin()));
      pool.login(this::handOver);
    }
    summary.put("simulated days", (int) time.passed().toDays());
    return summary;
  }

  private SoakPool anyPool() {
    double share = random.nextDouble();
    return pools.get((int) (pools.size() * share * share));
  }

  private int millisToNextLogin() {
    int kind = random.nextInt(100);
    int longest = kind < 80 ? 6_000 : kind < 99 ? 20_000 : 300_000;
    return random.nextInt(longest);
  }

  /** Most often nothing happens between the pool's question for a token and its login. */
  private void handOver() {
    if (random.nextInt(100) == 0) {
      advance(Duration.ofMillis(random.nextInt(3_000)));
    }
    if (random.nextInt(2_000) == 0) {
      somethingGoesWrong();
    }
  }

  private void advance(Duration by) {
    time.advance(by);
    if (!time.trueTime().isBefore(wallClockRightAt)) {
      wallClockRightAt = Instant.MAX;
      time.setWallClockAhead(Duration.ZERO);
    }
    if (!time.trueTime().isBefore(nextFault)) {
      nextFault = time.trueTime().plusMillis(random.nextLong(2 * BETWEEN_FAULTS.toMillis()));
      somethingGoesWrong();
    }
  }

  private void somethingGoesWrong() {
    SoakIdentity identity = oneOf(identities);
    SoakServer server = oneOf(servers);
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        SoakIdentity.Provider disturbance = oneOf(disturbances());
        count("AWS provider " + disturbance);
        identity.disturbProvider(disturbance, upTo(Duration.ofMinutes(40)));
      }
      case 3, 4 -> {
        count("key rotated, old one revoked");
        identity.rotate(Duration.ZERO);
      }
      case 5 -> {
        count("key revoked, the AWS provider does not know yet");
        identity.rotate(upTo(Duration.ofMinutes(20)));
      }
      case 6 -> {
        count("policy detached");
        identity.forbid(upTo(Duration.ofMinutes(10)));
      }
      case 7, 8 -> {
        count("wall clock set");
        time.setWallClockAhead(Duration.ofMillis(random.nextInt(1_200_000) - 600_000));
        wallClockRightAt = time.trueTime().plus(upTo(Duration.ofHours(1)));
      }
      case 9 -> {
        count("machine suspended");
        time.suspend(upTo(Duration.ofHours(random.nextInt(20) == 0 ? 8 : 1)));
      }
      case 10 -> {
        count("server out of reach");
        server.becomeUnreachable(upTo(Duration.ofMinutes(5)));
      }
      default -> {
        count("server throttles logins");
        server.throttle(random.nextDouble(), upTo(Duration.ofMinutes(2)));
      }
    }
  }

  private static List<SoakIdentity.Provider> disturbances() {
    return List.of(
        SoakIdentity.Provider.FAILS,
        SoakIdentity.Provider.FAILS,
        SoakIdentity.Provider.GIVES_WHAT_HAS_RUN_OUT,
        SoakIdentity.Provider.GIVES_WHAT_SOON_RUNS_OUT,
        SoakIdentity.Provider.GIVES_NOTHING_TO_SIGN_WITH);
  }

  /** From a second; short ones are as likely as long ones. */
  private Duration upTo(Duration longest) {
    double exponent = random.nextDouble() * Math.log(longest.toMillis() / 1_000.0);
    return Duration.ofMillis((long) (1_000 * Math.exp(exponent)));
  }

  private <T> T oneOf(List<T> all) {
    return requireNonNull(all.get(random.nextInt(all.size())));
  }

  private SoakIdentity identity(String name, @Nullable Duration life, Duration renewedBefore) {
    return new SoakIdentity(name, time, keys, life, renewedBefore);
  }

  private SoakServer server(String host, String region) {
    return new SoakServer(new Endpoint(host, 5432, region), time, keys, random);
  }

  private SoakPool pool(
      String name, String user, int expiration, SoakIdentity identity, SoakServer server) {
    return new SoakPool(name, user, expiration, time, identity, server, random, summary);
  }

  private void count(String what) {
    summary.merge(what, 1, Integer::sum);
  }
}
