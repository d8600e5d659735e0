package io.github.iamhikari.recipes.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.github.iamhikari.core.IamDriver;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Server;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.apache.tomcat.jdbc.pool.PoolProperties;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The driver by its URL alone, for each real driver, and under what takes no more than a URL. */
@ParameterizedClass
@ValueSource(strings = {"postgresql", "mysql", "mariadb"})
class IamDriverIT {

  private final AccessKey key = AccessKey.random();
  private final LocalRds rds;
  private final String url;

  @RegisterExtension final AwsProperties aws = new AwsProperties(key);

  IamDriverIT(String protocol) {
    Server server = protocol.equals("postgresql") ? Server.POSTGRES : Server.MARIADB;
    rds = server.rds();
    url = server.iamUrl(protocol);
    rds.add(key);
  }

  @Test
  void logsInForDriverManagerWithOneTokenForAll() throws SQLException {
    try (Connection one = DriverManager.getConnection(url, rds.account(), "dummy");
        Connection two = DriverManager.getConnection(url, rds.account(), "another");
        Connection other =
            DriverManager.getConnection(url + "&Password=dummy&user=" + Server.SECOND_USER)) {
      assertThat(Stream.of(one, two, other).map(IamDriverIT::user))
          .containsExactly(rds.account(), rds.account(), Server.SECOND_USER);
    }
    assertThat(logins())
        .hasSize(3)
        .allMatch(Login::accepted)
        .allSatisfy(login -> assertThat(login.tlsProtocol()).startsWith("TLSv1."));
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(2);
  }

  @Test
  void readsSettingsInTheUrlAndBesideItWhichCountMore() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", rds.account());
    properties.setProperty("iam_host", rds.host());
    String tunnel = url.replace(rds.host(), "localhost") + "&iam_host=elsewhere";

    try (Connection connection = DriverManager.getConnection(tunnel, properties)) {
      assertThat(user(connection)).isEqualTo(rds.account());
    }
  }

  @Test
  void holdsBackWhatTheServerRefusesAgain() {
    rds.revoke(key.id());

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> DriverManager.getConnection(url, rds.account(), ""))
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("IAM login failed for user \"%s\"", rds.account());
    }
    assertThat(logins()).hasSize(1);
  }

  @Test
  void standsUnderHikariCp() throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setDriverClassName(IamDriver.class.getName());
    config.setUsername(rds.account());
    config.setMaximumPoolSize(2);
    try (HikariDataSource pool = new HikariDataSource(config);
        Connection one = pool.getConnection();
        Connection two = pool.getConnection()) {
      assertThat(Stream.of(one, two).map(IamDriverIT::user)).containsOnly(rds.account());
    }
  }

  @Test
  void standsUnderTomcatsPool() throws SQLException {
    PoolProperties settings = new PoolProperties();
    settings.setUrl(url);
    settings.setDriverClassName(IamDriver.class.getName());
    settings.setUsername(rds.account());
    settings.setInitialSize(1);
    var pool = new org.apache.tomcat.jdbc.pool.DataSource(settings);
    try (Connection connection = pool.getConnection()) {
      assertThat(user(connection)).isEqualTo(rds.account());
    } finally {
      pool.close(true);
    }
  }

  @Test
  void standsUnderAgroal() throws SQLException {
    try (AgroalDataSource pool = Agroal.pool(url, rds.account());
        Connection connection = pool.getConnection()) {
      assertThat(user(connection)).isEqualTo(rds.account());
    }
  }

  @Test
  void takesFlywayToItsDatabase() throws SQLException {
    Flyway flyway =
        Flyway.configure().dataSource(url, rds.account(), "").cleanDisabled(false).load();
    assertThat(flyway.migrate().success).isTrue();
    assertThat(rowsOf("purchase_order")).isZero();
    flyway.clean();
  }

  @Test
  void takesLiquibaseToItsDatabase() throws Exception {
    var resources = new ClassLoaderResourceAccessor();
    var database =
        DatabaseFactory.getInstance()
            .openDatabase(
                url, rds.account(), "", IamDriver.class.getName(), null, null, null, resources);
    try (Liquibase liquibase = new Liquibase("db/changelog.sql", resources, database)) {
      liquibase.update();
      assertThat(rowsOf("purchase_order")).isZero();
      liquibase.dropAll();
    }
  }

  private int rowsOf(String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, rds.account(), "");
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT count(*) FROM " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static String user(Connection connection) {
    try {
      return Server.user(connection);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  /** What became of this test's logins. */
  private List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }
}
