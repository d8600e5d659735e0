package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/** Logins to a real PostgreSQL, without a pool. */
@Tag("login")
class IamDataSourceIT {

  private static final TestClock clock = new TestClock();
  private static LocalRds rds;

  private final AccessKey key = AccessKey.random();
  private final AtomicReference<AwsCredentials> credentials =
      new AtomicReference<>(AwsBasicCredentials.create(key.id(), key.secret()));

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().account("app").account("Ann+é x/y 100%").clock(clock).start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @BeforeEach
  void know() {
    rds.add(key);
  }

  @AfterEach
  void resetClock() {
    clock.reset();
  }

  @ParameterizedTest
  @ValueSource(strings = {"app", "Ann+é x/y 100%"})
  void logsIn(String user) throws SQLException {
    try (IamDataSource dataSource = dataSource().user(user).build();
        Connection connection = dataSource.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(user);
    }
    assertThat(logins()).singleElement().matches(Login::accepted);
  }

  @Test
  void logsInWithASessionTokenOf1400Characters() throws SQLException {
    AccessKey temporary = new AccessKey(AccessKey.random().id(), "secret", "s+/=".repeat(350));
    rds.add(temporary);
    credentials.set(
        AwsSessionCredentials.create(temporary.id(), temporary.secret(), "s+/=".repeat(350)));

    try (IamDataSource dataSource = dataSource().build();
        Connection connection = dataSource.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo("app");
    }
  }

  @Test
  void sendsNoPasswordButItsOwnTokens() throws SQLException {
    try (IamDataSource dataSource = dataSource().build()) {
      dataSource.getConnection("app", "hunter2").close();
      dataSource.getConnection("app", null).close();
    }
    assertThat(logins()).hasSize(2).allMatch(Login::accepted);
  }

  @Test
  void replacesARevokedTokenWithinOneCall() throws SQLException {
    AccessKey next = AccessKey.random();
    rds.add(next);
    try (IamDataSource dataSource = dataSource().build()) {
      dataSource.getConnection().close();
      rds.revoke(key.id());
      credentials.set(AwsBasicCredentials.create(next.id(), next.secret()));

      dataSource.getConnection().close();
      dataSource.getConnection().close();
    }
    assertThat(rds.logins().stream().filter(login -> next.id().equals(login.accessKeyId())))
        .hasSize(2)
        .allMatch(Login::accepted);
    assertThat(logins())
        .extracting(Login::refusal)
        .containsExactly(null, Refusal.UNKNOWN_ACCESS_KEY);
  }

  @Test
  void asksOnceOnlyWhereANewTokenIsRefused() {
    rds.revoke(key.id());

    try (IamDataSource dataSource = dataSource().build()) {
      assertThatThrownBy(dataSource::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageMatching(
              Pattern.quote(
                      "IAM login failed for user \"app\" at %s:%d (region us-east-2): "
                          .formatted(rds.host(), rds.port()))
                  + "FATAL: PAM authentication failed for user \"app\"\\."
                  + " The token was signed \\d s ago with "
                  + key.id().replaceFirst("^(....).*(....)$", "$1\\\\.\\\\.\\\\.$2")
                  + " \\(long-term credentials\\);"
                  + " this machine's clock says \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\\."
                  + " Check \\(1\\) the IAM policy .*; \\(5\\) .*\\.")
          .hasCauseInstanceOf(SQLException.class)
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("28000");
    }
    assertThat(logins()).hasSize(1);
  }

  @Test
  void sendsTheNextLoginAtOnceIfAnOperatorRenewsTheToken() throws SQLException {
    rds.revoke(key.id());

    try (IamDataSource dataSource = dataSource().build()) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      rds.add(key);
      dataSource.renewToken();

      dataSource.getConnection().close();

      TokenStatus status = dataSource.getTokenStatus();
      assertThat(status.signed()).isGreaterThanOrEqualTo(2);
      assertThat(status.rejected()).isEqualTo(1);
      assertThat(status.failed()).isZero();
      assertThat(status.lastFailure()).contains("Z: IAM login failed for user \"app\"");
      assertThat(status.remaining()).isBetween(Duration.ofSeconds(800), Duration.ofSeconds(870));
    }
  }

  @Test
  void passesOnWhatIsNoMatterOfTheLogin() {
    try (IamDataSource dataSource =
        dataSource().jdbcUrl(rds.jdbcUrl().replaceFirst("[^/]*$", "nowhere")).build()) {
      assertThatThrownBy(dataSource::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("FATAL: database \"nowhere\" does not exist")
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("3D000");
    }
  }

  @Test
  void logsInAsWhoeverAsksNext() throws SQLException {
    try (IamDataSource dataSource = dataSource().build();
        Connection one = dataSource.getConnection();
        Connection other = dataSource.getConnection("Ann+é x/y 100%", null)) {
      assertThat(currentUser(one)).isEqualTo("app");
      assertThat(currentUser(other)).isEqualTo("Ann+é x/y 100%");
    }
  }

  @Test
  void verifiesTheServerByTheEndpointsName() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", rds.certificateAuthority().toString());

    try (IamDataSource dataSource =
            IamDataSource.builder()
                .jdbcUrl(rds.jdbcUrl(rds.host()))
                .user("app")
                .properties(properties)
                .awsCredentialsProvider(credentials::get)
                .build();
        Connection connection = dataSource.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo("app");
    }
  }

  private IamDataSource.Builder dataSource() {
    Properties properties = new Properties();
    properties.setProperty("iam_host", rds.host());
    return IamDataSource.builder()
        .jdbcUrl(rds.jdbcUrl())
        .user("app")
        .properties(properties)
        .awsCredentialsProvider(credentials::get);
  }

  private List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }

  private static String currentUser(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      rows.next();
      return rows.getString(1);
    }
  }
}
