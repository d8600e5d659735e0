package io.github.iamhikari.core;

import java.sql.Connection;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.internal.database.base.BaseDatabaseType;
import org.flywaydb.core.internal.database.base.Database;
import org.flywaydb.core.internal.jdbc.JdbcConnectionFactory;
import org.flywaydb.core.internal.jdbc.StatementInterceptor;
import org.flywaydb.core.internal.parser.Parser;
import org.flywaydb.core.internal.parser.ParsingContext;

/**
 * A Flyway plugin that assigns {@code jdbc:iam:} URLs to {@link IamDriver}, since Flyway rejects a
 * URL that none of its plugins knows. Once connected, Flyway detects the database and continues
 * with its own plugin for PostgreSQL, MySQL or MariaDB.
 *
 * <p>Flyway loads this class as a service. Stateless and thread-safe.
 */
public final class FlywayDatabaseType extends BaseDatabaseType {

  /** Called by Flyway. */
  public FlywayDatabaseType() {}

  @Override
  public String getName() {
    return "IAM login";
  }

  /** {@return the name of {@link IamDriver}} */
  @Override
  public String getDriverClass(String url, ClassLoader classLoader) {
    return IamDriver.class.getName();
  }

  /** {@return whether the URL begins with {@code jdbc:iam:}} */
  @Override
  public boolean handlesJDBCUrl(String url) {
    return url.startsWith(IamDriver.PREFIX);
  }

  /** {@return false: no database is of this type} */
  @Override
  public boolean handlesDatabaseProductNameAndVersion(
      String productName, String productVersion, Connection connection) {
    return false;
  }

  @Override
  public int getNullType() {
    throw noDatabase();
  }

  @Override
  public Database<?> createDatabase(
      Configuration configuration,
      JdbcConnectionFactory connections,
      StatementInterceptor interceptor) {
    throw noDatabase();
  }

  @Override
  public Parser createParser(
      Configuration configuration, ResourceProvider resources, ParsingContext context) {
    throw noDatabase();
  }

  private static UnsupportedOperationException noDatabase() {
    return new UnsupportedOperationException(
        "Flyway uses the type of the database behind the URL instead");
  }
}
