package io.github.iamhikari.recipes.frameworks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.recipes.Pages;
import io.github.iamhikari.recipes.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.JdbcTemplateAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Programs of Spring Boot with the settings that docs/frameworks.md shows. */
class SpringBootIT {

  private static final String LOGGING = "org.springframework.boot.logging.LoggingSystem";

  private final AccessKey key = AccessKey.random();
  private final LocalRds rds = Server.POSTGRES.rds();

  @BeforeEach
  void giveAKey() {
    rds.add(key);
    System.setProperty("aws.accessKeyId", key.id());
    System.setProperty("aws.secretAccessKey", key.secret());
    System.setProperty(LOGGING, "none"); // leave it as the other tests have it
  }

  @AfterEach
  void takeItAway() {
    rds.revoke(key.id());
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    System.clearProperty(LOGGING);
  }

  @Test
  void makesThePoolOfItsType() throws IOException {
    try (ConfigurableApplicationContext program = run(Plain.class, 0)) {
      IamHikariDataSource pool = program.getBean(IamHikariDataSource.class);

      assertThat(user(program)).isEqualTo("app_user");
      assertThat(pool.getMaximumPoolSize()).isEqualTo(10); // HikariCP's own default
    }
  }

  @Test
  void readsTheSettingsOfHikariForABean() throws IOException {
    IamHikariDataSource pool;
    try (ConfigurableApplicationContext program = run(WithABean.class, 1)) {
      pool = program.getBean(IamHikariDataSource.class);

      assertThat(user(program)).isEqualTo("app_user");
      assertThat(pool.getMaximumPoolSize()).isEqualTo(20);
      assertThat(pool.getIamHost()).isEqualTo(rds.host());
      assertThat(pool.getIamDefaultPort()).isEqualTo(rds.port());
    }
    assertThat(pool.isClosed()).isTrue();
  }

  private static String user(ConfigurableApplicationContext program) {
    return program.getBean(JdbcTemplate.class).queryForObject("SELECT current_user", String.class);
  }

  private ConfigurableApplicationContext run(Class<?> program, int sample) throws IOException {
    String settings =
        Pages.samples("frameworks.md", "yaml")
            .get(sample)
            .replace("localhost:15432/orders", "localhost:" + rds.listeningPort() + "/app")
            .replace("orders.c9akciq32rgb.us-east-2.rds.amazonaws.com", rds.host())
            .replaceAll("(iam_default_port=|iam-default-port: )5432", "$1" + rds.port())
            .replace("username: app", "username: " + rds.account());
    return new SpringApplicationBuilder(program)
        .properties("spring.datasource.hikari.maximum-pool-size=15")
        .web(WebApplicationType.NONE)
        .bannerMode(Banner.Mode.OFF)
        .initializers(
            context ->
                context.getEnvironment().getPropertySources().addFirst(propertySource(settings)))
        .run();
  }

  private static PropertySource<?> propertySource(String yaml) {
    try {
      return new YamlPropertySourceLoader()
          .load("settings", new ByteArrayResource(yaml.getBytes(UTF_8)))
          .get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class})
  static class Plain {}

  @Configuration(proxyBeanMethods = false)
  @ImportAutoConfiguration({
    DataSourceAutoConfiguration.class,
    JdbcTemplateAutoConfiguration.class,
    SpringBootConfiguration.class
  })
  static class WithABean {}
}
