package io.github.iamhikari.recipes.frameworks;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import liquibase.Liquibase;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.flywaydb.core.Flyway;

/** Flyway and Liquibase with the login of the pool. */
public final class Migrations {

  private Migrations() {}

  /**
   * Runs the scripts of {@code db/migration} on the class path.
   *
   * @param dataSource the pool
   */
  public static void byFlyway(DataSource dataSource) {
    Flyway.configure().dataSource(dataSource).load().migrate();
  }

  /**
   * Runs the change sets of {@code db/changelog.sql} on the class path.
   *
   * @param dataSource the pool
   * @throws SQLException if no connection can be had
   * @throws LiquibaseException if a change fails
   */
  public static void byLiquibase(DataSource dataSource) throws SQLException, LiquibaseException {
    try (Connection connection = dataSource.getConnection();
        Liquibase liquibase =
            new Liquibase(
                "db/changelog.sql",
                new ClassLoaderResourceAccessor(),
                new JdbcConnection(connection))) {
      liquibase.update();
    }
  }
}
