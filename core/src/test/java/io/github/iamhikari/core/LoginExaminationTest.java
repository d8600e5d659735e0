package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Step;
import java.io.EOFException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What is advised after a refusal depends on what was seen before. */
class LoginExaminationTest {

  private final SQLException refusal =
      new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");

  private final Findings findings = new Findings();

  @Test
  void pointsToWhatIsWrongAbove() {
    findings.warning(Step.SETTINGS, "", "another region");
    findings.failed(Step.CLOCK, "", "20 min ahead");

    assertThat(adviceAfter(refusal))
        .startsWith("First fix the problems above: settings, clock. Check (1) the IAM policy of");
  }

  @Test
  void leavesOutWhatIsInOrder() {
    findings.ok(Step.IDENTITY, "a role");
    findings.ok(Step.CLOCK, "right");
    findings.ok(Step.DATABASE, "IAM authentication is on");
    findings.ok(Step.POLICY, "allows it");

    assertThat(adviceAfter(refusal))
        .startsWith("Check (1) the database user must be set up for IAM")
        .contains("; (2) there must be fewer than about 200 new IAM logins per second.")
        .endsWith("These checks passed: policy, database, clock, AWS identity.");
  }

  @Test
  void doesNotTakeASkippedStepForOneInOrder() {
    findings.skipped(Step.POLICY, "may not be asked");

    assertThat(adviceAfter(refusal))
        .startsWith("Check (1) the IAM policy of")
        .doesNotContain("order");
  }

  @Test
  void tellsWhatTheDriverHidesInACause() {
    SQLException failure =
        new SQLException("The connection attempt failed", "08001", new EOFException());

    assertThat(adviceAfter(failure)).startsWith("The login failed");
    assertThat(findings.report().toString()).contains("caused by java.io.EOFException");
  }

  private String adviceAfter(SQLException answer) {
    try (IamDataSource dataSource =
        IamDataSource.builder()
            .jdbcUrl("jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders")
            .user("app")
            .awsCredentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "s")))
            .driver(
                (url, properties) ->
                    new StubDriver(
                        (user, token) -> {
                          throw answer;
                        }))
            .build()) {
      new LoginExamination(dataSource, JdbcUrl.Protocol.POSTGRESQL, findings).logIn();
    }
    return findings.report().findings().stream()
        .filter(finding -> finding.step() == Step.LOGIN)
        .findFirst()
        .orElseThrow()
        .advice();
  }
}
