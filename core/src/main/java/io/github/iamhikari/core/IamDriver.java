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
 * A JDBC driver for tools that take a URL and nothing else. It logs in to Amazon RDS, Aurora and
 * Aurora DSQL with an IAM token, through the database's own driver:
 *
 * <pre>{@code
 * jdbc:iam:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders?user=app
 * }</pre>
 *
 * <p>{@code jdbc:iam:mysql:} and {@code jdbc:iam:mariadb:} are the other forms. What follows {@code
 * iam:} is the URL of the real driver, which must be on the class path. The {@linkplain IamSettings
 * settings} are parameters of the URL, or {@code Properties}, which count more. The user is in the
 * {@code Properties} or the URL. A password, which some tools insist on, is ignored in either;
 * before the host, as in {@code user:password@host}, it is rejected.
 *
 * <p>Connections with the same URL and properties share an {@link IamDataSource}, with its token,
 * for as long as that token may live after the last of them was opened, and among the {@value
 * DriverLogins#MOST} that were used last. Deregistering the driver closes them; connections stay
 * open. {@link DriverManager#getLoginTimeout()} bounds the wait for a token, which otherwise ends
 * after 30 seconds. AWS credentials come from the SDK's default chain, or from the profile in
 * {@code aws_profile}.
 *
 * <p>{@link DriverManager} finds this class by itself. May be shared between threads.
 */
public final class IamDriver implements Driver {

  /** How URLs begin that are for this driver. */
  static final String PREFIX = "jdbc:iam:";

  /** SQLSTATE: the client cannot establish the connection. */
  private static final String CANNOT_CONNECT = "08001";

  /** Whether there may be something to close. */
  private static volatile boolean isUsed;

  // Every user of this library loads this class, by DriverManager. Keep what it needs small.
  static {
    try {
      DriverManager.registerDriver(new IamDriver(), new Deregistration());
    } catch (SQLException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Makes a driver, as pools and tools do that know its class by name. All are the same. */
  public IamDriver() {}

  /**
   * Opens a connection.
   *
   * @param url {@code jdbc:iam:} and the rest of a URL of PostgreSQL's, MySQL's or MariaDB's driver
   * @param properties the user, settings, and what the real driver is told beside the URL
   * @return the real driver's connection; null if the URL is for another driver
   * @throws SQLException if a setting, the user or the real driver is missing or wrong, before
   *     anything is sent; or if the login fails, as {@link IamDataSource#getConnection()} says
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
   * Tells this driver's URLs from others.
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
   * Lists the user, the settings, and what the real driver lists if that is on the class path.
   *
   * @return nothing if the URL is for another driver
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

  /** {@return false: no more is claimed for this driver than for the real one} */
  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  /**
   * Not supported: this library logs by SLF4J.
   *
   * @throws SQLFeatureNotSupportedException always
   */
  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException(
        "iam-hikari logs through SLF4J, not java.util.logging");
  }

  /** In a class of its own, which is not loaded before a URL comes that is for this driver. */
  private static final class Shared {
    private static final DriverLogins LOGINS = new DriverLogins(System::nanoTime);
  }

  /** Lets a class loader go: Tomcat, for one, deregisters the drivers of an application. */
  static final class Deregistration implements DriverAction {
    @Override
    public void deregister() {
      if (isUsed) {
        Shared.LOGINS.close();
      }
    }
  }
}
