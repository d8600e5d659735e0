package io.github.iamhikari.core;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Connections by whichever driver {@link DriverManager} finds for a URL. */
final class DriverManagerDataSource implements DataSource {

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

  /** DriverManager's own {@code getConnection} would show the URL where no driver takes it. */
  private Connection connect(Properties properties) throws SQLException {
    Connection connection = driver().connect(jdbcUrl, properties);
    if (connection == null) {
      throw noDriver();
    }
    return connection;
  }

  private Driver driver() throws SQLException {
    try {
      return DriverManager.getDriver(jdbcUrl);
    } catch (SQLException e) {
      throw noDriver();
    }
  }

  private static SQLException noDriver() {
    return new SQLException(
        "No JDBC driver on the class path takes the JDBC URL; add the driver as a dependency",
        "08001");
  }

  @Override
  public PrintWriter getLogWriter() {
    return DriverManager.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    throw new SQLFeatureNotSupportedException("Set the log writer of java.sql.DriverManager");
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
    throw new SQLFeatureNotSupportedException("The driver has a logger of its own");
  }

  /** This, or the driver. */
  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    if (type == Driver.class) {
      return type.cast(driver());
    }
    throw new SQLException("This is no wrapper for " + type.getName());
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return type.isInstance(this) || type == Driver.class;
  }
}
