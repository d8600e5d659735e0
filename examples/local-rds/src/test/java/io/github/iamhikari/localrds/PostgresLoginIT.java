package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.cert.CertPathBuilderException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ssl.DefaultJavaSSLFactory;

class PostgresLoginIT extends LoginContract {

  @Override
  LocalRds.Builder engine() {
    return LocalRds.postgres();
  }

  @Override
  Connection connect(LocalRds rds, String user, String token) throws SQLException {
    return DriverManager.getConnection(rds.jdbcUrl() + "?sslmode=require", user, token);
  }

  @Override
  void assertRefused(SQLException refusal, String user) {
    assertThat(refusal.getMessage())
        .startsWith("FATAL: PAM authentication failed for user \"" + user + "\"");
    assertThat(refusal.getSQLState()).isEqualTo("28000");
  }

  @Override
  String queryForText(int length) {
    return "select repeat('x', " + length + ")";
  }

  @Test
  void refusesALoginWithoutTls() {
    SQLException refusal = refusal(rds.jdbcUrl() + "?sslmode=disable", "app_user", token());
    assertThat(refusal.getMessage())
        .startsWith(
            "FATAL: pg_hba.conf rejects connection for host \"127.0.0.1\", user \"app_user\","
                + " database \"my_app\", no encryption");
    assertThat(refusal.getSQLState()).isEqualTo("28000");
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.NO_TLS);
    assertThat(lastLogin().token()).isEmpty();
  }

  @Test
  void refusesAPasswordThatIsLongerThanAnyTokenWithoutKeepingIt() {
    assertRefusedBecause(Refusal.NOT_A_TOKEN, "app_user", "x".repeat(1_000_000));
    assertThat(lastLogin().token()).isEmpty();
  }

  @Test
  void refusesAnAccountThatDoesNotLogInWithIam() {
    SQLException refusal = refusal(rds.jdbcUrl() + "?sslmode=require", "postgres", token());
    assertThat(refusal.getMessage())
        .startsWith("FATAL: password authentication failed for user \"postgres\"");
    assertThat(refusal.getSQLState()).isEqualTo("28P01");
    assertThat(lastLogin().refusal()).isEqualTo(Refusal.UNKNOWN_ACCOUNT);
  }

  @Test
  void passesOnThatThereIsNoSuchDatabase() {
    String url = rds.jdbcUrl().replace("my_app", "no_such") + "?sslmode=require";
    SQLException refusal = refusal(url, "app_user", token());
    assertThat(refusal.getMessage()).startsWith("FATAL: database \"no_such\" does not exist");
    assertThat(refusal.getSQLState()).isEqualTo("3D000");
    assertThat(lastLogin().accepted()).isTrue();
  }

  private static SQLException refusal(String url, String user, String token) {
    return catchThrowableOfType(
        SQLException.class, () -> DriverManager.getConnection(url, user, token).close());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"127.0.0.1", "localhost", "local.c9akciq32rgb.us-east-2.rds.amazonaws.com"})
  void hasACertificateForItsNames(String host) throws SQLException {
    DriverManager.getConnection(verified(host), "app_user", token()).close();
  }

  @Test
  void hasNoCertificateForAnotherName() throws SQLException {
    String other = "other.c9akciq32rgb.us-east-2.rds.amazonaws.com";
    int before = rds.logins().size();
    assertThatThrownBy(
            () -> DriverManager.getConnection(verified(other), "app_user", token()).close())
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(other);
    assertThat(rds.logins()).hasSize(before);
    DriverManager.getConnection(rds.jdbcUrl(other) + "?sslmode=require", "app_user", token())
        .close();
  }

  private String verified(String host) {
    return rds.jdbcUrl(host) + "?sslmode=verify-full&sslrootcert=" + rds.certificateAuthority();
  }

  @Test
  void isTrustedByAJvmThatHasItsTrustStore() throws SQLException {
    String parameters = "?sslmode=verify-full&sslfactory=" + DefaultJavaSSLFactory.class.getName();
    DriverManager.getConnection(rds.jdbcUrl() + parameters, "app_user", token()).close();
  }

  @Test
  void servesWithACertificateThatIsSet() throws SQLException {
    HeldCertificate unknown =
        new HeldCertificate.Builder().addSubjectAlternativeName("127.0.0.1").build();
    HandshakeCertificates own =
        new HandshakeCertificates.Builder().heldCertificate(unknown).build();
    try (LocalRds other = LocalRds.postgres().credentials(KEY).tls(own.sslContext()).start()) {
      String token = Presigner.token(other, KEY, Instant.now());
      String unverified = other.jdbcUrl() + "?sslmode=require";
      String verified =
          unverified.replace("require", "verify-ca&sslrootcert=" + rds.certificateAuthority());

      DriverManager.getConnection(unverified, "app_user", token).close();
      assertThatThrownBy(() -> DriverManager.getConnection(verified, "app_user", token).close())
          .hasRootCauseInstanceOf(CertPathBuilderException.class);
      assertThat(other.logins()).hasSize(1);
      assertThatThrownBy(other::certificateAuthority)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("set by tls(SSLContext)");
    }
  }

  @Test
  void passesOnTheParametersOfTheClient() throws SQLException {
    String url =
        rds.jdbcUrl() + "?sslmode=require&ApplicationName=my-app&options=-c%20geqo_threshold=7";
    try (Connection connection = DriverManager.getConnection(url, "app_user", token())) {
      assertThat(text(connection, "show application_name")).isEqualTo("my-app");
      assertThat(text(connection, "show geqo_threshold")).isEqualTo("7");
    }
  }

  @Test
  void cancelsAQuery() throws Exception {
    try (Connection connection = connect(rds, "app_user", token());
        Connection observer = connect(rds, "app_user", token());
        Statement statement = connection.createStatement()) {
      CompletableFuture<SQLException> cancelled =
          CompletableFuture.supplyAsync(
              () ->
                  catchThrowableOfType(
                      SQLException.class, () -> statement.execute("select pg_sleep(30)")));
      while (text(observer, "select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
          .equals("0")) {
        Thread.onSpinWait();
      }
      statement.cancel();
      assertThat(cancelled.get(10, TimeUnit.SECONDS).getSQLState()).isEqualTo("57014");
    }
  }
}
