package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoginFailureTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FATAL: PAM authentication failed for user \"app\"        | 28000 | 0    | TOKEN_REFUSED",
        "FATAL: PAM-Authentifizierung fehlgeschlagen              | 28000 | 0    | TOKEN_REFUSED",
        "Access denied for user 'app'@'h' (using password: YES)   | 28000 | 1045 | TOKEN_REFUSED",
        "FATAL: password authentication failed for user \"app\"   | 28P01 | 0    | NO_IAM_USER",
        "FATAL: pg_hba.conf rejects connection for host \"h\", user \"u\", database \"d\", no encryption | 28000 | 0 | TLS_MISSING",
        "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL off | 28000 | 0 | TLS_MISSING",
        "FATAL: no pg_hba.conf entry for host \"h\", user \"u\", database \"d\", SSL encryption | 28000 | 0 | NOT_PERMITTED",
        "FATAL: database \"nowhere\" does not exist               | 3D000 | 0    | UNRELATED",
        "FATAL: sorry, too many clients already                   | 53300 | 0    | UNRELATED",
        "Unknown database 'nowhere'                               | 42000 | 1049 | UNRELATED",
        "Connection refused                                       | 08001 | 0    | UNRELATED",
        "                                                         |       | 0    | UNRELATED",
      })
  void isReadFromWhatTheServerSays(
      String message, String state, int errorCode, LoginFailure failure) {
    assertThat(LoginFailure.of(new SQLException(message, state, errorCode))).isEqualTo(failure);
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
}
