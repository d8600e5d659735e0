package io.github.iamhikari.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.ToLongFunction;

/**
 * Many pools that log in to one database, and something that happens to all of them. What comes of
 * it is measured from the moment at which a database without a limit would let all of them in. One
 * thread does everything; the random numbers are the same each time.
 */
final class Fleet {

  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** When it happens; before, the tokens of the pools get to be of any age. */
  private static final long EVENT = 1_000 * SECOND;

  private static final long END = EVENT + 4 * 3_600 * SECOND;

  private static final long POLICY_IS_WRONG = 600 * SECOND;

  /** What happens. */
  enum Scenario {
    FAILOVER("all connections die, and the database is back after 10 s"),
    ROLLING_DEPLOYMENT("each pod is replaced, a quarter of them at a time"),
    START("all pods start within 10 s"),
    KEY_ROTATION("the key is replaced everywhere, and the old one revoked"),
    REFUSED_POLICY("all connections die, and nobody is permitted to log in for 10 min"),
    WRONG_CLOCK("failover; the clock of one pod in a hundred is wrong for 5 min more");

    private final String title;

    Scenario(String title) {
      this.title = title;
    }

    @Override
    public String toString() {
      return title;
    }
  }

  /**
   * What came of it. Times are in seconds; infinite if it did not come to that.
   *
   * @param full when all pools had all connections
   * @param loginsPerConnection that were sent
   * @param failedCallers of one caller a second and pool, with 30 s each
   * @param failedStarts of pods, which then were started again
   * @param servingAt when each pool had a connection, the first one first
   */
  record Outcome(
      double full,
      double loginsPerConnection,
      int failedCallers,
      int failedStarts,
      List<Double> servingAt) {

    /** When this share of the pools had a connection. */
    double serving(double share) {
      return servingAt.get((int) Math.ceil(servingAt.size() * share) - 1);
    }
  }

  private record Event(long nanos, long number, Runnable what) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(nanos, other.nanos);
      return byTime == 0 ? Long.compare(number, other.number) : byTime;
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private final Random random = new Random(20_261_127);
  private final FleetServer server;
  private final int poolSize;
  private final List<FleetPool> pools = new ArrayList<>();
  private long now;
  private long eventNumber;
  private long measuredFrom = EVENT;

  private Fleet(FleetLogins.Kind kind, int size, int poolSize) {
    this.poolSize = poolSize;
    server = new FleetServer((int) (size * poolSize * 1.1));
    for (int i = 0; i < size; i++) {
      pools.add(
          new FleetPool(
              this, server, () -> kind.logins(this, server, poolSize, random), random, poolSize));
    }
  }

  /** Lets it happen to this many pools of this size. */
  static Outcome simulate(Scenario scenario, FleetLogins.Kind kind, int pools, int poolSize) {
    Fleet fleet = new Fleet(kind, pools, poolSize);
    switch (scenario) {
      case FAILOVER -> fleet.failOver();
      case ROLLING_DEPLOYMENT -> fleet.deploy();
      case START -> fleet.start();
      case KEY_ROTATION -> fleet.rotateKey();
      case REFUSED_POLICY -> fleet.refuse();
      case WRONG_CLOCK -> fleet.failOverWithWrongClocks();
    }
    fleet.run();
    return fleet.outcome();
  }

  long now() {
    return now;
  }

  void in(long nanos, Runnable what) {
    events.add(new Event(now + nanos, eventNumber++, what));
  }

  private void at(long nanos, Runnable what) {
    in(nanos - now, what);
  }

  private void run() {
    while (!events.isEmpty() && events.peek().nanos <= END) {
      Event next = events.remove();
      now = next.nanos;
      next.what.run();
    }
  }

  private void fillAll() {
    for (FleetPool pool : pools) {
      at(EVENT - SECOND - random.nextLong(870 * SECOND), pool::fillAtOnce);
    }
  }

  private void failOver() {
    fillAll();
    at(EVENT, () -> server.setReachable(false));
    at(EVENT, () -> pools.forEach(FleetPool::loseConnections));
    measuredFrom = EVENT + 10 * SECOND;
    at(measuredFrom, () -> server.throttle(now));
    at(measuredFrom, () -> server.setReachable(true));
  }

  private void failOverWithWrongClocks() {
    failOver();
    for (int i = 0; i < pools.size(); i += 100) {
      FleetPool pool = pools.get(i);
      at(EVENT, () -> pool.logins().setRightClock(false));
      at(measuredFrom + 300 * SECOND, () -> pool.logins().setRightClock(true));
    }
  }

  private void refuse() {
    fillAll();
    at(EVENT, () -> server.setPermitting(false));
    at(EVENT, () -> pools.forEach(FleetPool::loseConnections));
    measuredFrom = EVENT + POLICY_IS_WRONG;
    at(measuredFrom, () -> pools.forEach(FleetPool::forgetWhatWas));
    at(measuredFrom, () -> server.throttle(now));
    at(measuredFrom, () -> server.setPermitting(true));
  }

  private void rotateKey() {
    fillAll();
    at(EVENT, () -> server.throttle(now));
    at(EVENT, server::rotateKeys);
    for (FleetPool pool : pools) {
      at(EVENT, pool::forgetWhatWas);
      at(EVENT, () -> pool.logins().setKey(FleetLogins.SECOND_KEY));
      for (int i = 0; i < poolSize; i++) {
        at(EVENT + random.nextLong(1_800 * SECOND), pool::replaceOne);
      }
    }
  }

  private void start() {
    at(EVENT, () -> server.throttle(now));
    for (FleetPool pool : pools) {
      at(EVENT + random.nextLong(10 * SECOND), () -> pool.start(() -> {}));
    }
  }

  /** The pods of before have their connections, and give them up for those of the new ones. */
  private void deploy() {
    at(EVENT, () -> server.throttle(now));
    at(EVENT, () -> server.connectionsEnded(-pools.size() * poolSize));
    Iterator<FleetPool> next = pools.iterator();
    for (int i = 0; i < Math.max(1, pools.size() / 4); i++) {
      at(EVENT, () -> replaceNext(next));
    }
  }

  private void replaceNext(Iterator<FleetPool> next) {
    if (next.hasNext()) {
      next.next()
          .start(
              () -> {
                server.connectionsEnded(poolSize);
                in(random.nextLong(10 * SECOND), () -> replaceNext(next));
              });
    }
  }

  private Outcome outcome() {
    return new Outcome(
        Collections.max(seconds(FleetPool::fullAt)),
        server.logins() / (double) server.accepted(),
        pools.stream().mapToInt(FleetPool::failedCallers).sum(),
        pools.stream().mapToInt(FleetPool::failedStarts).sum(),
        seconds(FleetPool::servedAt));
  }

  private List<Double> seconds(ToLongFunction<FleetPool> moment) {
    return pools.stream()
        .mapToLong(moment)
        .mapToObj(
            nanos ->
                nanos == Long.MAX_VALUE
                    ? Double.POSITIVE_INFINITY
                    : (nanos - measuredFrom) / (double) SECOND)
        .sorted()
        .toList();
  }

  /** What a database could do at best: this many logins, one after another. */
  static double limit(int logins) {
    return logins / FleetServer.LOGINS_PER_SECOND;
  }
}
