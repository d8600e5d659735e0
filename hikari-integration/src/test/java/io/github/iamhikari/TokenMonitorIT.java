package io.github.iamhikari;

import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import com.codahale.metrics.MetricRegistry;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.TestClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.management.JMException;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees of a pool's tokens, in JMX, in Micrometer and in the log. */
@Tag("hikari")
class TokenMonitorIT {

  private static final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();

  private static final TestClock clock = PoolLogins.clock;

  private static final LocalRds rds = PostgresServer.started();

  private final AccessKey key = AccessKey.random();
  private final FaultyCredentials provider = new FaultyCredentials(key);

  @BeforeEach
  void knowTheKey() {
    clock.reset();
    rds.add(key);
  }

  @AfterEach
  void forgetTheKey() {
    clock.reset();
    rds.revoke(key.id());
  }

  @Test
  void theBeanTellsTheStateOfTheTokens() throws Exception {
    try (IamHikariDataSource pool = pool(c -> c.setRegisterMbeans(true))) {
      IamTokenMXBean bean = bean(pool);
      assertThat(Instant.parse(bean.getUsableUntil()))
          .isBetween(clock.instant().plusSeconds(860), clock.instant().plusSeconds(870));
      assertThat(bean.getSigned()).isEqualTo(1);
      assertThat(bean.getFailed()).isZero();
      assertThat(bean.getRejected()).isZero();
      assertThat(bean.getLastFailure()).isNull();

      provider.fail("the metadata service is down");
      clock.advance(Duration.ofSeconds(870));
      evict(pool);
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      await("a failure is counted", () -> bean.getFailed() > 0);
      assertThat(bean.getLastFailure()).endsWith("Z: the metadata service is down");

      provider.give(key);
      rds.revoke(key.id());
      bean.renew();
      assertThat(bean.getSigned()).isEqualTo(2);
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      await("a refusal is counted", () -> bean.getRejected() > 0);
      assertThat(bean.getLastFailure()).contains("Z: IAM login failed for user \"app\"");
    }
  }

  @Test
  void anOperatorCanHaveTheTokenRenewed() throws Exception {
    try (IamHikariDataSource pool = pool(c -> c.setRegisterMbeans(true))) {
      ObjectName name = new ObjectName(nameOf(pool));

      beans.invoke(name, "renew", new Object[0], new String[0]);
      assertThat(bean(pool).getSigned()).isEqualTo(2);

      provider.fail("the metadata service is down");
      assertThatThrownBy(() -> bean(pool).renew())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageEndingWith("the metadata service is down")
          .hasNoCause();
      provider.give(key);
      evict(pool);
      pool.getConnection().close();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theBeanIsThereFromTheStartToTheEndIfToldSo(boolean isToldSo) throws Exception {
    IamHikariDataSource pool = new IamHikariDataSource();
    configure(pool);
    pool.setPoolName("started lazily");
    pool.setAwsCredentialsProvider(provider);
    pool.setRegisterMbeans(isToldSo);
    ObjectName name = new ObjectName(nameOf(pool));
    assertThat(beans.isRegistered(name)).isFalse();

    pool.getConnection().close();
    assertThat(beans.isRegistered(name)).isEqualTo(isToldSo);

    pool.close();
    pool.close();
    assertThat(beans.isRegistered(name)).isFalse();
  }

  @Test
  void theBeansNameFollowsHikariCpsSecondNaming() throws Exception {
    System.setProperty("hikaricp.jmx.register2.0", "true");
    try (IamHikariDataSource pool =
        pool(
            c -> {
              c.setPoolName("orders");
              c.setRegisterMbeans(true);
            })) {
      assertThat(pool.isRunning()).isTrue();
      assertThat(beans.isRegistered(new ObjectName("com.zaxxer.hikari:type=Pool,name=orders")))
          .isTrue();
      assertThat(beans.isRegistered(new ObjectName("com.zaxxer.hikari:type=IamToken,name=orders")))
          .isTrue();
    } finally {
      System.clearProperty("hikaricp.jmx.register2.0");
    }
  }

  @Test
  void metersCountFromTheStartOn() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    try (IamHikariDataSource pool = pool(c -> c.setMetricRegistry(registry))) {
      assertThat(registry.get("iamhikari.token.signing").functionTimer().count()).isEqualTo(1);
      assertThat(
              registry
                  .get("iamhikari.token.signing")
                  .functionTimer()
                  .totalTime(TimeUnit.NANOSECONDS))
          .isPositive();
      assertThat(counted(registry, "signed")).isEqualTo(1);
      assertThat(registry.get("iamhikari.token.remaining").timeGauge().value(TimeUnit.SECONDS))
          .isBetween(860.0, 870.0);

      clock.advance(Duration.ofSeconds(870));
      assertThat(registry.get("iamhikari.token.remaining").timeGauge().value(TimeUnit.SECONDS))
          .isZero();
      provider.fail("the metadata service is down");
      evict(pool);
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      await("a failure is counted", () -> counted(registry, "failed") > 0);
      await(
          "each attempt is timed",
          () ->
              registry.get("iamhikari.token.signing").functionTimer().count()
                  == counted(registry, "signed") + counted(registry, "failed"));

      provider.give(key);
      rds.revoke(key.id());
      clock.advance(Duration.ofSeconds(30));
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      await("a refusal is counted", () -> counted(registry, "rejected") > 0);
      assertThat(registry.getMeters())
          .filteredOn(meter -> meter.getId().getName().startsWith("iamhikari."))
          .hasSize(5)
          .allSatisfy(
              meter -> assertThat(meter.getId().getTag("pool")).isEqualTo(pool.getPoolName()));
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void anotherLibrarysRegistryHasNoneOfItsMeters() throws SQLException {
    MetricRegistry registry = new MetricRegistry();
    try (IamHikariDataSource pool = pool(c -> {})) {
      pool.setMetricRegistry(registry);

      pool.getConnection().close();
      assertThat(registry.getNames()).isNotEmpty().noneMatch(name -> name.contains("token"));
    }
  }

  /** Spring Boot sets one, before or after our auto-configuration has the registry. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void metersCanBeHadBesideAMetricsTrackerFactory(boolean hasStarted) throws SQLException {
    MeterRegistry registry = new SimpleMeterRegistry();
    MeterRegistry another = new SimpleMeterRegistry();
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      pool.setJdbcUrl(rds.jdbcUrl(rds.host()));
      pool.setUsername(rds.account());
      pool.setAwsCredentialsProvider(provider);
      pool.setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(another));
      if (hasStarted) {
        pool.getConnection().close();
      }
      pool.measureTokensIn(registry);
      pool.getConnection().close();

      assertThat(counted(registry, "signed")).isEqualTo(1);
      assertThat(another.get("hikaricp.connections").gauge().value()).isPositive();
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @Test
  void theLogSaysAtTheStartWhoLogsInWhereAndWithWhat() throws Exception {
    try (LogWatch log = LogWatch.of("io.github.iamhikari.core.IamDataSource");
        IamHikariDataSource pool = pool(c -> c.setPoolName("orders"))) {
      log.awaitLine(
          "orders - Logging in with IAM as user \"app\" at %s:%d (region us-east-2), with AWS"
                  .formatted(rds.host(), rds.port())
              + " credentials from a FaultyCredentials; a token is used for 870 s.",
          Duration.ZERO);
      assertThat(pool.isRunning()).isTrue();
    }
  }

  @Test
  void theLogWarnsOfARefusalOnceAndTellsOfItsEnd() throws Exception {
    try (LogWatch log = LogWatch.of("io.github.iamhikari.core.IamDataSource");
        IamHikariDataSource pool =
            pool(
                c -> {
                  c.setPoolName("orders");
                  c.setRegisterMbeans(true);
                })) {
      rds.revoke(key.id());
      evict(pool);
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
        clock.advance(Duration.ofSeconds(10));
      }
      rds.add(key);
      bean(pool).renew();
      // HikariCP may be waiting for up to 5 s before its next attempt.
      await("a login", () -> catchThrowable(() -> pool.getConnection().close()) == null);

      assertThat(log.linesOf(Level.WARN))
          .hasSize(1)
          .first()
          .asString()
          .startsWith("orders - IAM login failed for ");
      assertThat(log.linesOf(Level.INFO))
          .last()
          .asString()
          .matches("orders - IAM logins work again for user .*\\.");
    }
  }

  private IamHikariDataSource pool(Consumer<HikariConfig> more) {
    HikariConfig config = new HikariConfig();
    configure(config);
    more.accept(config);
    return new IamHikariDataSource(
        config, logins -> SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(provider)));
  }

  private static void configure(HikariConfig config) {
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(rds.account());
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(500);
  }

  private static void evict(IamHikariDataSource pool) {
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  private static double counted(MeterRegistry registry, String what) {
    return registry.get("iamhikari.token." + what).functionCounter().count();
  }

  private static String nameOf(IamHikariDataSource pool) {
    return "com.zaxxer.hikari:type=IamToken (" + pool.getPoolName() + ")";
  }

  private static IamTokenMXBean bean(IamHikariDataSource pool) throws JMException {
    return JMX.newMXBeanProxy(beans, new ObjectName(nameOf(pool)), IamTokenMXBean.class);
  }
}
