package io.github.iamhikari.recipes.frameworks;

import io.github.iamhikari.core.IamDataSource;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver for frameworks that make their pool themselves and take the name of a driver's
 * class, as Quarkus and Dropwizard do. It opens connections by the driver of the URL, and logs in
 * with IAM. The pool's properties may hold settings of iam-hikari.
 *
 * <p>What it keeps for a pool lasts as long as the pool does.
 */
public final class IamLogins implements Driver {

  /** A pool has always the same URL and properties. */
  private final Map<Pool, IamDataSource> logins = new ConcurrentHashMap<>();

  /** For the framework. */
  public IamLogins() {}

  @Override
  public Connection connect(String url, Properties properties) throws SQLException {
    return logins.computeIfAbsent(new Pool(url, properties), IamLogins::logins).getConnection();
  }

  private static IamDataSource logins(Pool pool) {
    return IamDataSource.builder().jdbcUrl(pool.url).properties(pool.properties).build();
  }

  private record Pool(String url, Properties properties) {}

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
    return Logger.getLogger(IamLogins.class.getPackageName());
  }
}
