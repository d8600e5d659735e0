package io.github.iamhikari.springboot;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Applications of Spring Boot, as a {@code main} method starts them. */
final class Application {

  private Application() {}

  /** One that is nothing but auto-configuration, without Hibernate and OpenTelemetry. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration(
      excludeName = {
        "org.springframework.boot.autoconfigure.orm.jpa.HibernateJpaAutoConfiguration",
        "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration",
        "io.opentelemetry.instrumentation.spring.autoconfigure.OpenTelemetryAutoConfiguration",
        "io.opentelemetry.instrumentation.spring.autoconfigure.internal.instrumentation.logging"
            + ".OpenTelemetryAppenderAutoConfiguration"
      })
  static class Plain {}

  /** One with these, too. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  static class Full {}

  /** The lines of the README, and more, of which the last for a name counts. */
  static String[] settings(Server server, String... more) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("spring.datasource.url", server.url());
    settings.put("spring.datasource.username", server.rds().account());
    settings.put("spring.datasource.type", IamHikariDataSource.class.getName());
    for (String setting : more) {
      String[] parts = setting.split("=", 2);
      settings.put(parts[0], parts[1]);
    }
    return settings.entrySet().stream()
        .map(setting -> setting.getKey() + "=" + setting.getValue())
        .toArray(String[]::new);
  }

  static ConfigurableApplicationContext start(
      WebApplicationType type, String[] settings, Class<?>... sources) {
    return new SpringApplicationBuilder(sources)
        .web(type)
        .bannerMode(Banner.Mode.OFF)
        .run(Arrays.stream(settings).map(setting -> "--" + setting).toArray(String[]::new));
  }

  static ConfigurableApplicationContext start(String[] settings, Class<?>... sources) {
    return start(WebApplicationType.NONE, settings, sources);
  }

  /** Whom the server takes the application for. */
  static String user(ConfigurableApplicationContext application) {
    return user(application.getBean(DataSource.class));
  }

  static String user(DataSource dataSource) {
    String user = new JdbcTemplate(dataSource).queryForObject("SELECT current_user", String.class);
    return String.valueOf(user).replaceAll("@.*", ""); // MariaDB adds a host
  }

  static AwsCredentialsProvider provider(AccessKey key) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  }
}
