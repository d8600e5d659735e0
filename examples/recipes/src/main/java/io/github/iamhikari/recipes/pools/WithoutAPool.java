package io.github.iamhikari.recipes.pools;

import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;

/** Logs in with IAM, without any pool, and asks who it is. */
public final class WithoutAPool {

  private WithoutAPool() {}

  /**
   * Runs it.
   *
   * @param arguments the JDBC URL, such as {@code
   *     jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders}, and the
   *     user
   * @throws SQLException if the login or the query fails
   */
  public static void main(String... arguments) throws SQLException {
    String jdbcUrl = arguments[0];
    String user = arguments[1];
    // tag::without-a-pool[]
    try (var logins = IamDataSource.builder().jdbcUrl(jdbcUrl).user(user).build();
        var connection = logins.getConnection()) {
      // end::without-a-pool[]
      try (var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT current_user, version()")) {
        rows.next();
        System.out.println("Logged in as " + rows.getString(1) + " to " + rows.getString(2));
      }
    }
  }
}
