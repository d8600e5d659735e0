package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** By what servers and drivers said in real runs. */
class LoginFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "FATAL: PAM authentication failed for user \"app\" | 28000 | 0 | TOKEN_REFUSED",
        "FATAL: PAM-Authentifizierung fehlgeschlagen | 28000 | 0 | TOKEN_REFUSED",
        "FATAL: LDAP authentication failed for user \"app\" | 28000 | 0 | TOKEN_REFUSED",
        "Access denied for user 'app'@'10.0.0.1' (using password: YES) | 28000 | 1045 | TOKEN_REFUSED",
        "(conn=25) Access denied for user 'app'@'10.0.0.1' (using password: YES) | 28000 | 1045 | TOKEN_REFUSED",
        "FATAL: password authentication failed for user \"app\" | 28P01 | 0 | NO_IAM_USER",
        "FATAL: role \"app\" does not exist | 28000 | 0 | NO_IAM_USER",
        "FATAL: role \"app\" is not permitted to log in | 28000 | 0 | NO_IAM_USER",
        "Access denied for user 'app'@'10.0.0.1' | 28000 | 1698 | NO_IAM_USER",
        "Client does not support authentication protocol requested by server. plugin type was = 'sha256_password' | 08004 | 1251 | NO_IAM_USER",
        "(conn=18) Plugin 'AWSAuthenticationPlugin' is not loaded | HY000 | 1524 | NO_IAM_USER",
        "FATAL: pg_hba.conf rejects connection for host \"h\", user \"u\", database \"d\", no encryption | 28000 | 0 | TLS_MISSING",
        "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL off | 28000 | 0 | TLS_MISSING",
        "Connections using insecure transport are prohibited while --require_secure_transport=ON. | HY000 | 3159 | TLS_MISSING",
        "Connections using insecure transport are prohibited while --require_secure_transport=ON. | 08004 | 3159 | TLS_MISSING",
        "The server does not support SSL. | 08004 | 0 | TLS_MISSING",
        "SSL Connection required, but not provided by server. | 08001 | 0 | TLS_MISSING",
        "(conn=5) Trying to connect with ssl, but ssl not enabled in the server | 08000 | -1 | TLS_MISSING",
        "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL encryption | 28000 | 0 | NOT_PERMITTED",
        "CLI-specific condition,  message from server: \"Host '10.0.0.1' is not allowed to connect to this MySQL server\" | HY000 | 1130 | NOT_PERMITTED",
        "Host '10.0.0.1' is blocked because of many connection errors | HY000 | 1129 | NOT_PERMITTED",
        "Access denied for user 'app'@'10.0.0.1'. Account is locked. | HY000 | 3118 | NOT_PERMITTED",
        "(conn=30) Access denied, this account is locked | HY000 | 4151 | NOT_PERMITTED",
        "FATAL: sorry, too many clients already | 53300 | 0 | TOO_MANY_CONNECTIONS",
        "FATAL: too many connections for role \"app\" | 53300 | 0 | TOO_MANY_CONNECTIONS",
        "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute | 53300 | 0 | TOO_MANY_CONNECTIONS",
        "(conn=57) Too many connections | 08004 | 1040 | TOO_MANY_CONNECTIONS",
        "User app already has more than 'max_user_connections' active connections | 42000 | 1203 | TOO_MANY_CONNECTIONS",
        "User 'app' has exceeded the 'max_connections_per_hour' resource (current value: 1) | 42000 | 1226 | TOO_MANY_CONNECTIONS",
        "FATAL: unable to accept connection, access denied | 28000 | 0 | TOKEN_REFUSED",
        "FATAL: unable to accept connection, access denied | 08006 | 0 | TOKEN_REFUSED",
        "FATAL: IAM authentication failed for user \"app\" | 28000 | 0 | TOKEN_REFUSED",
        "FATAL: IAM authentication failed for user \"app\" | 08006 | 0 | TOKEN_REFUSED",
        "FATAL: IAM role orders does not exist | 28000 | 0 | TOKEN_REFUSED",
        "FATAL: IAM role orders does not exist | 08006 | 0 | TOKEN_REFUSED",
        "ERROR: temporary file size exceeds temp_file_limit (1024kB) | 53400 | 0 | UNRELATED",
        "FATAL: unable to accept connection, sni was not received | 08004 | 0 | NO_SERVER_NAME",
        "FATAL: unable to accept connection, ssl was not requested | 08006 | 0 | TLS_MISSING",
        "FATAL: Unable to accept connection, rate exceeded. | 53400 | 0 | TOO_MANY_LOGINS",
        "FATAL: Unable to accept connection, too many open connections. | 53300 | 0 | TOO_MANY_CONNECTIONS",
        "FATAL: unable to accept connection, waking up cluster, please retry later | 08006 | 0 | UNRELATED",
        "FATAL: database \"nowhere\" does not exist | 3D000 | 0 | UNRELATED",
        "FATAL: permission denied for database \"nowhere\" | 42501 | 0 | UNRELATED",
        "Unknown database 'nowhere' | 42000 | 1049 | UNRELATED",
        "Access denied for user 'app'@'%' to database 'nowhere' | 42000 | 1044 | UNRELATED",
        "Your password has expired. To log in you must change it using a client that supports expired passwords. | S1000 | 1862 | UNRELATED",
        "Connection to 127.0.0.1:1 refused. Check that the hostname and port are correct | 08001 | 0 | UNRELATED",
        "Communications link failure | 08S01 | 0 | UNRELATED",
        "Socket fail to connect to 127.0.0.1:1. Connection refused | 08000 | 0 | UNRELATED",
        " |  | 0 | UNRELATED",
      })
  void isReadFromWhatTheServerSays(
      String message, String state, int errorCode, LoginFailure failure) {
    assertThat(LoginFailure.of(new SQLException(message, state, errorCode))).isEqualTo(failure);
  }

  @ParameterizedTest
  @CsvSource({"RDS, UNRELATED", "DSQL, TOO_MANY_LOGINS"})
  void readsTheStateOfALimitAtDsqlAlone(IamService service, LoginFailure failure) {
    SQLException answer = new SQLException("FATAL: slow down", "53400");

    assertThat(LoginFailure.of(answer, request(service, "app"))).isEqualTo(failure);
  }

  @Test
  void isFoundAmongCausesAndChainedExceptions() {
    SQLException refusal = new SQLException("PAM authentication failed", "28000");
    SQLException chained = new SQLException("Could not connect", "08001");
    chained.setNextException(new SQLException("wrapped", "08000", refusal));
    SQLException outermost = new SQLException("outermost", "08001", new RuntimeException(chained));

    assertThat(LoginFailure.of(outermost)).isEqualTo(LoginFailure.TOKEN_REFUSED);
  }

  @Test
  void endsItsSearchInACycle() {
    SQLException one = new SQLException("one", "08001");
    SQLException other = new SQLException("other", "08001", one);
    one.initCause(other);

    assertThat(LoginFailure.of(one)).isEqualTo(LoginFailure.UNRELATED);
  }

  @ParameterizedTest
  @CsvSource({
    "user, dsql:DbConnect, AWS IAM GRANT \"user\" TO",
    "Admin, dsql:DbConnect, '(2) the administrator is \"admin\", in lower case'",
    "admin, dsql:DbConnectAdmin, deny it"
  })
  void isExplainedInWordsOfDsqlThere(String user, String permission, String words) {
    String explained =
        explained(
            user,
            "FATAL: unable to accept connection, access denied\n  Hint: Wrong key AKIAIOSFODNN7EXAMPLE.");

    assertThat(explained)
        .contains(
            "FATAL: unable to accept connection, access denied (Hint: Wrong key AKIA...MPLE.)")
        .contains("must allow " + permission + " on this cluster; (2)", words)
        .doesNotContain("RDS", "rds", "Plugin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Amz-Security-Token", "x-amz-security-token", "SecurityToken or Security-Token"})
  void repeatsNoHintThatMayHoldASecret(String parameter) {
    String refusal = "FATAL: unable to accept connection, access denied";
    String hint = "\n  Hint: The request should have been 'GET /?" + parameter + "=s3cr3t'";
    SQLException answer = new SQLException(refusal + hint, "28000", 7, new Exception(hint));

    SQLException shown = LoginFailure.withoutSecrets(answer);

    assertThat(explained("app", refusal + hint)).doesNotContain("should have been", "s3cr3t");
    assertThat((Throwable) shown).hasMessage(refusal).hasNoCause();
    assertThat(shown.getSQLState() + shown.getErrorCode()).isEqualTo("280007");
    assertThat(shown.getStackTrace()).isEqualTo(answer.getStackTrace());
    SQLException harmless = new SQLException(refusal, "28000");
    assertThat((Throwable) LoginFailure.withoutSecrets(harmless)).isSameAs(harmless);
  }

  private static String explained(String user, String words) {
    SigningKey key = new SigningKey("AKIA...MPLE", false, null, null);
    IamToken token =
        IamToken.signed("token", Instant.EPOCH, Duration.ofSeconds(870), key, "us-east-2");
    SQLException answer = new SQLException(words, "28000");
    return LoginFailure.of(answer)
        .explain(answer, request(IamService.DSQL, user), token, false, Instant.EPOCH);
  }

  private static TokenRequest request(IamService service, String user) {
    return new TokenRequest(service, "x.dsql.us-east-2.on.aws", 5432, "us-east-2", user);
  }
}
