package io.github.iamhikari.recipes.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Server;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Transactional;

class ReaderAndWriterIT {

  private static final LocalRds RDS = Server.POSTGRES.rds();
  private static final AccessKey KEY = AccessKey.random();

  @RegisterExtension static final AwsProperties AWS = new AwsProperties(KEY);

  @BeforeAll
  static void addKey() {
    RDS.add(KEY);
  }

  @AfterAll
  static void revokeKey() {
    RDS.revoke(KEY.id());
  }

  @Test
  void readOnlyTransactionsGoToTheReader() {
    try (var application = start(RDS.jdbcUrl())) {
      Orders orders = application.getBean(Orders.class);

      assertThat(orders.place()).isEqualTo(List.of(RDS.account(), "off"));
      assertThat(orders.list()).isEqualTo(List.of(Server.SECOND_USER, "on"));
    }
  }

  @Test
  void readsGoOnWhileTheWriterIsAway() {
    try (var application = start("jdbc:postgresql://127.0.0.1:9/app")) {
      Orders orders = application.getBean(Orders.class);

      assertThat(orders.list()).contains(Server.SECOND_USER);
      assertThat(application.getBean("writer", IamHikariDataSource.class).isRunning()).isFalse();
      assertThatThrownBy(orders::place).isInstanceOf(RuntimeException.class);
    }
  }

  private static AnnotationConfigApplicationContext start(String writer) {
    var application = new AnnotationConfigApplicationContext();
    application
        .getEnvironment()
        .getPropertySources()
        .addFirst(new MapPropertySource("test", Map.of("writer", writer)));
    application.register(ReaderAndWriter.class, Application.class);
    application.refresh();
    return application;
  }

  @Configuration(proxyBeanMethods = false)
  @EnableTransactionManagement
  static class Application {

    @Bean
    IamHikariDataSource writer(@Value("${writer}") String jdbcUrl) {
      return pool(jdbcUrl, RDS.account());
    }

    @Bean
    IamHikariDataSource reader() {
      IamHikariDataSource pool = pool(RDS.jdbcUrl(), Server.SECOND_USER);
      pool.setReadOnly(true);
      return pool;
    }

    @Bean
    PlatformTransactionManager transactions(DataSource dataSource) {
      return new JdbcTransactionManager(dataSource);
    }

    @Bean
    Orders orders(DataSource dataSource) {
      return new Orders(new JdbcTemplate(dataSource));
    }

    private static IamHikariDataSource pool(String jdbcUrl, String user) {
      IamHikariDataSource pool = new IamHikariDataSource();
      pool.setJdbcUrl(jdbcUrl);
      pool.setUsername(user);
      pool.setIamHost(RDS.host());
      pool.setIamDefaultPort(RDS.port());
      pool.setMaximumPoolSize(2);
      pool.setConnectionTimeout(2000);
      pool.setInitializationFailTimeout(-1); // it runs as soon as it is asked
      return pool;
    }
  }

  /** Who logged in, and whether the session may only read. */
  static class Orders {

    private final JdbcTemplate sql;

    Orders(JdbcTemplate sql) {
      this.sql = sql;
    }

    @Transactional
    List<String> place() {
      return session();
    }

    @Transactional(readOnly = true)
    List<String> list() {
      return session();
    }

    private List<String> session() {
      return List.of(
          String.valueOf(sql.queryForObject("SELECT current_user", String.class)),
          String.valueOf(sql.queryForObject("SHOW transaction_read_only", String.class)));
    }
  }
}
