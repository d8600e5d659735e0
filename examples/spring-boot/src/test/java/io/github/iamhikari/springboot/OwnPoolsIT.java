package io.github.iamhikari.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.cloud.context.config.annotation.RefreshScope;
import org.springframework.cloud.context.environment.EnvironmentChangeEvent;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Pools that an application makes itself, and what other libraries of Spring do with them. */
class OwnPoolsIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  /** Where it makes no difference which one. */
  private final Server server = Server.POSTGRES;

  private final AccessKey key = AccessKey.random();

  @BeforeEach
  void giveAKey() {
    server.rds().add(key);
  }

  @ParameterizedTest
  @EnumSource
  void haveEachTheirOwnSettingsAndAllThatTheApplicationHas(Server server) {
    server.rds().add(key);
    try (var application = start(server, OrdersPool.class, ReportsPool.class, LazyPool.class)) {
      IamHikariDataSource orders = application.getBean("orders", IamHikariDataSource.class);
      IamHikariDataSource reports = application.getBean("reports", IamHikariDataSource.class);
      IamHikariDataSource lazy = application.getBean("lazy", IamHikariDataSource.class);

      assertThat(Application.user(orders)).isEqualTo("app_user");
      assertThat(Application.user(reports)).isEqualTo("report_user");
      assertThat(Application.user(lazy)).isEqualTo("app_user");
      assertThat(orders.getMaximumPoolSize()).isEqualTo(3);
      assertThat(reports.getMaximumPoolSize()).isEqualTo(2);
      assertThat(orders.getAwsCredentialsProvider()).isNotNull();
      assertThatItIsMeasured(application, "orders");
      assertThatItIsMeasured(application, "reports");
      assertThatItIsMeasured(application, "lazy");
    }
  }

  @Test
  void mayHaveStartedWhenTheyBecomeBeans() {
    aws.set(key);
    try (var application = start(server, StartedPool.class)) {
      assertThat(Application.user(application)).isEqualTo("app_user");
      assertThatItIsMeasured(application, "started");
    }
  }

  @Test
  void areMadeAnewInTheRefreshScope() {
    try (var application = start(server, RefreshedPool.class)) {
      DataSource dataSource = application.getBean(DataSource.class);
      assertThat(Application.user(dataSource)).isEqualTo("app_user");
      IamHikariDataSource first = target(application);

      application
          .getBean(org.springframework.cloud.context.scope.refresh.RefreshScope.class)
          .refreshAll();

      assertThat(first.isClosed()).isTrue();
      assertThat(Application.user(dataSource)).isEqualTo("app_user");
      assertThat(target(application)).isNotSameAs(first);
      assertThatItIsMeasured(application, "refreshed");
    }
  }

  @Test
  void surviveThatTheEnvironmentChanges() {
    try (var application = start(server, OrdersPool.class)) {
      assertThat(Application.user(application)).isEqualTo("app_user");

      application.publishEvent(
          new EnvironmentChangeEvent(application, Set.of("orders.pool.maximum-pool-size")));

      assertThat(Application.user(application)).isEqualTo("app_user");
    }
  }

  @Test
  void serveHibernateWrappedByTheStarterOfOpenTelemetry() throws SQLException {
    String[] settings =
        Application.settings(
            server,
            "key.id=" + key.id(),
            "key.secret=" + key.secret(),
            "otel.traces.exporter=none",
            "otel.metrics.exporter=none",
            "otel.logs.exporter=none",
            "otel.instrumentation.common.default-enabled=false",
            "otel.instrumentation.logback-appender.enabled=false",
            "otel.instrumentation.jdbc.enabled=true",
            "spring.datasource.name=wrapped",
            "spring.datasource.hikari.allow-pool-suspension=true");
    try (var application = Application.start(settings, Application.Full.class, Keys.class)) {
      DataSource dataSource = application.getBean(DataSource.class);
      IamHikariDataSource pool = dataSource.unwrap(IamHikariDataSource.class);

      assertThat(dataSource).isNotInstanceOf(IamHikariDataSource.class);
      assertThat(Application.user(dataSource)).isEqualTo("app_user");
      assertThat(pool.getPoolName()).isEqualTo("wrapped");
      assertThatItIsMeasured(application, "wrapped");

      application.stop();
      assertThat(pool.isRunning()).as("running at a checkpoint").isFalse();
      application.start();
      assertThat(Application.user(dataSource)).isEqualTo("app_user");
    }
  }

  private static IamHikariDataSource target(ConfigurableApplicationContext application) {
    return application.getBean("scopedTarget.refreshed", IamHikariDataSource.class);
  }

  private static void assertThatItIsMeasured(
      ConfigurableApplicationContext application, String pool) {
    MeterRegistry meters = application.getBean(MeterRegistry.class);
    FunctionCounter signed =
        meters.get("iamhikari.token.signed").tag("pool", pool).functionCounter();
    Gauge connections = meters.get("hikaricp.connections").tag("pool", pool).gauge();

    assertThat(signed.count()).isOne();
    assertThat(connections.value()).isPositive();
  }

  private ConfigurableApplicationContext start(Server server, Class<?>... pools) {
    Class<?>[] sources = new Class<?>[pools.length + 2];
    System.arraycopy(pools, 0, sources, 0, pools.length);
    sources[pools.length] = Application.Plain.class;
    sources[pools.length + 1] = Keys.class;
    return Application.start(
        new String[] {
          "key.id=" + key.id(),
          "key.secret=" + key.secret(),
          "server.url=" + server.url(),
          "orders.pool.jdbc-url=" + server.url("localhost"),
          "orders.pool.username=app_user",
          "orders.pool.pool-name=orders",
          "orders.pool.maximum-pool-size=3",
          "orders.pool.iam-host=" + server.rds().host(),
          "reports.pool.jdbc-url=" + server.url(),
          "reports.pool.username=report_user",
          "reports.pool.pool-name=reports",
          "reports.pool.maximum-pool-size=2",
          "spring.datasource.hikari.maximum-pool-size=5"
        },
        sources);
  }

  @Configuration(proxyBeanMethods = false)
  static class Keys {

    @Bean
    AwsCredentialsProvider keys(
        @Value("${key.id}") String id, @Value("${key.secret}") String secret) {
      return Application.provider(AccessKey.of(id, secret));
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class OrdersPool {

    // tag::spring-boot[]
    @Bean
    @Primary
    @ConfigurationProperties("orders.pool")
    IamHikariDataSource orders() {
      return new IamHikariDataSource();
    }
    // end::spring-boot[]
  }

  @Configuration(proxyBeanMethods = false)
  static class ReportsPool {

    @Bean
    @ConfigurationProperties("reports.pool")
    IamHikariDataSource reports() {
      return new IamHikariDataSource();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class LazyPool {

    @Bean
    @Lazy
    IamHikariDataSource lazy(@Value("${server.url}") String url) {
      IamHikariDataSource pool = new IamHikariDataSource();
      pool.setJdbcUrl(url);
      pool.setUsername("app_user");
      pool.setPoolName("lazy");
      return pool;
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class StartedPool {

    @Bean
    DataSource started(@Value("${server.url}") String url) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(url);
      config.setUsername("app_user");
      config.setPoolName("started");
      return new IamHikariDataSource(config);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class RefreshedPool {

    @Bean
    @RefreshScope
    @ConfigurationProperties("orders.pool")
    IamHikariDataSource refreshed() {
      IamHikariDataSource pool =
          new IamHikariDataSource() {
            @Override
            public void setPoolName(String name) {
              super.setPoolName("refreshed");
            }
          };
      return pool;
    }
  }
}
