package io.github.iamhikari.micronaut;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.micronaut.context.ApplicationContext;
import io.micronaut.inject.qualifiers.Qualifiers;
import io.micronaut.transaction.TransactionOperations;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IamPoolsIT {

  private static final AccessKey KEY = AccessKey.random();

  private static final LocalRds RDS =
      LocalRds.postgres().account("app").account("report_user").credentials(KEY).start();

  @RegisterExtension static final AwsProperties AWS = new AwsProperties(KEY);

  @AfterAll
  static void stop() {
    RDS.close();
  }

  @Test
  void logIn() throws SQLException {
    IamHikariDataSource pool;
    try (ApplicationContext application =
        ApplicationContext.run(Map.of("datasources.default.url", RDS.jdbcUrl(RDS.host())))) {
      pool = application.getBean(DataSource.class).unwrap(IamHikariDataSource.class);

      assertThat(application.getBeansOfType(DataSource.class)).hasSize(1);
      assertThat(pool.getMaximumPoolSize()).isEqualTo(5);
      assertThat(pool.getIamExpiration()).isEqualTo(600);
      try (Connection connection = pool.getConnection()) {
        assertThat(user(connection)).isEqualTo("app");
      }
    }
    assertThat(pool.isClosed()).isTrue();
  }

  @Test
  void takeTheSettingsOfEach() throws SQLException {
    try (ApplicationContext application =
        ApplicationContext.run(
            Map.of(
                "datasources.default.url", RDS.jdbcUrl(),
                "datasources.default.data-source-properties.iam_host", RDS.host(),
                "datasources.reports.url", RDS.jdbcUrl(),
                "datasources.reports.username", "report_user",
                "datasources.reports.data-source-properties.iam_host", RDS.host(),
                "datasources.reports.data-source-properties.iam_expiration", 300))) {
      IamHikariDataSource reports =
          application
              .getBean(DataSource.class, Qualifiers.byName("reports"))
              .unwrap(IamHikariDataSource.class);

      assertThat(reports.getIamExpiration()).isEqualTo(300);
      try (Connection connection = reports.getConnection()) {
        assertThat(user(connection)).isEqualTo("report_user");
      }
    }
  }

  @Test
  @SuppressWarnings("unchecked")
  void serveTransactions() {
    try (ApplicationContext application =
        ApplicationContext.run(Map.of("datasources.default.url", RDS.jdbcUrl(RDS.host())))) {
      TransactionOperations<Connection> transactions =
          application.getBean(TransactionOperations.class);

      assertThat(transactions.<String>executeRead(transaction -> user(transaction.getConnection())))
          .isEqualTo("app");
    }
  }

  private static String user(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      rows.next();
      return rows.getString(1);
    }
  }
}
