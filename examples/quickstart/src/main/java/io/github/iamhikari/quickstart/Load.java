package io.github.iamhikari.quickstart;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Borrows from a pool with several threads, while connections are evicted and opened anew, and
 * counts what the server saw of it.
 */
final class Load {

  private static final int BORROWERS = 4;
  private static final int MILLISECONDS_BETWEEN_QUERIES = 20;
  private static final int MILLISECONDS_BETWEEN_EVICTIONS = 300;
  private static final int MILLISECONDS_BETWEEN_REPORTS = 3_000;

  /** One at the start, and one more for each of three lifetimes. */
  private static final int FEWEST_TOKENS = 4;

  private final String engine;
  private final LocalRds rds;
  private final HikariDataSource pool;
  private final AtomicInteger queries = new AtomicInteger();
  private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();

  Load(String engine, LocalRds rds, HikariDataSource pool) {
    this.engine = engine;
    this.rds = rds;
    this.pool = pool;
  }

  /**
   * Goes on for a time.
   *
   * @return the line that tells what came of it
   * @throws SQLException the first that a borrower met
   * @throws IllegalStateException if the tokens were not renewed, or one was refused
   */
  String run(Duration time) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      Login login = rds.logins().get(0);
      System.out.println(engine + " - " + describe(connection) + ", " + login.tlsProtocol());
    }
    ScheduledExecutorService threads = Executors.newScheduledThreadPool(BORROWERS + 1);
    try {
      for (int i = 0; i < BORROWERS; i++) {
        repeat(threads, this::query, MILLISECONDS_BETWEEN_QUERIES);
      }
      repeat(threads, this::evictOne, MILLISECONDS_BETWEEN_EVICTIONS);
      repeat(threads, this::report, MILLISECONDS_BETWEEN_REPORTS);
      MILLISECONDS.sleep(time.toMillis());
      threads.shutdown();
      threads.awaitTermination(pool.getConnectionTimeout(), MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      threads.shutdownNow();
    }
    return verdict(time);
  }

  /** User and version, as the server tells them. */
  static String describe(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user, version()")) {
      rows.next();
      return "user "
          + rows.getString(1)
          + ", server "
          + rows.getString(2).replaceFirst(" on .*", "");
    }
  }

  private void repeat(ScheduledExecutorService threads, SqlAction action, int milliseconds) {
    Runnable noted =
        () -> {
          try {
            action.run();
          } catch (SQLException e) {
            failure.compareAndSet(null, e);
          }
        };
    ScheduledFuture<?> unused =
        threads.scheduleAtFixedRate(noted, milliseconds, milliseconds, MILLISECONDS);
  }

  private void query() throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1")) {
      rows.next();
      queries.incrementAndGet();
    }
  }

  private void evictOne() throws SQLException {
    try (Connection connection = pool.getConnection()) {
      pool.evictConnection(connection);
    }
  }

  private void report() {
    int opened = rds.logins().size();
    System.out.println(engine + " - " + opened + " connections opened, " + queries + " queries");
  }

  private String verdict(Duration time) throws SQLException {
    List<Login> logins = rds.logins();
    long accepted = logins.stream().filter(Login::accepted).count();
    long rejected = logins.size() - accepted;
    long tokens = logins.stream().map(Login::token).distinct().count();
    SQLException first = failure.get();
    if (first != null) {
      throw first;
    }
    String counted =
        engine + ": " + accepted + " logins, " + tokens + " tokens, " + rejected + " rejected";
    if (rejected > 0 || tokens < FEWEST_TOKENS || accepted <= tokens) {
      throw new IllegalStateException(
          counted + " in " + time.toSeconds() + " s, which is not what was to be shown");
    }
    return "OK " + counted;
  }

  private interface SqlAction {
    void run() throws SQLException;
  }
}
