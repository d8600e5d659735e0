package io.github.iamhikari.recipes.frameworks;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.flywaydb.core.Flyway;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A pool with a key of its own, over a database that is empty again when it is closed. */
final class OrdersPool implements AutoCloseable {

  private final AccessKey key = AccessKey.random();
  private final LocalRds rds;
  private final String jdbcUrl;
  private final IamHikariDataSource dataSource;

  OrdersPool(LocalRds rds, String jdbcUrl) {
    rds.add(key);
    this.rds = rds;
    this.jdbcUrl = jdbcUrl;
    this.dataSource = started(config());
  }

  IamHikariDataSource dataSource() {
    return dataSource;
  }

  /** Another pool, of one connection, whose borrowers do not wait long. */
  IamHikariDataSource ofOneConnection() {
    HikariConfig config = config();
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(250);
    config.setInitializationFailTimeout(-1);
    return started(config);
  }

  void run(String sql) throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  List<String> items() throws SQLException {
    try (Connection connection = dataSource.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT item FROM purchase_order ORDER BY id")) {
      List<String> items = new ArrayList<>();
      while (rows.next()) {
        items.add(rows.getString(1));
      }
      return items;
    }
  }

  @Override
  public void close() {
    Flyway.configure().dataSource(dataSource).cleanDisabled(false).load().clean();
    dataSource.close();
    List<Login> logins =
        rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
    rds.revoke(key.id());
    assertThat(logins).isNotEmpty().allMatch(Login::accepted);
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setUsername(rds.account());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    return config;
  }

  private IamHikariDataSource started(HikariConfig config) {
    return new IamHikariDataSource(
        config,
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret())));
  }
}
