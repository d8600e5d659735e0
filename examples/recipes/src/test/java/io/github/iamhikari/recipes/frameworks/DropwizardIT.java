package io.github.iamhikari.recipes.frameworks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dropwizard.configuration.YamlConfigurationFactory;
import io.dropwizard.db.DataSourceFactory;
import io.dropwizard.db.ManagedDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Pages;
import io.github.iamhikari.recipes.Server;
import java.io.ByteArrayInputStream;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DropwizardIT {

  private final LocalRds rds = Server.POSTGRES.rds();
  private final AccessKey key = AccessKey.random();

  @RegisterExtension final AwsProperties aws = new AwsProperties(key);

  DropwizardIT() {
    rds.add(key);
  }

  @Test
  void logsInByTheDriverOfItsConfiguration() throws Exception {
    ManagedDataSource pool = pool();
    pool.start();
    try (Connection connection = pool.getConnection()) {
      assertThat(Server.user(connection)).isEqualTo(rds.account());
      assertThat(rds.logins())
          .filteredOn(login -> key.id().equals(login.accessKeyId()))
          .isNotEmpty()
          .allMatch(Login::accepted);
    } finally {
      pool.stop();
    }
  }

  @Test
  void saysWhyALoginIsRefused() throws Exception {
    rds.revoke(key.id());
    ManagedDataSource pool = pool();

    assertThatThrownBy(pool::start)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("IAM login failed for user \"" + rds.account() + "\"");
  }

  /** What the page shows, with another URL and user. */
  private ManagedDataSource pool() throws Exception {
    String settings =
        Pages.samples("frameworks.md", "yaml").stream()
            .filter(sample -> sample.contains("driverClass"))
            .findFirst()
            .orElseThrow()
            .replaceFirst("(?<= url: ).*", Server.POSTGRES.iamUrl("postgresql"))
            .replaceFirst("(?<= user: ).*", rds.account());
    return new YamlConfigurationFactory<>(Settings.class, null, new ObjectMapper(), "test")
        .build(unused -> new ByteArrayInputStream(settings.getBytes(UTF_8)), "application.yml")
        .database
        .build(new MetricRegistry(), "orders");
  }

  /** The settings of an application. */
  public static final class Settings {

    /** Of its database. */
    @JsonProperty public DataSourceFactory database = new DataSourceFactory();
  }
}
