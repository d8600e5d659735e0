package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two minutes of a busy pool, in real time and with a real PostgreSQL, while tokens live for 5 s,
 * connections are evicted all the time, and things fail at random from a printed seed; {@code
 * -Dsoak.seed=} replays their order, and {@code -Dsoak.seconds=} makes it longer or shorter.
 *
 * <ul>
 *   <li>The access key is rotated, and the old one revoked in the same moment.
 *   <li>The AWS credentials provider fails for 1 to 3 s, which can be longer than the token lives
 *       that is in use then.
 *   <li>All connections are evicted at once.
 *   <li>The access key is revoked, and there is no other one for 1 to 3 s.
 * </ul>
 *
 * <p>No {@code getConnection()} may fail in any of them but the last: there, and for 20 s after it,
 * which is as long as the library and HikariCP may wait before they try again, it may fail by an
 * {@link SQLException}. The provider's failures are shorter than {@code connectionTimeout}, and so
 * they delay a borrower and do not fail one.
 *
 * <p>A key is revoked only when a login with the current token has succeeded: the library does not
 * replace a token that was refused the first time.
 */
@Tag("long")
class PostgresSoakIT {

  private static final int BORROWERS = 50;

  private static final Duration AFTERMATH = Duration.ofSeconds(20);

  private static final int MOST_OUTAGES = 2;

  private record Failure(long nanos, SQLException cause) {}

  private final long seed = Long.getLong("soak.seed", new Random().nextInt(Integer.MAX_VALUE));
  private final Duration duration = Duration.ofSeconds(Integer.getInteger("soak.seconds", 120));
  private final Random random = new Random(seed);
  private final Map<String, Integer> summary = new TreeMap<>();
  private final AtomicInteger borrowed = new AtomicInteger();
  private final AtomicInteger evicted = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final Queue<Failure> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void failsNoBorrowerBeyondTheOutages() throws Exception {
    System.out.println("Soak: -Dsoak.seed=" + seed + " -Dsoak.seconds=" + duration.toSeconds());
    ExecutorService threads = Executors.newCachedThreadPool();
    List<long[]> outages = new ArrayList<>();
    try (LocalRds rds =
        LocalRds.postgres().account("app").tokenLifetime(Duration.ofSeconds(5)).start()) {
      SoakCredentials credentials = new SoakCredentials(rds);
      try (HikariDataSource pool = pool(rds, credentials)) {
        List<Future<Void>> borrowers = new ArrayList<>();
        for (int i = 0; i < BORROWERS; i++) {
          long borrowerSeed = random.nextLong();
          borrowers.add(threads.submit(() -> borrow(pool, new Random(borrowerSeed))));
        }
        long end = System.nanoTime() + duration.toNanos();
        while (System.nanoTime() < end) {
          waitFor(Duration.ofMillis(500 + random.nextInt(4_000)));
          disturb(pool, credentials, outages);
        }
        over = true;
        for (Future<Void> borrower : borrowers) {
          borrower.get(90, TimeUnit.SECONDS);
        }
      }
      report(rds, outages);
      assertRefusalsAreExpected(rds);
    } finally {
      over = true;
      threads.shutdownNow();
      assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(failures)
        .filteredOn(failure -> outages.stream().noneMatch(outage -> isIn(outage, failure)))
        .isEmpty();
    assertThat(borrowed).hasValueGreaterThan(1_000);
    assertThat(opened).hasValueGreaterThan(100);
  }

  private HikariDataSource pool(LocalRds rds, SoakCredentials credentials) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("soak");
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername("app");
    config.setMaximumPoolSize(10);
    config.setConnectionTimeout(Duration.ofSeconds(60).toMillis());
    config.addDataSourceProperty("iam_host", rds.host());
    config.addDataSourceProperty("iam_expiration", "4");
    return new IamHikariDataSource(
        config,
        logins ->
            logins
                .awsCredentialsProvider(credentials)
                .driver(
                    (url, properties) ->
                        watched(
                            new DriverDataSource(url, null, properties, null, null), credentials)));
  }

  /** Tells the credentials of each login that succeeded. */
  private DataSource watched(DataSource driver, SoakCredentials credentials) {
    return (DataSource)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              Object result;
              try {
                result = method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (result instanceof Connection) {
                opened.incrementAndGet();
                credentials.accepted((String) arguments[1]);
              }
              return result;
            });
  }

  /** The database keeps the connection for 20 ms; one of twenty is evicted then. */
  private Void borrow(HikariDataSource pool, Random choice) throws SQLException {
    while (!over) {
      Connection connection;
      try {
        connection = pool.getConnection();
      } catch (SQLException e) {
        failures.add(new Failure(System.nanoTime(), e));
        waitFor(Duration.ofMillis(100));
        continue;
      }
      try (connection;
          Statement statement = connection.createStatement()) {
        borrowed.incrementAndGet();
        statement.execute("select pg_sleep(0.02)");
        if (choice.nextInt(20) == 0) {
          evicted.incrementAndGet();
          pool.evictConnection(connection);
        }
      }
    }
    return null;
  }

  private void disturb(HikariDataSource pool, SoakCredentials credentials, List<long[]> outages) {
    Duration aWhile = Duration.ofMillis(1_000 + random.nextInt(2_000));
    int kind = random.nextInt(outages.size() < MOST_OUTAGES ? 16 : 15);
    if (kind < 7) {
      count("key rotated, the old one revoked");
      credentials.rotate();
    } else if (kind < 12) {
      count("AWS credentials provider failed for " + aWhile.toSeconds() + " s and more");
      credentials.fail(true);
      waitFor(aWhile);
      credentials.fail(false);
    } else if (kind < 15) {
      count("all connections evicted");
      pool.getHikariPoolMXBean().softEvictConnections();
    } else {
      count("key revoked, no other one for " + aWhile.toSeconds() + " s and more");
      long begin = System.nanoTime();
      credentials.revoke();
      waitFor(aWhile);
      credentials.rotate();
      outages.add(new long[] {begin, System.nanoTime() + AFTERMATH.toNanos()});
      waitFor(AFTERMATH);
    }
  }

  private static boolean isIn(long[] outage, Failure failure) {
    return failure.nanos - outage[0] >= 0 && failure.nanos - outage[1] < 0;
  }

  private void report(LocalRds rds, List<long[]> outages) {
    summary.put("connections borrowed", borrowed.get());
    summary.put("connections evicted by their borrowers", evicted.get());
    summary.put("getConnection() failed", failures.size());
    summary.put("outages in which it may fail", outages.size());
    summary.put("tokens sent", (int) rds.logins().stream().map(Login::token).distinct().count());
    for (Login login : rds.logins()) {
      Refusal refusal = login.refusal();
      count("logins " + (refusal == null ? "accepted" : "refused: " + refusal));
    }
    summary.forEach((what, count) -> System.out.println("  " + what + ": " + count));
  }

  private static void assertRefusalsAreExpected(LocalRds rds) {
    // EXPIRED: on a machine that stood still between the decision to send a token and its arrival
    assertThat(rds.logins().stream().filter(login -> !login.accepted()))
        .extracting(Login::refusal)
        .isSubsetOf(Refusal.UNKNOWN_ACCESS_KEY, Refusal.EXPIRED);
  }

  private void count(String what) {
    summary.merge(what, 1, Integer::sum);
  }

  private void waitFor(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    long left = time.toNanos();
    while (left > 0 && !over) {
      LockSupport.parkNanos(left);
      left = end - System.nanoTime();
    }
  }
}
