package io.github.iamhikari.benchmarks;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.ListStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs the benchmarks, and prints what each subject costs and how many times the first one's cost
 * that is.
 *
 * <p>Each round forks a JVM for each subject, one right after the other, and a ratio is that of two
 * neighbours; so what slows a machine down for a minute slows both. The time of a JVM is that of
 * its fastest iteration, since whatever else the machine does can only make one slower. The error
 * is that of the mean over the rounds, with 99 % confidence.
 */
public final class Benchmarks {

  private static final double CONFIDENCE = 0.99;

  private Benchmarks() {}

  /**
   * Runs them.
   *
   * @param arguments which ones, as a regular expression, and for how many rounds
   * @throws RunnerException if one fails
   */
  public static void main(String[] arguments) throws RunnerException {
    int rounds = Integer.parseInt(arguments[1]);
    Map<String, Map<String, ListStatistics>> nanos = new LinkedHashMap<>();
    Map<String, Map<String, ListStatistics>> ratios = new LinkedHashMap<>();
    for (int round = 1; round <= rounds; round++) {
      System.err.println("round " + round + " of " + rounds);
      for (Map.Entry<String, Map<String, Double>> benchmark : run(once(arguments[0])).entrySet()) {
        double first = benchmark.getValue().values().iterator().next();
        benchmark
            .getValue()
            .forEach(
                (subject, score) -> {
                  values(nanos, benchmark.getKey(), subject).addValue(score);
                  values(ratios, benchmark.getKey(), subject).addValue(score / first);
                });
      }
    }
    System.out.println(line("benchmark", "subject", "ns", "ratio"));
    nanos.forEach(
        (benchmark, subjects) ->
            subjects.forEach(
                (subject, values) ->
                    System.out.println(
                        line(
                            benchmark,
                            subject,
                            mean(values, 1),
                            mean(values(ratios, benchmark, subject), 3)))));
  }

  /** One fork of each, with three seconds to warm up and 300 times 10 ms to measure. */
  private static Options once(String benchmarks) {
    return new OptionsBuilder()
        .include(benchmarks)
        .forks(1)
        .warmupIterations(3)
        .warmupTime(TimeValue.seconds(1))
        .measurementIterations(300)
        .measurementTime(TimeValue.milliseconds(10))
        .jvmArgsAppend("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC")
        .verbosity(VerboseMode.SILENT)
        .shouldFailOnError(true)
        .build();
  }

  /** The shortest time of each subject, by the benchmark's name; in the order of the subjects. */
  static Map<String, Map<String, Double>> run(Options options) throws RunnerException {
    Collection<RunResult> results = new Runner(options).run();
    Map<String, Map<String, Double>> scores = new LinkedHashMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark().replaceFirst("^.*\\.(?=\\w+\\.\\w+$)", "");
      scores
          .computeIfAbsent(name, benchmark -> new LinkedHashMap<>())
          .put(result.getParams().getParam("subject"), fastest(result));
    }
    return scores;
  }

  private static double fastest(RunResult result) {
    return result.getAggregatedResult().getIterationResults().stream()
        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
        .min()
        .orElseThrow();
  }

  private static ListStatistics values(
      Map<String, Map<String, ListStatistics>> all, String benchmark, String subject) {
    return all.computeIfAbsent(benchmark, name -> new LinkedHashMap<>())
        .computeIfAbsent(subject, name -> new ListStatistics());
  }

  private static String mean(Statistics values, int digits) {
    return String.format(
        Locale.ROOT,
        "%." + digits + "f ± %." + digits + "f",
        values.getMean(),
        values.getMeanErrorAt(CONFIDENCE));
  }

  private static String line(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
