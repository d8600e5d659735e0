package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.PATIENCE;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.health.HealthCheck;
import com.codahale.metrics.health.HealthCheckRegistry;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.metrics.PoolStats;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.management.Attribute;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;

/** What a pool tells of itself is what HikariCP's tells, and no token. */
@Tag("hikari")
class HikariMetricsIT {

  @OnEveryPool
  void metricRegistryCanBeMicrometers(ComparedPools pools) throws SQLException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setMetricRegistry(registry);
              c.setMinimumIdle(1);
            })) {
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.isValid(10)).isTrue();
        String name = pool.getPoolName();
        assertThat(registry.get("hikaricp.connections").tag("pool", name).gauge().value())
            .isPositive();
        assertThat(registry.get("hikaricp.connections.max").tag("pool", name).gauge().value())
            .isEqualTo(3);
      }
      assertThat(registry.get("hikaricp.connections.acquire").timer().count()).isPositive();
      assertThat(registry.get("hikaricp.connections.usage").timer().count()).isPositive();
      assertThat(registry.get("hikaricp.connections.timeout").counter().count()).isZero();
      assertThat(registry.getMeters())
          .extracting(meter -> meter.getId().getName())
          .filteredOn(meterName -> !meterName.startsWith("iamhikari."))
          .containsExactlyInAnyOrder(
              "hikaricp.connections",
              "hikaricp.connections.acquire",
              "hikaricp.connections.active",
              "hikaricp.connections.creation",
              "hikaricp.connections.idle",
              "hikaricp.connections.max",
              "hikaricp.connections.min",
              "hikaricp.connections.pending",
              "hikaricp.connections.timeout",
              "hikaricp.connections.usage");

      assertThatThrownBy(() -> pool.setMetricRegistry(registry))
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage("MetricRegistry can only be set one time");
    }
    assertThat(registry.getMeters()).isEmpty();
  }

  @OnEveryPool
  void metricRegistryCanBeSetWhileThePoolRuns(ComparedPools pools) throws SQLException {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (HikariDataSource pool = pools.start()) {
      pool.setMetricRegistry(registry);
      pool.getConnection().close();
      assertThat(registry.get("hikaricp.connections.acquire").timer().count()).isEqualTo(1);
    }
  }

  @OnEveryPool
  void metricRegistryAndHealthCheckRegistryCanBeDropwizards(ComparedPools pools)
      throws SQLException {
    MetricRegistry metrics = new MetricRegistry();
    HealthCheckRegistry checks = new HealthCheckRegistry();
    try (HikariDataSource pool =
        pools.start(
            c -> {
              c.setMetricRegistry(metrics);
              c.setHealthCheckRegistry(checks);
              c.addHealthCheckProperty("connectivityCheckTimeoutMs", "300");
              c.addHealthCheckProperty(
                  "expected99thPercentileMs", String.valueOf(PATIENCE.toMillis()));
            })) {
      String connectivity = pool.getPoolName() + ".pool.ConnectivityCheck";
      String slowness = pool.getPoolName() + ".pool.Connection99Percent";
      assertThat(checks.getNames()).containsExactlyInAnyOrder(connectivity, slowness);
      pool.getConnection().close();
      assertThat(metrics.timer(pool.getPoolName() + ".pool.Wait").getCount()).isPositive();
      assertThat(checks.runHealthCheck(connectivity).isHealthy()).isTrue();
      assertThat(checks.runHealthCheck(slowness).isHealthy()).isTrue();

      pools.shutOut();
      pool.getHikariPoolMXBean().softEvictConnections();

      HealthCheck.Result result = checks.runHealthCheck(connectivity);
      assertThat(result.isHealthy()).isFalse();
      assertThat(result.getMessage()).containsPattern("request timed out after \\d{3,4}ms");
    }
    assertThat(metrics.getNames()).isEmpty();
  }

  @OnEveryPool
  void metricsTrackerFactoryMakesWhatIsToldOfEachConnection(ComparedPools pools)
      throws SQLException {
    AtomicReference<@Nullable String> name = new AtomicReference<>();
    AtomicReference<@Nullable PoolStats> stats = new AtomicReference<>();
    AtomicInteger created = new AtomicInteger();
    AtomicInteger borrowed = new AtomicInteger();
    AtomicInteger returned = new AtomicInteger();
    AtomicBoolean closed = new AtomicBoolean();
    IMetricsTracker tracker =
        new IMetricsTracker() {
          @Override
          public void recordConnectionCreatedMillis(long milliseconds) {
            created.incrementAndGet();
          }

          @Override
          public void recordConnectionAcquiredNanos(long nanoseconds) {
            borrowed.incrementAndGet();
          }

          @Override
          public void recordConnectionUsageMillis(long milliseconds) {
            returned.incrementAndGet();
          }

          @Override
          public void close() {
            closed.set(true);
          }
        };
    try (HikariDataSource pool =
        pools.start(
            c ->
                c.setMetricsTrackerFactory(
                    (poolName, poolStats) -> {
                      name.set(poolName);
                      stats.set(poolStats);
                      return tracker;
                    }))) {
      pool.getConnection().close();

      assertThat(name.get()).isEqualTo(pool.getPoolName());
      assertThat(requireNonNull(stats.get()).getMaxConnections()).isEqualTo(3);
      assertThat(created).hasPositiveValue();
      assertThat(borrowed).hasPositiveValue();
      assertThat(returned).hasPositiveValue();
      assertThat(closed).isFalse();
    }
    assertThat(closed).isTrue();
  }

  @OnEveryPool
  void registerMbeansShowsThePoolButNoToken(ComparedPools pools) throws Exception {
    MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    ObjectName poolBean;
    ObjectName configBean;
    try (HikariDataSource pool = pools.start(c -> c.setRegisterMbeans(true));
        Connection connection = pool.getConnection()) {
      poolBean = new ObjectName("com.zaxxer.hikari:type=Pool (" + pool.getPoolName() + ")");
      configBean = new ObjectName("com.zaxxer.hikari:type=PoolConfig (" + pool.getPoolName() + ")");

      assertThat(connection.isValid(10)).isTrue();
      assertThat(attributes(server, poolBean))
          .containsEntry("ActiveConnections", 1)
          .containsEntry("TotalConnections", 1)
          .containsOnlyKeys(
              "ActiveConnections",
              "IdleConnections",
              "ThreadsAwaitingConnection",
              "TotalConnections");
      assertThat(attributes(server, configBean))
          .containsEntry("MaximumPoolSize", 3)
          .containsEntry("PoolName", pool.getPoolName())
          .containsOnlyKeys(
              "Catalog",
              "ConnectionTimeout",
              "IdleTimeout",
              "LeakDetectionThreshold",
              "MaxLifetime",
              "MaximumPoolSize",
              "MinimumIdle",
              "PoolName",
              "ValidationTimeout");
      assertThat(attributes(server, configBean).values())
          .allSatisfy(value -> assertThat(String.valueOf(value)).doesNotContain("X-Amz"));

      server.setAttribute(configBean, new Attribute("MaximumPoolSize", 4));
      assertThat(pool.getMaximumPoolSize()).isEqualTo(4);
      server.invoke(poolBean, "softEvictConnections", null, null);
    }
    assertThat(server.isRegistered(poolBean)).isFalse();
    assertThat(server.isRegistered(configBean)).isFalse();
  }

  private static Map<String, @Nullable Object> attributes(MBeanServer server, ObjectName bean)
      throws Exception {
    Map<String, @Nullable Object> values = new TreeMap<>();
    for (MBeanAttributeInfo attribute : server.getMBeanInfo(bean).getAttributes()) {
      if (attribute.isReadable()) {
        values.put(attribute.getName(), server.getAttribute(bean, attribute.getName()));
      }
    }
    return values;
  }
}
