package io.github.iamhikari.core;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A DataSource for a JDBC URL, which uses the driver on the class path that accepts it. */
final class DriverManagerDataSource implements DataSource {

  /**
   * The drivers known here; earlier major versions do not enforce TLS when {@code sslMode} is set.
   */
  private static final List<Known> KNOWN =
      List.of(
          new Known("jdbc:postgresql:", "org.postgresql.Driver", "org.postgresql:postgresql", 42),
          new Known("jdbc:mysql:", "com.mysql.cj.jdbc.Driver", "com.mysql:mysql-connector-j", 8),
          new Known(
              "jdbc:mariadb:",
              "org.mariadb.jdbc.Driver",
              "org.mariadb.jdbc:mariadb-java-client",
              3));

  /** SQLSTATE: the client cannot establish the connection. */
  private static final String CANNOT_CONNECT = "08001";

  private final String jdbcUrl;
  private final Properties driverProperties;

  DriverManagerDataSource(String jdbcUrl, Properties driverProperties) {
    this.jdbcUrl = jdbcUrl;
    this.driverProperties = driverProperties;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return connect(driverProperties);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    Properties login = new Properties();
    login.putAll(driverProperties);
    login.setProperty("user", user);
    login.setProperty("password", password);
    return connect(login);
  }

  /**
   * Avoids {@link DriverManager#getConnection}, whose exception shows the URL if no driver accepts
   * it.
   */
  private Connection connect(Properties properties) throws SQLException {
    Connection connection = driver().connect(jdbcUrl, properties);
    if (connection == null) {
      throw noDriver();
    }
    return connection;
  }

  /**
   * The driver that accepts the URL: a registered one, or else a known one that the class loader
   * finds, as in a tool with a separate class loader for drivers.
   *
   * @throws SQLException if there is none, or if it is too old to enforce TLS
   */
  Driver driver() throws SQLException {
    Known known = known();
    Driver driver = registered();
    if (driver == null && known != null) {
      driver = known.load();
    }
    if (driver == null || !driver.acceptsURL(jdbcUrl)) {
      throw noDriver();
    }
    if (known != null && driver.getMajorVersion() < known.oldest) {
      throw new SQLException(
          String.format(
              Locale.ROOT,
              "%s %d.%d could send the token in clear text; upgrade it to the latest version",
              known.artifact,
              driver.getMajorVersion(),
              driver.getMinorVersion()),
          CANNOT_CONNECT);
    }
    return driver;
  }

  private @Nullable Driver registered() {
    try {
      return DriverManager.getDriver(jdbcUrl);
    } catch (SQLException e) {
      return null;
    }
  }

  private @Nullable Known known() {
    for (Known known : KNOWN) {
      if (jdbcUrl.startsWith(known.prefix)) {
        return known;
      }
    }
    return null;
  }

  private SQLException noDriver() {
    Known known = known();
    return new SQLException(
        String.format(
            Locale.ROOT,
            "No JDBC driver on the class path accepts the JDBC URL; add %s as a dependency, or put"
                + " its jar next to the iam-hikari jar",
            known == null ? "the driver" : known.artifact),
        CANNOT_CONNECT);
  }

  /**
   * A known driver.
   *
   * @param prefix the beginning of its URLs
   * @param artifact its Maven coordinates
   * @param oldest the oldest supported major version
   */
  private record Known(String prefix, String className, String artifact, int oldest) {

    private @Nullable Driver load() {
      Driver driver = load(DriverManagerDataSource.class.getClassLoader());
      return driver != null ? driver : load(Thread.currentThread().getContextClassLoader());
    }

    private @Nullable Driver load(@Nullable ClassLoader loader) {
      try {
        return Class.forName(className, true, loader)
            .asSubclass(Driver.class)
            .getConstructor()
            .newInstance();
      } catch (ReflectiveOperationException | LinkageError | ClassCastException e) {
        return null;
      }
    }
  }

  @Override
  public PrintWriter getLogWriter() {
    return DriverManager.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException(
        "setLogWriter is not supported; call DriverManager.setLogWriter instead");
  }

  @Override
  public void setLoginTimeout(int seconds) {
    DriverManager.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() {
    return DriverManager.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException(
        "getParentLogger is not supported; the driver has its own logger");
  }

  /** {@return this DataSource, or the {@link Driver}} */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    if (type == Driver.class) {
      return type.cast(driver());
    }
    throw new SQLException(
        String.format(Locale.ROOT, "This DataSource does not wrap %s", type.getName()));
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this) || type == Driver.class;
  }
}
