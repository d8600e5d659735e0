package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.LOGIN;
import static io.github.iamhikari.core.IamDoctor.Step.TOKEN;

import io.github.iamhikari.core.IamDoctor.Step;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The doctor's token and login steps, with the {@link IamDataSource} that the application would
 * use.
 */
final class LoginExamination {

  private static final int TIMEOUT_SECONDS = 10;

  /** The step that rules out a cause of a rejected token, by words of the check. */
  private static final Map<String, Step> RULED_OUT_BY =
      Map.of(
          "policy of these AWS credentials", Step.POLICY,
          "region must be the", Step.DATABASE,
          "clock must be right", Step.CLOCK,
          "must not be revoked", Step.IDENTITY);

  private final IamDataSource dataSource;
  private final JdbcUrl.Protocol protocol;
  private final TokenRequest request;
  private final Findings findings;

  LoginExamination(IamDataSource dataSource, JdbcUrl.Protocol protocol, Findings findings) {
    this.dataSource = dataSource;
    this.protocol = protocol;
    this.request = dataSource.request();
    this.findings = findings;
  }

  /** Signs a token, which stays in the {@link IamDataSource}. */
  void sign() {
    try {
      IamToken token = dataSource.token();
      findings.ok(
          TOKEN,
          "signed at %s for %s with %s; used until %s",
          token.signedAt(),
          token.region(),
          token.key(),
          token.usableUntil());
    } catch (SQLException e) {
      findings.failed(TOKEN, e, "Make sure that this process has AWS credentials.");
    }
  }

  /** Logs in, and examines the server. */
  void logIn() {
    try {
      // restored afterwards, because DriverManager has one timeout for all drivers
      boolean isUnbounded = dataSource.getLoginTimeout() == 0;
      if (isUnbounded) {
        dataSource.setLoginTimeout(TIMEOUT_SECONDS);
      }
      try (Connection connection = dataSource.getConnection()) {
        DatabaseMetaData driver = connection.getMetaData();
        findings.ok(
            LOGIN,
            "user \"%s\" logged in with %s %s",
            dataSource.getUser(),
            driver.getDriverName(),
            driver.getDriverVersion());
        new ServerExamination(connection, protocol, request.isOfDsql(), findings).examine();
      } finally {
        if (isUnbounded) {
          dataSource.setLoginTimeout(0);
        }
      }
    } catch (SQLException e) {
      explain(e);
    } catch (RuntimeException | LinkageError e) {
      findings.failed(
          LOGIN,
          "Put the driver's dependencies on the class path, in matching versions.",
          "the driver failed with %s", // a missing class is not a secret
          e instanceof LinkageError ? e : e.getClass().getName());
    }
  }

  private void explain(SQLException failure) {
    LoginFailure kind = LoginFailure.of(failure, request);
    SQLException answer =
        kind != LoginFailure.UNRELATED && failure.getCause() instanceof SQLException cause
            ? cause
            : failure;
    String hidden = "";
    Throwable cause = kind == LoginFailure.UNRELATED ? answer.getCause() : null;
    while (cause != null) {
      hidden = ", caused by " + cause;
      cause = cause.getCause();
    }
    findings.failed(
        LOGIN,
        advice(kind),
        "%s (SQLState %s)%s",
        LoginFailure.inShort(answer, request),
        answer.getSQLState(),
        hidden);
  }

  /** The step that rules out the cause behind a check; the login step if there is none. */
  private static Step ruledOutBy(String check) {
    for (Map.Entry<String, Step> words : RULED_OUT_BY.entrySet()) {
      if (check.contains(words.getKey())) {
        return words.getValue();
      }
    }
    return LOGIN;
  }

  private String advice(LoginFailure kind) {
    if (kind == LoginFailure.UNRELATED) {
      return "The login failed for a reason other than the token; check the message, the database"
          + " in the URL, and the server's log.";
    }
    List<String> checks = new ArrayList<>(kind.checks(request));
    findings.principal().ifPresent(arn -> checks.replaceAll(check -> DsqlRefusal.of(arn, check)));
    List<String> open = new ArrayList<>();
    List<String> ruledOut = new ArrayList<>();
    for (String check : checks) {
      Step step = kind == LoginFailure.TOKEN_REFUSED ? ruledOutBy(check) : LOGIN;
      if (findings.isOk(step)) {
        ruledOut.add(step.toString());
      } else {
        open.add(check);
      }
    }
    StringBuilder advice = new StringBuilder();
    if (!findings.troubles().isEmpty()) {
      advice.append("First fix the problems above: ");
      advice.append(String.join(", ", findings.troubles())).append(". ");
    }
    advice.append(LoginFailure.numbered(open));
    if (!ruledOut.isEmpty()) {
      advice.append(" These checks passed: ").append(String.join(", ", ruledOut)).append('.');
    }
    return advice.toString();
  }
}
