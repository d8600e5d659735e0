package io.github.iamhikari.localrds;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** A stand-in for RDS for MariaDB whose server somebody else can command. */
public final class MariaDbWithAdministrator implements AutoCloseable {

  private static final String NAME = "administrator";
  private static final String PASSWORD = AccessKey.randomHex(20);

  private final Database server;
  private final LocalRds rds;
  private final Connection administrator;

  /** Starts both. */
  public MariaDbWithAdministrator() throws Exception {
    this.server =
        MariaDbDatabase.start(
            TemporaryFiles.createDirectory(),
            List.of(
                "create user " + NAME + " identified by '" + PASSWORD + "'",
                "grant all on *.* to " + NAME + " with grant option"));
    String url = "jdbc:mariadb://127.0.0.1:" + server.port() + "/";
    this.rds = LocalRds.inFrontOf(url, NAME, PASSWORD).account("app").start();
    this.administrator = DriverManager.getConnection(url + "?sslMode=disable", NAME, PASSWORD);
  }

  /** The stand-in. */
  public LocalRds rds() {
    return rds;
  }

  /** The server takes writes, or takes them no more. */
  public void readOnly(boolean on) throws SQLException {
    try (Statement statement = administrator.createStatement()) {
      statement.execute("set global read_only = " + (on ? "on" : "off"));
    }
  }

  /** How many of these connections are there. */
  public int sessions(List<String> ids) throws SQLException {
    try (Statement statement = administrator.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select count(*) from information_schema.processlist where id in ("
                    + String.join(",", ids)
                    + ")")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public void close() throws SQLException {
    readOnly(false);
    administrator.close();
    rds.close();
    server.close();
  }
}
