package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a report looks like; what is in it is the matter of {@link DoctorContract}. */
class IamDoctorTest {

  private static final Report REPORT =
      new Report(
          List.of(
              new Finding(Step.SETTINGS, Status.OK, "as \"told\"", ""),
              new Finding(Step.SETTINGS, Status.WARNING, "a tab\t", "Do (1) this; (2) that."),
              new Finding(Step.NAME, Status.SKIPPED, "not tried", ""),
              new Finding(Step.PORT, Status.SKIPPED, "not tried", "")));

  @Test
  void hasALineForEachFindingAndGathersWhatIsSkipped() {
    assertThat(REPORT.toString().lines())
        .containsExactly(
            "ok       settings         as \"told\"",
            "warning                   a tab\t",
            "                          -> Do",
            "                             (1) this;",
            "                             (2) that.",
            "skipped  name resolution, port not tried");
  }

  @Test
  void isJsonForPrograms() {
    assertThat(REPORT.toJson().lines())
        .containsExactly(
            "{",
            "  \"status\": \"warning\",",
            "  \"findings\": [",
            "    {\"step\": \"settings\", \"status\": \"ok\", \"seen\": \"as \\\"told\\\"\","
                + " \"advice\": \"\"},",
            "    {\"step\": \"settings\", \"status\": \"warning\", \"seen\": \"a tab\\u0009\","
                + " \"advice\": \"Do (1) this; (2) that.\"},",
            "    {\"step\": \"name\", \"status\": \"skipped\", \"seen\": \"not tried\","
                + " \"advice\": \"\"},",
            "    {\"step\": \"port\", \"status\": \"skipped\", \"seen\": \"not tried\","
                + " \"advice\": \"\"}",
            "  ]",
            "}");
  }

  @ParameterizedTest
  @CsvSource({"OK, 0", "SKIPPED, 0", "WARNING, 1", "FAILED, 2"})
  void endsAProgramByTheWorst(Status worst, int exitCode) {
    Report report =
        new Report(
            List.of(
                new Finding(Step.TLS, worst, "", ""),
                new Finding(Step.TOKEN, Status.OK, "", ""),
                new Finding(Step.LOGIN, Status.SKIPPED, "", "")));

    assertThat(report.exitCode()).isEqualTo(exitCode);
  }
}
