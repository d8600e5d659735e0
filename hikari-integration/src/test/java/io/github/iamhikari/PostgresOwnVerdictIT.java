package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * PostgreSQL itself speaks TLS, asks the driver for the token as a password in clear text, and
 * decides: by LDAP, as RDS does by PAM. No gateway is between.
 */
@Tag("login")
class PostgresOwnVerdictIT {

  private static final TestClock clock = new TestClock();

  @RegisterExtension static final LdapPostgres postgres = new LdapPostgres(clock);

  private AccessKey key = AccessKey.random();

  @BeforeEach
  void knowTheKey() {
    clock.reset();
    postgres.directory().add(key);
  }

  @AfterEach
  void forgetTheKey() {
    postgres.directory().revoke(key);
  }

  @Test
  void acceptsATokenOfMoreThanAThousandCharacters() throws SQLException {
    key = new AccessKey(AccessKey.random().id(), "secret", "FwoG/+=".repeat(200));
    postgres.directory().add(key);

    try (HikariDataSource pool = pool(config());
        Connection connection = pool.getConnection()) {
      assertThat(ask(connection, "select current_user")).isEqualTo("app");
      assertThat(ask(connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"))
          .isEqualTo("t");
    }
    assertThat(logins())
        .isNotEmpty()
        .allMatch(Login::accepted)
        .allSatisfy(login -> assertThat(login.token()).hasSizeGreaterThan(1_000));
  }

  @Test
  void refusesARevokedKey() {
    postgres.directory().revoke(key);

    assertThatThrownBy(() -> pool(config()))
        .cause()
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith("IAM login failed for user \"app\" at " + LdapPostgres.HOST)
        .hasMessageContaining("LDAP authentication failed for user \"app\"");
    assertThat(logins()).extracting(Login::refusal).containsOnly(Refusal.UNKNOWN_ACCESS_KEY);
  }

  @Test
  void goesOnWithANewTokenWhenTheKeyOfTheOldOneIsRevoked() throws SQLException {
    AccessKey next = AccessKey.random();
    postgres.directory().add(next);
    AccessKey[] current = {key};
    HikariConfig config = config();
    config.setInitializationFailTimeout(-1);

    try (HikariDataSource pool = new IamHikariDataSource(config, () -> credentials(current[0]))) {
      pool.getConnection().close();
      postgres.directory().revoke(key);
      current[0] = next;
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThat(ask(pool.getConnection(), "select current_user")).isEqualTo("app");
    }
    assertThat(logins())
        .extracting(Login::refusal)
        .containsExactly(null, Refusal.UNKNOWN_ACCESS_KEY);
  }

  private HikariDataSource pool(HikariConfig config) {
    return new IamHikariDataSource(config, StaticCredentialsProvider.create(credentials(key)));
  }

  private static AwsCredentials credentials(AccessKey key) {
    return key.sessionToken() == null
        ? AwsBasicCredentials.create(key.id(), key.secret())
        : AwsSessionCredentials.create(key.id(), key.secret(), key.sessionToken());
  }

  private static HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(postgres.jdbcUrl());
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(20_000);
    config.addDataSourceProperty("sslmode", "verify-full");
    config.addDataSourceProperty("sslrootcert", postgres.certificateAuthority().toString());
    return config;
  }

  private List<Login> logins() {
    return postgres.directory().logins().stream()
        .filter(login -> key.id().equals(login.accessKeyId()))
        .toList();
  }

  private static String ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }
}
