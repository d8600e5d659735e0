package io.github.iamhikari.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agroal.api.AgroalDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(IamDriverIT.Database.class)
class IamDriverIT {

  @Inject AgroalDataSource dataSource;

  @Test
  void logIn() throws SQLException {
    assertThat(user()).isEqualTo("app");
  }

  @Test
  void serveTransactions() {
    assertThat(QuarkusTransaction.requiringNew().call(this::user)).isEqualTo("app");
  }

  private String user() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Runs while the application does. */
  public static final class Database implements QuarkusTestResourceLifecycleManager {

    private final AccessKey key = AccessKey.random();
    private final LocalRds rds = LocalRds.postgres().account("app").credentials(key).start();

    @Override
    public Map<String, String> start() {
      System.setProperty("aws.accessKeyId", key.id());
      System.setProperty("aws.secretAccessKey", key.secret());
      return Map.of(
          "quarkus.datasource.jdbc.url",
          rds.jdbcUrl().replaceFirst("jdbc:", "jdbc:iam:"),
          "quarkus.datasource.jdbc.additional-jdbc-properties.iam_host",
          rds.host(),
          "quarkus.datasource.jdbc.additional-jdbc-properties.sslrootcert",
          rds.certificateAuthority().toString());
    }

    @Override
    public void stop() {
      rds.close();
    }
  }
}
