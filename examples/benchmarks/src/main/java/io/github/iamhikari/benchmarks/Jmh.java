package io.github.iamhikari.benchmarks;

import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A benchmark of JMH. Of the iterations of a round the fastest counts, since whatever else the
 * machine does can only make them slower.
 */
final class Jmh implements Measure {

  private final Class<?> benchmark;
  private final Quantity quantity;
  private final ChainedOptionsBuilder options;

  private Jmh(Class<?> benchmark, Quantity quantity, ChainedOptionsBuilder options) {
    this.benchmark = benchmark;
    this.quantity = quantity;
    this.options = options.verbosity(VerboseMode.SILENT).shouldFailOnError(true);
  }

  /** With a JVM for each subject, three seconds to warm up, and 300 times 10 ms to measure. */
  static Measure inNewJvms(Class<?> benchmark, Quantity quantity) {
    return new Jmh(
        benchmark,
        quantity,
        new OptionsBuilder()
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(1))
            .measurementIterations(300)
            .measurementTime(TimeValue.milliseconds(10))
            .jvmArgsAppend("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC"));
  }

  /** For a moment in this JVM, to see that it runs. */
  static Measure forAMoment(Class<?> benchmark, Quantity quantity) {
    return new Jmh(
        benchmark,
        quantity,
        new OptionsBuilder()
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(10)));
  }

  @Override
  public void round(Results results) throws RunnerException {
    String name = "^" + benchmark.getName().replace(".", "\\.") + "\\.";
    for (RunResult result : new Runner(options.include(name).build()).run()) {
      Subject subject = Subject.valueOf(result.getParams().getParam("subject"));
      results.add(quantity, subject, fastest(result));
    }
  }

  private static double fastest(RunResult result) {
    return result.getAggregatedResult().getIterationResults().stream()
        .map(IterationResult::getPrimaryResult)
        .mapToDouble(iteration -> iteration.getScore())
        .min()
        .orElseThrow();
  }
}
