package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * AWS is slow when a token is renewed: the longest time that it takes to open a physical
 * connection. Some threads of each subject open one after the other until the token has been
 * renewed. The driver does nothing.
 */
final class SlowRenewal implements Measure {

  private static final int THREADS = 4;
  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Duration expiration;
  private final Duration delay;

  /**
   * Sets the scene.
   *
   * @param expiration for how many seconds a token is used
   * @param delay how long AWS takes for the credentials of the second token; less than a fifth of
   *     that
   */
  SlowRenewal(int expiration, Duration delay) {
    this.expiration = Duration.ofSeconds(expiration);
    this.delay = delay;
  }

  @Override
  public void round(Results results) throws Exception {
    ExecutorService executor = Executors.newCachedThreadPool();
    Map<Subject, HikariDataSource> pools = new EnumMap<>(Subject.class);
    Map<Subject, List<Future<Double>>> waits = new EnumMap<>(Subject.class);
    try {
      List<CountedCredentials> all = new ArrayList<>();
      for (Subject subject : Subject.values()) {
        CountedCredentials credentials = new CountedCredentials();
        all.add(credentials);
        pools.put(subject, pool(subject, credentials));
      }
      TimeUnit.NANOSECONDS.sleep(expiration.toNanos() / 2);
      all.forEach(credentials -> credentials.delayNext(delay));
      long end = System.nanoTime() + expiration.toNanos() / 2 + 2 * delay.toNanos();
      pools.forEach(
          (subject, pool) -> {
            for (int i = 0; i < THREADS; i++) {
              waits
                  .computeIfAbsent(subject, key -> new ArrayList<>())
                  .add(executor.submit(() -> longestWaitMillis(pool, end)));
            }
          });
      for (Subject subject : Subject.values()) {
        double longest = 0;
        for (Future<Double> wait : waits.getOrDefault(subject, List.of())) {
          longest = Math.max(longest, wait.get());
        }
        results.add(Quantity.LONGEST_WAIT, subject, longest);
      }
    } finally {
      executor.shutdownNow();
      pools.values().forEach(HikariDataSource::close);
    }
  }

  /** A pool whose token has been signed. */
  private HikariDataSource pool(Subject subject, CountedCredentials credentials) throws Exception {
    Target target = StubDriver.target(Math.toIntExact(expiration.toSeconds()));
    HikariDataSource pool = subject.startedPool(target, credentials);
    longestWaitMillis(pool, System.nanoTime());
    return pool;
  }

  private static Double longestWaitMillis(HikariDataSource pool, long end) throws Exception {
    long longest = 0;
    do {
      long start = System.nanoTime();
      Subject.open(pool);
      longest = Math.max(longest, System.nanoTime() - start);
      TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
    } while (System.nanoTime() < end);
    return longest / 1e6;
  }
}
