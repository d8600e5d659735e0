package io.github.iamhikari.localrds;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A database server that runs already, and its administrator. */
final class RunningServer {

  private static final Logger LOG = LoggerFactory.getLogger(RunningServer.class);

  private static final Pattern URL =
      Pattern.compile(
          "jdbc:(postgresql|mysql|mariadb)://(?:127\\.0\\.0\\.1|localhost):(\\d{1,5})(?:/.*)?");

  private final Engine engine;
  private final int port;
  private final String administrator;
  private final String password;

  RunningServer(String jdbcUrl, String administrator, String password) {
    Matcher url = URL.matcher(jdbcUrl);
    if (!url.matches()) {
      throw new IllegalArgumentException(
          "The URL must be jdbc:ENGINE://127.0.0.1:PORT/, where ENGINE is postgresql, mysql or"
              + " mariadb.");
    }
    this.engine = url.group(1).equals("postgresql") ? Engine.POSTGRES : Engine.MARIADB;
    this.port = Integer.parseInt(url.group(2));
    this.administrator = administrator;
    this.password = password;
  }

  Engine engine() {
    return engine;
  }

  /** Creates the accounts; closing the result drops them. */
  Database start(Accounts accounts) throws SQLException {
    execute(engine.setUp(accounts));
    return new Database() {
      @Override
      public int port() {
        return port;
      }

      @Override
      public void close() {
        try {
          execute(engine.cleanUp(accounts));
        } catch (SQLException e) {
          LOG.warn(
              "The accounts and the database of {} were not dropped: {}", accounts, e.toString());
        }
      }
    };
  }

  private void execute(List<String> statements) throws SQLException {
    String url = engine.administrationUrl(port);
    try (Connection connection = DriverManager.getConnection(url, administrator, password);
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }
}
