package io.github.iamhikari.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** That each benchmark runs; what it measures is no matter here. */
class BenchmarksTest {

  @Test
  void runEach() throws Exception {
    Map<String, Map<String, Double>> scores =
        Benchmarks.run(
            new OptionsBuilder()
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(10))
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build());

    assertThat(scores)
        .containsOnlyKeys(
            "BorrowAndReturn.oneThread",
            "BorrowAndReturn.fourThreads",
            "PhysicalConnection.oneThread",
            "Tokens.oneThread");
    assertThat(scores.get("BorrowAndReturn.oneThread"))
        .containsOnlyKeys("HikariDataSource", "IamHikariDataSource");
    assertThat(scores.get("PhysicalConnection.oneThread"))
        .containsOnlyKeys("the driver", "IamDataSource");
    assertThat(scores.get("Tokens.oneThread"))
        .containsOnlyKeys("a constant", "the token of now", "a newly signed token");
  }
}
