package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.OTHER_USER;
import static io.github.iamhikari.ComparedPools.PATIENCE;
import static io.github.iamhikari.ComparedPools.USER;
import static io.github.iamhikari.ComparedPools.ask;
import static io.github.iamhikari.ComparedPools.await;
import static io.github.iamhikari.ComparedPools.processOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.core.IamDataSource;
import java.beans.IntrospectionException;
import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** What can be done with a running pool is what HikariCP can do. */
@Tag("hikari")
class HikariAtRunTimeIT {

  private static final String HOUSEKEEPING = "com.zaxxer.hikari.housekeeping.periodMs";

  @AfterEach
  void leaveNothingBehind() {
    System.clearProperty(HOUSEKEEPING);
    WatchedDriver.threads.clear();
    WatchedDriver.calls.clear();
  }

  @OnEveryPool
  void allowPoolSuspensionMakesBorrowersWait(ComparedPools pools) throws Exception {
    ExecutorService borrower = Executors.newSingleThreadExecutor();
    try (HikariDataSource pool = pools.start(c -> c.setAllowPoolSuspension(true))) {
      HikariPoolMXBean switches = pool.getHikariPoolMXBean();
      switches.suspendPool();
      assertThat(pool.isRunning()).isFalse();

      Future<String> answer = borrower.submit(() -> ask(pool, "select current_user"));
      assertThatThrownBy(() -> answer.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      switches.resumePool();

      assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(USER);
      assertThat(pool.isRunning()).isTrue();
    } finally {
      borrower.shutdownNow();
    }
    try (HikariDataSource pool = pools.start()) {
      assertThatThrownBy(() -> pool.getHikariPoolMXBean().suspendPool())
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(pool.getPoolName() + " - is not suspendable");
    }
  }

  @OnEveryPool
  void maximumPoolSizeCanGrowWhileThePoolRuns(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start(c -> c.setMaximumPoolSize(1));
        Connection first = pool.getConnection()) {
      pool.getHikariConfigMXBean().setMaximumPoolSize(2);

      try (Connection second = pool.getConnection()) {
        assertThat(processOf(second)).isNotEqualTo(processOf(first));
      }
    }
  }

  @OnEveryPool
  void connectionTimeoutCanChangeWhileThePoolRuns(ComparedPools pools) throws Exception {
    System.setProperty(HOUSEKEEPING, "50");
    ScheduledThreadPoolExecutor housekeeper = new ScheduledThreadPoolExecutor(1);
    try (HikariDataSource pool =
            pools.start(
                c -> {
                  c.setMaximumPoolSize(1);
                  c.setScheduledExecutor(housekeeper);
                  c.setConnectionTimeout(Duration.ofHours(1).toMillis());
                });
        Connection only = pool.getConnection()) {
      pool.getHikariConfigMXBean().setConnectionTimeout(250);
      long rounds = housekeeper.getCompletedTaskCount();
      await("the housekeeper knows", () -> housekeeper.getCompletedTaskCount() >= rounds + 2);

      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining("request timed out after ");
      assertThat(only.isValid(10)).isTrue();
    } finally {
      housekeeper.shutdownNow();
    }
  }

  @OnEveryPool
  void catalogCanChangeWhileThePoolRuns(ComparedPools pools) throws Exception {
    System.setProperty(HOUSEKEEPING, "50");
    try (HikariDataSource pool =
        pools.start(c -> c.setDriverClassName(WatchedDriver.class.getName()))) {
      pool.getHikariConfigMXBean().setCatalog("other");

      await(
          "a new connection has it",
          () -> {
            pool.getHikariPoolMXBean().softEvictConnections();
            pool.getConnection().close();
            return WatchedDriver.calls.contains("setCatalog[other]");
          });
    }
  }

  @OnEveryPool
  void credentialsCanChangeWhileThePoolRuns(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start();
        Connection before = pool.getConnection()) {
      pool.getHikariConfigMXBean()
          .setCredentials(Credentials.of(OTHER_USER, pools.passwordOf(OTHER_USER)));

      assertThat(ask(pool, "select current_user")).isEqualTo(OTHER_USER);
      assertThat(ask(before, "select current_user")).isEqualTo(USER);
    }
  }

  @OnEveryPool
  void usernameAndPasswordCanChangeWhileThePoolRuns(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      HikariConfigMXBean settings = pool.getHikariConfigMXBean();
      settings.setUsername(OTHER_USER);
      settings.setPassword(pools.passwordOf(OTHER_USER));
      pool.getHikariPoolMXBean().softEvictConnections();
      assertThat(ask(pool, "select current_user")).isEqualTo(OTHER_USER);

      settings.setUsername(USER);
      settings.setPassword(pools.passwordOf(USER));
      pool.getHikariPoolMXBean().softEvictConnections();
      assertThat(ask(pool, "select current_user")).isEqualTo(USER);
    }
  }

  @OnOurPools
  void passwordThatIsGivenWhileThePoolRunsIsNotSent(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      pool.getHikariConfigMXBean().setPassword("hunter2");
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThat(ask(pool, "select current_user")).isEqualTo(USER);
    }
    assertThat(pools.logins())
        .isNotEmpty()
        .allSatisfy(login -> assertThat(login.accepted()).isTrue());
  }

  /** By each setter with what its getter returns, which changes nothing where it is let. */
  @Test
  void sealsWhatHikariCpSeals() throws Exception {
    Map<String, String> expected = new TreeMap<>();
    for (ComparedPools pools : ComparedPools.all().toList()) {
      try (HikariDataSource pool = pools.start()) {
        Map<String, String> outcomes = new TreeMap<>();
        for (PropertyDescriptor property : settable()) {
          outcomes.put(property.getName(), outcomeOfSetting(property, pool));
        }
        outcomes.put("add", thrown(() -> pool.addDataSourceProperty("ApplicationName", "late")));
        outcomes.put("addCheck", thrown(() -> pool.addHealthCheckProperty("late", "late")));
        expected.putAll(pools.areOurs() ? Map.of() : outcomes);

        assertThat(outcomes).isEqualTo(expected);
      }
    }
    String sealed =
        "java.lang.IllegalStateException: The configuration of the pool is sealed once started."
            + " Use HikariConfigMXBean for runtime changes.";
    assertThat(expected).hasSizeGreaterThan(30);
    assertThat(expected.values()).containsOnly(sealed, "nothing");
    assertThat(expected)
        .containsEntry("jdbcUrl", sealed)
        .containsEntry("schema", sealed)
        .containsEntry("dataSourceProperties", sealed)
        .containsEntry("add", sealed)
        .containsEntry("maximumPoolSize", "nothing")
        .containsEntry("username", "nothing");
  }

  @OnOurPools
  void sealsItsOwnSettings(ComparedPools pools) throws SQLException {
    try (IamHikariDataSource pool = (IamHikariDataSource) pools.start()) {
      String sealed =
          "java.lang.IllegalStateException: The configuration of the pool is sealed once started."
              + " Use HikariConfigMXBean for runtime changes.";
      assertThat(thrown(() -> pool.setIamHost(pool.getIamHost()))).isEqualTo(sealed);
      assertThat(thrown(() -> pool.setIamRegion("us-east-2"))).isEqualTo(sealed);
      assertThat(thrown(() -> pool.setIamDefaultPort(5432))).isEqualTo(sealed);
      assertThat(thrown(() -> pool.setIamExpiration(60))).isEqualTo(sealed);
      assertThat(thrown(() -> pool.setAwsCredentialsProvider(pools)))
          .startsWith("java.lang.IllegalStateException: ");
      assertThat(pool.getIamExpiration()).isEqualTo(870);
    }
  }

  /** All but the DataSource beneath, what it is given, and the password. */
  @Test
  void readsBackWhatHikariCpReadsBack() throws Exception {
    Consumer<HikariConfig> settings =
        c -> {
          c.setPoolName("orders");
          c.setMaxLifetime(29_999); // these five are too short
          c.setKeepaliveTime(29_999);
          c.setIdleTimeout(9_999);
          c.setLeakDetectionThreshold(1_999);
          c.setMinimumIdle(2);
          c.setMaximumPoolSize(7);
          c.setValidationTimeout(2_500);
          c.setConnectionTimeout(12_345);
          c.setInitializationFailTimeout(4_321);
          c.setConnectionTestQuery("select 2");
          c.setConnectionInitSql("select 3");
          c.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
          c.setSchema("public");
          c.setCatalog("app");
          c.setAutoCommit(false);
          c.setReadOnly(true);
          c.setIsolateInternalQueries(true);
          c.setRegisterMbeans(true);
          c.setAllowPoolSuspension(true);
          c.setDriverClassName("org.postgresql.Driver");
          c.setExceptionOverrideClassName(HikariSettingsIT.Contrary.class.getName());
          c.addHealthCheckProperty("connectivityCheckTimeoutMs", "1000");
        };
    Map<String, String> expected = new TreeMap<>();
    for (ComparedPools pools : ComparedPools.all().toList()) {
      try (HikariDataSource pool = pools.start(settings)) {
        Map<String, String> values = new TreeMap<>();
        for (PropertyDescriptor property : settable()) {
          values.put(
              property.getName(),
              String.valueOf(property.getReadMethod().invoke(pool)).replaceFirst("@.*", ""));
        }
        values
            .keySet()
            .removeAll(Set.of("dataSource", "dataSourceProperties", "password", "credentials"));
        expected.putAll(pools.areOurs() ? Map.of() : values);

        assertThat(values).isEqualTo(expected);
      }
    }
    assertThat(expected)
        .hasSizeGreaterThan(30)
        .containsEntry("maxLifetime", "1800000")
        .containsEntry("keepaliveTime", "0")
        .containsEntry("idleTimeout", "600000")
        .containsEntry("leakDetectionThreshold", "0")
        .containsEntry("validationTimeout", "2500");
  }

  @OnEveryPool
  void runsFromItsStartUntilItIsClosed(ComparedPools pools) throws SQLException {
    HikariDataSource pool = pools.make();
    assertThat(pool.isRunning()).isEqualTo(pools.startAtOnce());
    assertThat(pool.isClosed()).isFalse();
    Connection borrowed = pool.getConnection();
    assertThat(pool.isRunning()).isTrue();

    pool.close();
    pool.close();

    assertThat(pool.isRunning()).isFalse();
    assertThat(pool.isClosed()).isTrue();
    assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isZero();
    assertThatThrownBy(() -> processOf(borrowed)).isInstanceOf(SQLException.class);
    assertThatThrownBy(pool::getConnection)
        .isExactlyInstanceOf(SQLException.class)
        .hasMessage("HikariDataSource " + pool + " has been closed.");
  }

  @OnEveryPool
  void canBeClosedBeforeItStarts(ComparedPools pools) {
    if (!pools.startAtOnce()) {
      HikariDataSource pool = pools.make();
      pool.close();

      assertThat(pool.isClosed()).isTrue();
      assertThatThrownBy(pool::getConnection)
          .isExactlyInstanceOf(SQLException.class)
          .hasMessage("HikariDataSource HikariDataSource (null) has been closed.");
    }
  }

  @OnEveryPool
  void evictConnectionClosesABorrowedOne(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start(c -> c.setMaximumPoolSize(1))) {
      Connection evicted = pool.getConnection();
      String process = processOf(evicted);

      pool.evictConnection(evicted);

      assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
      assertThat(ask(pool, "select pg_backend_pid()")).isNotEqualTo(process);
    }
  }

  @OnEveryPool
  void softEvictConnectionsLetsABorrowerFinish(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start(c -> c.setMaximumPoolSize(1))) {
      String process;
      try (Connection borrowed = pool.getConnection()) {
        process = processOf(borrowed);
        pool.getHikariPoolMXBean().softEvictConnections();
        assertThat(processOf(borrowed)).isEqualTo(process);
      }
      assertThat(ask(pool, "select pg_backend_pid()")).isNotEqualTo(process);
    }
  }

  @OnEveryPool
  void doesNotSupportWhatHikariCpDoesNot(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      assertThatThrownBy(() -> pool.getConnection(USER, pools.passwordOf(USER)))
          .isExactlyInstanceOf(SQLFeatureNotSupportedException.class);
      assertThatThrownBy(pool::getParentLogger)
          .isExactlyInstanceOf(SQLFeatureNotSupportedException.class);
    }
  }

  @OnEveryPool
  void logWriterIsThatOfTheDriver(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.make()) {
      if (!pools.startAtOnce()) {
        assertThat(pool.getLogWriter()).isNull();
        pool.setLogWriter(new PrintWriter(new StringWriter()));
      }
      pool.getConnection().close();
      assertThatThrownBy(pool::getLogWriter)
          .isExactlyInstanceOf(SQLFeatureNotSupportedException.class);
      assertThatThrownBy(() -> pool.setLogWriter(new PrintWriter(new StringWriter())))
          .isExactlyInstanceOf(SQLFeatureNotSupportedException.class);
    }
  }

  @OnEveryPool
  void loginTimeoutIsThatOfTheDriver(ComparedPools pools) throws SQLException {
    int before = DriverManager.getLoginTimeout();
    try (HikariDataSource pool = pools.make(c -> c.setConnectionTimeout(27_600))) {
      if (!pools.startAtOnce()) {
        assertThat(pool.getLoginTimeout()).isZero();
        pool.setLoginTimeout(5);
      }
      pool.getConnection().close();
      assertThat(pool.getLoginTimeout()).isEqualTo(28);

      pool.setLoginTimeout(26);

      assertThat(pool.getLoginTimeout()).isEqualTo(26);
      assertThat(DriverManager.getLoginTimeout()).isEqualTo(26);
    } finally {
      DriverManager.setLoginTimeout(before);
    }
  }

  @OnEveryPool
  void unwrapsToWhatIsBeneath(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.make()) {
      if (!pools.startAtOnce()) {
        assertThat(pool.isWrapperFor(DriverDataSource.class)).isFalse();
        assertThatThrownBy(() -> pool.unwrap(DriverDataSource.class))
            .isExactlyInstanceOf(SQLException.class)
            .hasMessage("Wrapped DataSource is not an instance of " + DriverDataSource.class);
      }
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
        assertThat(connection.unwrap(PGConnection.class).getBackendPID())
            .hasToString(processOf(connection));
      }
      for (Class<?> type :
          new Class<?>[] {
            DataSource.class, HikariConfig.class, HikariDataSource.class, DriverDataSource.class
          }) {
        assertThat(pool.isWrapperFor(type)).isTrue();
        assertThat(pool.unwrap(type)).isInstanceOf(type);
      }
      assertThat(pool.unwrap(DataSource.class)).isSameAs(pool);
      assertThat(pool.isWrapperFor(Runnable.class)).isFalse();
      assertThatThrownBy(() -> pool.unwrap(Runnable.class))
          .isExactlyInstanceOf(SQLFeatureNotSupportedException.class);
      assertThat(pool.isWrapperFor(IamHikariDataSource.class)).isEqualTo(pools.areOurs());
      assertThat(pool.isWrapperFor(IamDataSource.class)).isEqualTo(pools.areOurs());
    }
  }

  /** The properties of HikariCP's configuration that have a getter and a setter. */
  private static PropertyDescriptor[] settable() throws IntrospectionException {
    return Arrays.stream(
            Introspector.getBeanInfo(HikariConfig.class, Object.class).getPropertyDescriptors())
        .filter(property -> property.getReadMethod() != null && property.getWriteMethod() != null)
        .toArray(PropertyDescriptor[]::new);
  }

  private static String outcomeOfSetting(PropertyDescriptor property, HikariDataSource pool)
      throws ReflectiveOperationException {
    Method setter = property.getWriteMethod();
    Object value = property.getReadMethod().invoke(pool);
    try {
      setter.invoke(pool, value);
      return "nothing";
    } catch (InvocationTargetException e) {
      return String.valueOf(e.getCause());
    }
  }

  private static String thrown(ThrowingCallable action) {
    return Objects.toString(catchThrowable(action), "nothing");
  }
}
