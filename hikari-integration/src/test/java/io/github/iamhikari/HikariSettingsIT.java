package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.PATIENCE;
import static io.github.iamhikari.ComparedPools.allAtOnce;
import static io.github.iamhikari.ComparedPools.ask;
import static io.github.iamhikari.ComparedPools.await;
import static io.github.iamhikari.ComparedPools.execute;
import static io.github.iamhikari.ComparedPools.processOf;
import static io.github.iamhikari.ComparedPools.uniqueName;
import static io.github.iamhikari.ComparedPools.works;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** Each setting of HikariCP does with IAM logins what it does in HikariCP. */
@Tag("hikari")
class HikariSettingsIT {

  private static final String HOUSEKEEPING = "com.zaxxer.hikari.housekeeping.periodMs";

  private static final String ALIVE_BYPASS = "com.zaxxer.hikari.aliveBypassWindowMs";

  @AfterEach
  void leaveNothingBehind() {
    System.clearProperty(HOUSEKEEPING);
    System.clearProperty(ALIVE_BYPASS);
    WatchedDriver.threads.clear();
    WatchedDriver.calls.clear();
  }

  @OnEveryPool
  void connectionInitSqlIsRunOnceInEachPhysicalConnection(ComparedPools pools) throws SQLException {
    String sequence = uniqueName("sequence");
    execute("create sequence " + sequence);

    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setInitializationFailTimeout(-1);
              c.setConnectionInitSql("select nextval('" + sequence + "')");
            })) {
      assertThat(ask(pool, "select last_value from " + sequence)).isEqualTo("1");
      assertThat(ask(pool, "select last_value from " + sequence)).isEqualTo("1");
      pool.getHikariPoolMXBean().softEvictConnections();
      assertThat(ask(pool, "select last_value from " + sequence)).isEqualTo("2");
    }
  }

  @OnEveryPool
  void connectionTimeoutEndsTheWaitForAConnection(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
            pools.start(
                c -> {
                  c.setConnectionTimeout(250);
                  c.setMaximumPoolSize(1);
                  c.setInitializationFailTimeout(PATIENCE.toMillis());
                  c.setMinimumIdle(1);
                });
        Connection connection = pool.getConnection()) {
      long start = System.nanoTime();
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageStartingWith(
              pool.getPoolName() + " - Connection is not available, request timed out after ");
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(240), PATIENCE);
      assertThat(ask(connection, "select 1")).isEqualTo("1");
    }
  }

  @OnEveryPool
  void validationTimeoutEndsTheWaitForANewConnection(ComparedPools pools) throws SQLException {
    SQLException failure =
        pools.failureOfAStart(
            c -> {
              c.setValidationTimeout(250);
              c.setConnectionInitSql("select pg_sleep(20)");
            });
    // The timeout ends the statement, or on a busy machine one that HikariCP sends before it.
    assertThat(failure.getSQLState()).isIn("08006", "08003");

    pools.startsAndWorks(
        c -> {
          c.setValidationTimeout(PATIENCE.toMillis());
          c.setConnectionInitSql("select pg_sleep(0.3)");
        });
  }

  @OnEveryPool
  void poolSizesAreKept(ComparedPools pools) throws Exception {
    String application = uniqueName("application");
    String sessions =
        "select count(*) from pg_stat_activity where application_name = '" + application + "'";
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.addDataSourceProperty("ApplicationName", application);
              c.setMinimumIdle(2);
              c.setMaximumPoolSize(3);
            })) {
      await("two are idle", () -> pool.getHikariPoolMXBean().getIdleConnections() >= 2);
      assertThat(ask(sessions)).isIn("2", "3"); // a third where one was borrowed meanwhile

      try (Connection first = pool.getConnection();
          Connection second = pool.getConnection();
          Connection third = pool.getConnection()) {
        assertThat(List.of(processOf(first), processOf(second), processOf(third)))
            .doesNotHaveDuplicates();
        assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isEqualTo(3);
        assertThat(ask(sessions)).isEqualTo("3");
      }
    }
  }

  @OnEveryPool
  void idleTimeoutClosesWhatIsIdleBeyondMinimumIdle(ComparedPools pools) throws Exception {
    System.setProperty(HOUSEKEEPING, "100");
    try (HikariDataSource pool = pools.start(c -> c.setMinimumIdle(1))) {
      try (Connection first = pool.getConnection();
          Connection second = pool.getConnection();
          Connection third = pool.getConnection()) {
        assertThat(List.of(first, second, third)).hasSize(3);
      }
      assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(3);

      pool.getHikariConfigMXBean().setIdleTimeout(1);

      await("one is left", () -> pool.getHikariPoolMXBean().getTotalConnections() == 1);
      works(pool);
    }
  }

  @OnEveryPool
  void maxLifetimeRetiresAConnection(ComparedPools pools) throws Exception {
    try (HikariDataSource pool = pools.start()) {
      pool.getHikariConfigMXBean().setMaxLifetime(100);
      pool.getHikariPoolMXBean().softEvictConnections();
      String first = ask(pool, "select pg_backend_pid()");

      await("it is retired", () -> pool.getHikariPoolMXBean().getTotalConnections() == 0);

      assertThat(ask(pool, "select pg_backend_pid()")).isNotEqualTo(first);
    }
  }

  @OnEveryPool
  void keepaliveTimeTestsAnIdleConnection(ComparedPools pools) throws Exception {
    String sequence = uniqueName("sequence");
    execute("create sequence " + sequence);
    String tests = "select last_value from " + sequence;
    try (HikariDataSource pool =
        pools.start(c -> c.setConnectionTestQuery("select nextval('" + sequence + "')"))) {
      pool.getHikariPoolMXBean().softEvictConnections();
      pool.setKeepaliveTime(50);
      pool.getConnection().close();
      int before = Integer.parseInt(ask(tests));

      await("it is tested thrice", () -> Integer.parseInt(ask(tests)) >= before + 3);

      assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
    }
  }

  @OnEveryPool
  void connectionTestQueryIsRunBeforeAConnectionIsBorrowed(ComparedPools pools)
      throws SQLException {
    System.setProperty(ALIVE_BYPASS, "-1");
    String sequence = uniqueName("sequence");
    execute("create sequence " + sequence);
    String tests = "select last_value from " + sequence;
    try (HikariDataSource pool =
        pools.start(c -> c.setConnectionTestQuery("select nextval('" + sequence + "')"))) {
      int before = Integer.parseInt(ask(pool, tests));

      pool.getConnection().close();
      pool.getConnection().close();

      assertThat(ask(pool, tests)).isEqualTo(String.valueOf(before + 3));
    }
  }

  @OnEveryPool
  void deadConnectionsAreReplacedUnseen(ComparedPools pools) throws SQLException {
    System.setProperty(ALIVE_BYPASS, "-1");
    try (HikariDataSource pool = pools.start(c -> c.setMaximumPoolSize(1))) {
      String first = ask(pool, "select pg_backend_pid()");
      execute("select pg_terminate_backend(" + first + ", 10000)");

      assertThat(ask(pool, "select pg_backend_pid()")).isNotEqualTo(first);
    }
  }

  @OnEveryPool
  void schemaIsSetAndSetAgainAfterABorrower(ComparedPools pools) throws SQLException {
    String schema = uniqueName("schema");
    execute("create schema " + schema);
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setSchema(schema);
              c.setMaximumPoolSize(1);
            })) {
      try (Connection connection = pool.getConnection()) {
        assertThat(ask(connection, "select current_schema()")).isEqualTo(schema);
        connection.setSchema("public");
        assertThat(ask(connection, "select current_schema()")).isEqualTo("public");
      }
      assertThat(ask(pool, "select current_schema()")).isEqualTo(schema);
    }
  }

  @OnEveryPool
  void catalogIsSetAndSetAgainAfterABorrower(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setDriverClassName(WatchedDriver.class.getName());
              c.setCatalog("app");
              c.setMaximumPoolSize(1);
            })) {
      WatchedDriver.calls.removeIf(call -> !call.equals("setCatalog[app]"));
      assertThat(WatchedDriver.calls).isNotEmpty();
      WatchedDriver.calls.clear();

      try (Connection connection = pool.getConnection()) {
        connection.setCatalog("elsewhere");
      }

      assertThat(WatchedDriver.calls)
          .filteredOn(call -> call.startsWith("setCatalog"))
          .endsWith("setCatalog[elsewhere]", "setCatalog[app]");
    }
  }

  @OnEveryPool
  void readOnlyIsSetAndSetAgainAfterABorrower(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setReadOnly(true);
              c.setAutoCommit(false);
              c.setMaximumPoolSize(1);
            })) {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        assertThatThrownBy(() -> statement.execute("create table never_made (id int)"))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
        connection.rollback();
        connection.setReadOnly(false);
      }
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.isReadOnly()).isTrue();
        assertThat(ask(connection, "show transaction_read_only")).isEqualTo("on");
      }
    }
  }

  @OnEveryPool
  void autoCommitThatIsOffRollsBackWhatABorrowerLeaves(ComparedPools pools) throws SQLException {
    String table = uniqueName("rows");
    execute("create table " + table + " (id int)");
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setAutoCommit(false);
              c.setMaximumPoolSize(1);
            })) {
      for (boolean committed : new boolean[] {true, false}) {
        try (Connection connection = pool.getConnection();
            Statement statement = connection.createStatement()) {
          assertThat(connection.getAutoCommit()).isFalse();
          statement.execute("insert into " + table + " values (1)");
          if (committed) {
            connection.commit();
          }
        }
      }
      assertThat(ask(pool, "select count(*) from " + table)).isEqualTo("1");
    }
  }

  @OnEveryPool
  void transactionIsolationIsSetAndSetAgainAfterABorrower(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
              c.setMaximumPoolSize(1);
            })) {
      try (Connection connection = pool.getConnection()) {
        assertThat(ask(connection, "show transaction_isolation")).isEqualTo("serializable");
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        assertThat(ask(connection, "show transaction_isolation")).isEqualTo("repeatable read");
      }
      assertThat(ask(pool, "show transaction_isolation")).isEqualTo("serializable");
    }
  }

  @OnEveryPool
  void isolateInternalQueriesEndsTheirTransaction(ComparedPools pools) throws SQLException {
    for (boolean isolated : new boolean[] {true, false}) {
      try (HikariDataSource pool =
              pools.start(
                  c -> {
                    c.setInitializationFailTimeout(-1);
                    c.setAutoCommit(false);
                    c.setIsolateInternalQueries(isolated);
                    c.addDataSourceProperty("ApplicationName", "by property");
                    c.setConnectionInitSql("set application_name = 'by query'");
                  });
          Connection connection = pool.getConnection()) {
        connection.rollback();

        assertThat(ask(connection, "show application_name"))
            .isEqualTo(isolated ? "by query" : "by property");
      }
    }
  }

  @Test
  void leakDetectionThresholdHasALeakLogged() throws Exception {
    List<Callable<@Nullable Void>> leaks = new ArrayList<>();
    ComparedPools.all()
        .forEach(
            pools ->
                leaks.add(
                    () -> {
                      try (LogWatch log = LogWatch.of("com.zaxxer.hikari.pool.ProxyLeakTask");
                          HikariDataSource pool =
                              pools.start(c -> c.setLeakDetectionThreshold(2000));
                          Connection leaked = pool.getConnection()) {
                        log.awaitLine(
                            "Connection leak detection triggered for "
                                + leaked.unwrap(PGConnection.class),
                            PATIENCE);
                      }
                      return null;
                    }));
    allAtOnce(leaks);
  }

  @OnEveryPool
  void exceptionOverrideDecidesWhichErrorsCloseAConnection(ComparedPools pools)
      throws SQLException {
    String unsupported = "do $$ begin raise exception 'x' using errcode = '0A000'; end $$";
    String wrong = "select nonsense";

    try (HikariDataSource pool = pools.start()) {
      assertThat(isClosedBy(pool, unsupported)).isTrue();
      assertThat(isClosedBy(pool, wrong)).isFalse();
    }
    try (HikariDataSource pool =
        pools.start(c -> c.setExceptionOverrideClassName(Contrary.class.getName()))) {
      assertThat(isClosedBy(pool, unsupported)).isFalse();
      assertThat(isClosedBy(pool, wrong)).isTrue();
    }
  }

  @OnEveryPool
  void dataSourcePropertiesReachTheDriver(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
        pools.start(c -> c.addDataSourceProperty("ApplicationName", "orders"))) {
      assertThat(ask(pool, "show application_name")).isEqualTo("orders");
    }
  }

  @OnEveryPool
  void driverClassNameIsTheDriverThatConnects(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
        pools.start(c -> c.setDriverClassName(WatchedDriver.class.getName()))) {
      works(pool);
      assertThat(WatchedDriver.threads).hasSize(pools.logins().size());
    }
  }

  @OnEveryPool
  void poolNameIsInThreadsAndMessages(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool =
            pools.start(
                c -> {
                  c.setPoolName("orders");
                  c.setDriverClassName(WatchedDriver.class.getName());
                });
        Connection connection = pool.getConnection()) {
      assertThat(connection.isValid(10)).isTrue();
      assertThat(WatchedDriver.threads).last().asString().startsWith("orders:connection-adder");
      assertThat(pool).hasToString("HikariDataSource (orders)");
    }
    try (HikariDataSource pool = pools.start(c -> c.setPoolName(null))) {
      assertThat(pool.getPoolName()).matches("HikariPool-\\d+");
    }
  }

  @OnEveryPool
  void threadFactoryMakesTheThreadThatConnects(ComparedPools pools) throws SQLException {
    String name = uniqueName("thread");
    ThreadFactory factory =
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        };
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setThreadFactory(factory);
              c.setDriverClassName(WatchedDriver.class.getName());
            })) {
      works(pool);
      assertThat(WatchedDriver.threads).last().isEqualTo(name);
    }
  }

  @OnEveryPool
  void scheduledExecutorDoesTheHousekeepingAndIsLeftOpen(ComparedPools pools) throws Exception {
    ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);
    try {
      try (HikariDataSource pool = pools.start(c -> c.setScheduledExecutor(executor))) {
        await("it has worked", () -> executor.getCompletedTaskCount() > 0);
        works(pool);
      }
      assertThat(executor.isShutdown()).isFalse();
    } finally {
      executor.shutdownNow();
    }
  }

  /** Closes nothing that HikariCP would, and what it would not. */
  public static final class Contrary implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException e) {
      return "42703".equals(e.getSQLState()) ? Override.MUST_EVICT : Override.DO_NOT_EVICT;
    }
  }

  private static boolean isClosedBy(HikariDataSource pool, String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      assertThatThrownBy(() -> statement.execute(sql)).isInstanceOf(SQLException.class);
      return connection.isClosed();
    }
  }
}
