package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** MariaDB, with the driver of MySQL where a test does not say another. */
class MariaDbLoginIT extends LoginContract {

  @Override
  LocalRds.Builder engine() {
    return LocalRds.mariaDb();
  }

  @Override
  Connection connect(LocalRds rds, String user, String token) throws SQLException {
    return DriverManager.getConnection(rds.jdbcUrl() + "?sslMode=REQUIRED", user, token);
  }

  @Override
  void assertRefused(SQLException refusal, String user) {
    assertThat(refusal.getMessage()).matches(accessDenied(user) + "(YES|NO)\\)");
    assertThat(refusal.getSQLState()).isEqualTo("28000");
    assertThat(refusal.getErrorCode()).isEqualTo(1045);
  }

  private static String accessDenied(String user) {
    return "Access denied for user '" + user + "'@'127\\.0\\.0\\.1' \\(using password: ";
  }

  @Override
  String queryForText(int length) {
    return "select repeat('x', " + length + ")";
  }

  private Connection connectByMariaDbDriver(String parameters, String token) throws SQLException {
    String url = rds.jdbcUrl().replace("jdbc:mysql:", "jdbc:mariadb:") + parameters;
    return DriverManager.getConnection(url, "app_user", token);
  }

  @Test
  void logsInTheDriverOfMariaDb() throws SQLException {
    try (Connection connection = connectByMariaDbDriver("?sslMode=trust", token())) {
      assertThat(text(connection, "select current_user")).isEqualTo("app_user@%");
      assertThat(text(connection, queryForText(3_000_000))).hasSize(3_000_000);
    }
    assertThat(lastLogin().accepted()).isTrue();
  }

  @Test
  void refusesTheDriverOfMariaDbLikewise() {
    SQLException refusal =
        catchThrowableOfType(
            SQLException.class,
            () -> connectByMariaDbDriver("?sslMode=trust", token() + "0").close());
    assertThat(refusal.getMessage())
        .endsWith("Access denied for user 'app_user'@'127.0.0.1' (using password: YES)");
    assertThat(refusal.getSQLState()).isEqualTo("28000");
    assertThat(refusal.getErrorCode()).isEqualTo(1045);
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.WRONG_SIGNATURE);
  }

  @Test
  void refusesAPasswordThatIsLongerThanAnyTokenWithoutKeepingIt() {
    assertThatThrownBy(
            () -> connectByMariaDbDriver("?sslMode=trust", "x".repeat(1_000_000)).close())
        .hasMessageContaining("Access denied for user 'app_user'");
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.NOT_A_TOKEN);
    assertThat(lastLogin().token()).isEmpty();
  }

  @Test
  void refusesALoginWithoutTls() {
    SQLException refusal = refusal(rds.jdbcUrl() + "?sslMode=DISABLED", "app_user", token());
    assertRefused(refusal, "app_user");
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.NO_TLS);
    assertThat(lastLogin().token()).isEmpty();
    assertThatThrownBy(() -> connectByMariaDbDriver("?sslMode=disable", token()).close())
        .isInstanceOf(SQLException.class);
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.NO_TLS);
  }

  @Test
  void refusesAnAccountThatDoesNotLogInWithIam() {
    SQLException refusal = refusal(rds.jdbcUrl() + "?sslMode=REQUIRED", "root", token());
    assertRefused(refusal, "root");
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.UNKNOWN_ACCOUNT);
  }

  @Test
  void passesOnThatThereIsNoSuchDatabase() {
    String url = rds.jdbcUrl().replace("my_app", "no_such") + "?sslMode=REQUIRED";
    SQLException refusal = refusal(url, "app_user", token());
    assertThat(refusal.getMessage())
        .isEqualTo("Access denied for user 'app_user'@'%' to database 'no_such'");
    assertThat(refusal.getSQLState()).isEqualTo("42000");
    assertThat(refusal.getErrorCode()).isEqualTo(1044);
    assertThat(lastLogin().accepted()).isTrue();
  }

  private static SQLException refusal(String url, String user, String token) {
    return catchThrowableOfType(
        SQLException.class, () -> DriverManager.getConnection(url, user, token).close());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost"})
  void hasACertificateForItsNames(String host) throws SQLException {
    verified(host).close();
  }

  @Test
  void hasNoCertificateForAnotherName() {
    int before = rds.logins().size();
    assertThatThrownBy(() -> verified("0.0.0.0").close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("0.0.0.0");
    assertThat(rds.logins()).hasSize(before);
  }

  @Test
  void isTrustedByAJvmThatHasItsTrustStore() throws SQLException {
    String verified = rds.jdbcUrl() + "?sslMode=VERIFY_IDENTITY";
    System.setProperty("javax.net.ssl.trustStorePassword", "changeit"); // for Connector/J 8
    try {
      DriverManager.getConnection(verified, "app_user", token()).close();
    } finally {
      System.clearProperty("javax.net.ssl.trustStorePassword");
    }
    connectByMariaDbDriver("?sslMode=verify-full", token()).close();
  }

  private Connection verified(String host) throws SQLException {
    String url =
        rds.jdbcUrl(host).replace("jdbc:mysql:", "jdbc:mariadb:")
            + "?sslMode=verify-full&serverSslCert="
            + rds.certificateAuthority();
    return DriverManager.getConnection(url, "app_user", token());
  }

  @Test
  void cancelsAQuery() throws SQLException {
    try (Connection connection = connect(rds, "app_user", token());
        Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      assertThatThrownBy(() -> statement.execute("select sleep(30)"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("timeout");
    }
  }
}
