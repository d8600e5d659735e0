package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverAction;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver for tools that accept nothing but a JDBC URL. It logs in to Amazon RDS, Aurora and
 * Aurora DSQL with an IAM token, and leaves the rest to the database's own driver:
 *
 * <pre>{@code
 * jdbc:iam:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders?user=app
 * }</pre>
 *
 * <p>{@code jdbc:iam:mysql:} and {@code jdbc:iam:mariadb:} work in the same way. The rest of the
 * URL is that of the database's driver, which must be on the class path. Pass the {@linkplain
 * IamSettings settings} as URL parameters or in the {@code Properties}, which take precedence, and
 * the user in either. A password, which some tools require, is ignored in both places, but rejected
 * in front of the host, as in {@code user:password@host}.
 *
 * <p>Connections with the same URL and properties share an {@link IamDataSource} and its token. The
 * next connection through this driver closes those that were not used for 15 minutes, and the least
 * recently used one of more than {@value DriverLogins#MOST}. Deregistering the driver closes all of
 * them. Open connections stay open. {@link DriverManager#getLoginTimeout()} limits the wait for a
 * token, which is 30 seconds by default. AWS credentials come from the SDK's default chain, or from
 * the profile in {@code aws_profile}.
 *
 * <p>{@link DriverManager} finds this class through {@code META-INF/services}. Thread-safe.
 */
public final class IamDriver implements Driver {

  /** The beginning of every URL for this driver. */
  static final String PREFIX = "jdbc:iam:";

  /** SQLSTATE: the client cannot establish the connection. */
  private static final String CANNOT_CONNECT = "08001";

  /** Whether there may be data sources to close. */
  private static volatile boolean isUsed;

  // DriverManager loads this class for every user of the library. Keep its dependencies small.
  static {
    try {
      DriverManager.registerDriver(new IamDriver(), new Deregistration());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Creates a driver, for pools and tools that load it by its class name. All instances are
   * interchangeable.
   */
  public IamDriver() {}

  /**
   * Opens a connection.
   *
   * @param url {@code jdbc:iam:} followed by the rest of a PostgreSQL, MySQL or MariaDB URL
   * @param properties the user, the settings and the properties of the real driver
   * @return the real driver's connection; null if the URL is for another driver
   * @throws SQLException if a setting, the user or the real driver is missing or wrong, in which
   *     case nothing is sent; or if the login fails, as described in {@link
   *     IamDataSource#getConnection()}
   */
  @Override
  public @Nullable Connection connect(@Nullable String url, @Nullable Properties properties)
      throws SQLException {
    String given = given(url);
    if (!given.startsWith(PREFIX)) {
      return null;
    }
    isUsed = true;
    try {
      return Shared.LOGINS.connect(given, properties == null ? new Properties() : properties);
    } catch (IllegalArgumentException e) {
      String reason =
          String.valueOf(e.getMessage())
              .replace("jdbc:", PREFIX)
              .replace("set username", "set user");
      throw new SQLNonTransientConnectionException(reason, CANNOT_CONNECT, e);
    }
  }

  /**
   * Checks whether a URL is for this driver.
   *
   * @return whether the URL begins with {@code jdbc:iam:}
   * @throws SQLException if it is null
   */
  @Override
  public boolean acceptsURL(@Nullable String url) throws SQLException {
    return given(url).startsWith(PREFIX);
  }

  private static String given(@Nullable String url) throws SQLException {
    if (url == null) {
      throw new SQLNonTransientConnectionException(
          "The JDBC URL is null; use jdbc:iam:postgresql://host:port/database, or jdbc:iam:mysql:"
              + " or jdbc:iam:mariadb:",
          CANNOT_CONNECT);
    }
    return url;
  }

  /**
   * Lists the user, the settings, and the properties of the real driver if it is on the class path.
   *
   * @return the properties; empty if the URL is for another driver
   */
  @Override
  public DriverPropertyInfo[] getPropertyInfo(
      @Nullable String url, @Nullable Properties properties) {
    if (url == null || !url.startsWith(PREFIX)) {
      return new DriverPropertyInfo[0];
    }
    return DriverProperties.of(url, properties == null ? new Properties() : properties);
  }

  @Override
  public int getMajorVersion() {
    return DriverProperties.version(0);
  }

  @Override
  public int getMinorVersion() {
    return DriverProperties.version(1);
  }

  /** {@return false, because compliance depends on the real driver} */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  /**
   * Not supported: this library logs through SLF4J.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException(
        "iam-hikari logs through SLF4J, not java.util.logging");
  }

  /** A separate class, loaded only when the first URL for this driver arrives. */
  private static final class Shared {
    private static final DriverLogins LOGINS = new DriverLogins(System::nanoTime);
  }

  /** Releases the class loader when an application's drivers are deregistered, as Tomcat does. */
  static final class Deregistration implements DriverAction {
    @Override
    public void deregister() {
      if (isUsed) {
        Shared.LOGINS.close();
      }
    }
  }
}
