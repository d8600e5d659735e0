package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same, in front of a PostgreSQL that runs already and asks for SCRAM. */
@Tag("long")
class RunningPostgresLoginIT extends PostgresLoginIT {

  private static final String PASSWORD = AccessKey.randomHex(20);

  private final EmbeddedPostgres server = started();

  @Override
  LocalRds.Builder engine() {
    return LocalRds.inFrontOf(url(), "postgres", PASSWORD);
  }

  private static EmbeddedPostgres started() {
    Path data = TemporaryFiles.createDirectory();
    try {
      EmbeddedPostgres started =
          EmbeddedPostgres.builder()
              .setOverrideWorkingDirectory(TemporaryFiles.programs().resolve("postgres").toFile())
              .setDataDirectory(data)
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setServerConfig("unix_socket_directories", "")
              .start();
      try (Connection connection = started.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("alter role postgres password '" + PASSWORD + "'");
        Files.writeString(data.resolve("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n");
        statement.execute("select pg_reload_conf()");
      }
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private String url() {
    return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
  }

  @AfterAll
  void leavesTheServerAsItWas() throws Exception {
    rds.close();
    try (Connection postgres = DriverManager.getConnection(url(), "postgres", PASSWORD)) {
      assertThat(text(postgres, "select string_agg(rolname, ' ') from pg_roles where rolcanlogin"))
          .isEqualTo("postgres");
      assertThat(
              text(
                  postgres, "select count(*) from pg_database where datname in ('my_app','other')"))
          .isEqualTo("0");
    } finally {
      server.close();
    }
  }

  @Test
  void doesNotStartWhereAnAccountIsAlready() {
    assertThatThrownBy(() -> engine().account("app_user").start())
        .isInstanceOf(IllegalStateException.class)
        .rootCause()
        .hasMessageStartingWith("ERROR: role \"app_user\" already exists");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:oracle:thin:@//127.0.0.1:1521/x",
        "jdbc:postgresql://127.0.0.1/app",
        "jdbc:mysql://db.example.com:3306/",
        "127.0.0.1:5432"
      })
  void takesNoServerThatItCannotStandBefore(String url) {
    assertThatThrownBy(() -> LocalRds.inFrontOf(url, "root", "hunter2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The URL must be jdbc:ENGINE://127.0.0.1:PORT/, where ENGINE is postgresql, mysql or"
                + " mariadb.");
  }
}
