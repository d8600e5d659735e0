package io.github.iamhikari.recipes.pools;

import io.github.iamhikari.core.IamDataSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What Agroal takes for a driver. Agroal makes it of its class alone, but hands it the pool's
 * credential with each connection to open; that is the {@link IamDataSource}.
 */
public final class AgroalLogins implements Driver {

  private static final String LOGINS = "logins";

  /** For Agroal. */
  public AgroalLogins() {}

  /**
   * Puts the credential among the properties that the driver gets.
   *
   * @param credential the pool's credential
   * @return the properties, or null if it is none of ours
   */
  public static @Nullable Properties handedOn(Object credential) {
    if (!(credential instanceof IamDataSource)) {
      return null;
    }
    Properties properties = new Properties();
    properties.put(LOGINS, credential);
    return properties;
  }

  @Override
  public Connection connect(@Nullable String url, Properties properties) throws SQLException {
    if (properties.get(LOGINS) instanceof IamDataSource logins) {
      return logins.getConnection();
    }
    throw new SQLException("The pool's credential is no IamDataSource");
  }

  @Override
  public boolean acceptsURL(@Nullable String url) {
    return true;
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(@Nullable String url, Properties properties) {
    return new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger(AgroalLogins.class.getPackageName());
  }
}
