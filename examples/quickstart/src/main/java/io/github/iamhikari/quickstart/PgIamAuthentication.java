package io.github.iamhikari.quickstart;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import java.sql.SQLException;

/** Logs in to RDS for PostgreSQL, Aurora PostgreSQL or Aurora DSQL, with IAM. */
public final class PgIamAuthentication {

  private PgIamAuthentication() {}

  /**
   * Runs it.
   *
   * @param arguments the JDBC URL, such as {@code
   *     jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders}, and a user
   *     who was granted {@code rds_iam}
   * @throws SQLException if the login fails
   */
  public static void main(String... arguments) throws SQLException {
    String jdbcUrl = arguments[0];
    String user = arguments[1];
    // tag::sample[]
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl); // jdbc:postgresql://<RDS or Aurora endpoint>:5432/orders
    config.setUsername(user); // no password
    try (var dataSource = new IamHikariDataSource(config);
        var connection = dataSource.getConnection()) {
      var server = connection.getMetaData();
      System.out.println("Logged in as " + server.getUserName() + " to " + server.getURL());
    }
    // end::sample[]
  }
}
