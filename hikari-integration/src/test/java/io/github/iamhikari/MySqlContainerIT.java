package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What a real MySQL does otherwise than MariaDB, by both drivers. */
@Tag("login")
class MySqlContainerIT {

  @RegisterExtension static final DatabaseContainer mySql = DatabaseContainer.mySql();

  private final AccessKey key =
      new AccessKey(AccessKey.random().id(), "secret", "FwoG/+=".repeat(200));

  @BeforeEach
  void knowTheKey() {
    mySql.rds().add(key);
  }

  @AfterEach
  void forgetTheKey() {
    mySql.rds().revoke(key.id());
  }

  @ParameterizedTest
  @EnumSource
  void logsInToAnAccountOfTheDefaultPlugin(Driver driver) throws SQLException {
    try (HikariDataSource pool = pool(driver);
        Connection connection = pool.getConnection()) {
      assertThat(Borrowers.ask(connection, "select current_user()")).isEqualTo("app@%");
      assertThat(Borrowers.ask(connection, "show create user current_user()"))
          .contains("'caching_sha2_password'");
    }
    assertThat(logins())
        .isNotEmpty()
        .allMatch(Login::accepted)
        .allSatisfy(login -> assertThat(login.token()).hasSizeGreaterThan(1_000));
  }

  @ParameterizedTest
  @EnumSource
  void logsInWhetherOrNotTheServerRemembersThePassword(Driver driver) throws SQLException {
    try (HikariDataSource pool = pool(driver);
        Connection administrator = mySql.administrator();
        Statement statement = administrator.createStatement()) {
      for (int i = 0; i < 3; i++) {
        statement.execute("flush privileges");
        for (int j = 0; j < 2; j++) {
          pool.getHikariPoolMXBean().softEvictConnections();
          pool.getConnection().close();
        }
      }
    }
    assertThat(logins()).hasSizeGreaterThanOrEqualTo(6).allMatch(Login::accepted);
  }

  @ParameterizedTest
  @EnumSource
  void passesOnThatTheServerHasTooManyConnections(Driver driver) throws SQLException {
    try (Connection administrator = mySql.administrator();
        Statement statement = administrator.createStatement();
        HikariDataSource pool = pool(driver);
        Connection held = pool.getConnection()) {
      assertThat(held.isValid(5)).isTrue();
      statement.execute("set global max_connections = 1");
      try {
        SQLException refusal = failureOfAStart(config(driver));

        assertThat(refusal.getErrorCode()).isEqualTo(1040);
        // Before its greeting, MySQL tells no SQLState; each driver then has its own.
        assertThat(refusal.getSQLState()).isIn("08004", "HY000");
        assertThat(refusal.getMessage()).contains("Too many connections");
      } finally {
        statement.execute("set global max_connections = default");
      }
    }
  }

  /** An account with a password, on a server that no gateway stands before. */
  @ParameterizedTest
  @EnumSource
  void refusesATokenAsThePasswordOfAnAccountThatHasOne(Driver driver) {
    HikariConfig config = config(driver);
    config.setJdbcUrl(driver.urlOf(mySql.jdbcUrl()));
    config.setUsername("root");
    config.addDataSourceProperty("sslMode", driver.sslMode); // its certificate is its own

    SQLException refusal = failureOfAStart(config);

    assertThat(refusal.getErrorCode()).isEqualTo(1045);
    assertThat(refusal.getSQLState()).isEqualTo("28000");
    assertThat(refusal.getMessage())
        .startsWith("IAM login failed for user \"root\" at " + mySql.rds().host())
        .containsPattern("Access denied for user 'root'@'[^']+' \\(using password: YES\\)");
  }

  private HikariDataSource pool(Driver driver) {
    return pool(config(driver));
  }

  private HikariDataSource pool(HikariConfig config) {
    AwsSessionCredentials credentials =
        AwsSessionCredentials.create(key.id(), key.secret(), key.sessionToken());
    return new IamHikariDataSource(config, StaticCredentialsProvider.create(credentials));
  }

  private static HikariConfig config(Driver driver) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(driver.urlOf(mySql.rds().jdbcUrl()));
    config.setUsername(mySql.rds().account());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(20_000);
    config.addDataSourceProperty("iam_host", mySql.rds().host());
    return config;
  }

  private SQLException failureOfAStart(HikariConfig config) {
    PoolInitializationException failure =
        catchThrowableOfType(PoolInitializationException.class, () -> pool(config));
    return (SQLException) requireNonNull(failure.getCause());
  }

  private List<Login> logins() {
    return mySql.rds().logins().stream()
        .filter(login -> key.id().equals(login.accessKeyId()))
        .toList();
  }

  /** The two drivers that log in to MySQL. */
  enum Driver {
    CONNECTOR_J("jdbc:mysql:", "REQUIRED"),
    MARIADB_CONNECTOR_J("jdbc:mariadb:", "trust");

    private final String jdbc;

    /** The mode that encrypts, and verifies nobody. */
    private final String sslMode;

    Driver(String jdbc, String sslMode) {
      this.jdbc = jdbc;
      this.sslMode = sslMode;
    }

    String urlOf(String jdbcUrl) {
      return jdbcUrl.replace("jdbc:mysql:", jdbc);
    }
  }
}
