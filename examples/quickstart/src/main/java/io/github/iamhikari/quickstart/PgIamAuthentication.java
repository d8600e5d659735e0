package io.github.iamhikari.quickstart;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import java.sql.SQLException;

/** Logs in to RDS for PostgreSQL, or Aurora PostgreSQL, with IAM, and asks who it is. */
public final class PgIamAuthentication {

  private PgIamAuthentication() {}

  /**
   * Runs it.
   *
   * @param arguments the JDBC URL, such as {@code
   *     jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders}, and a user
   *     who was granted {@code rds_iam}
   * @throws SQLException if the login or the query fails
   */
  public static void main(String... arguments) throws SQLException {
    String jdbcUrl = arguments[0];
    String user = arguments[1];
    // tag::sample[]
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl); // as ever, and without a password
    config.setUsername(user);
    try (var dataSource = new IamHikariDataSource(config);
        var connection = dataSource.getConnection()) {
      // end::sample[]
      try (var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT current_user, version()")) {
        rows.next();
        System.out.println("Logged in as " + rows.getString(1) + " to " + rows.getString(2));
      }
    }
  }
}
