package io.github.iamhikari.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.SecretsInLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs each measure for a moment. The numbers are worth nothing. */
@Tag("long")
class ComparisonTest {

  @Test
  void measuresAllSubjectsAndWritesTableAndPlot(@TempDir Path folder) throws Exception {
    Path page = folder.resolve("benchmarks.md");
    Files.copy(Path.of("../../docs/benchmarks.md"), page);
    Results results = new Results();

    try (Postgres postgres = new Postgres()) {
      List<Measure> measures =
          List.of(
              new FirstConnections(postgres),
              new PhysicalConnections(postgres, 1),
              Jmh.forAMoment(BorrowAndReturn.class, Quantity.BORROW),
              Jmh.forAMoment(Login.class, Quantity.LOGIN),
              new ExpiredToken(20, 1),
              new SlowRenewal(1, Duration.ofMillis(50)));
      for (Measure measure : measures) {
        measure.round(results);
      }
    }
    Report.write(results, folder);

    assertThat(results.quantities()).containsExactly(Quantity.values());
    assertThat(results.median(Quantity.SIGNED, Subject.HIKARI)).isZero();
    assertThat(results.median(Quantity.SIGNED, Subject.RDS_UTILITIES)).isEqualTo(20);
    assertThat(page).content().contains("# Benchmarks", results.table(), "Rounds: 1.");
    assertThat(folder.resolve("benchmarks.svg")).content().contains("<svg");
    // What this library never does: the AWS SDK and the wrapper log whole tokens, at TRACE.
    assertThat(SecretsInLogs.takeLinesWithSecrets())
        .isNotEmpty()
        .allMatch(line -> line.matches("(?s)\\[(TRACE|DEBUG)] .*"));
  }
}
