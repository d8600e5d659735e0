package io.github.iamhikari.quickstart;

import io.github.iamhikari.IamHikariDataSource;
import java.sql.SQLException;

/** Logs in to RDS for MySQL or MariaDB, or Aurora MySQL, with IAM, and asks who it is. */
public final class MySqlIamAuthentication {

  private MySqlIamAuthentication() {}

  /**
   * Runs it.
   *
   * @param arguments the JDBC URL, such as {@code
   *     jdbc:mysql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:3306/orders}, and a user who
   *     was made with {@code AWSAuthenticationPlugin}
   * @throws SQLException if the login or the query fails
   */
  public static void main(String... arguments) throws SQLException {
    try (var dataSource = new IamHikariDataSource()) {
      dataSource.setJdbcUrl(arguments[0]);
      dataSource.setUsername(arguments[1]);
      try (var connection = dataSource.getConnection();
          var statement = connection.createStatement();
          var rows = statement.executeQuery("SELECT current_user, version()")) {
        rows.next();
        System.out.println("Logged in as " + rows.getString(1) + " to " + rows.getString(2));
      }
    }
  }
}
