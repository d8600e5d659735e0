package io.github.iamhikari.benchmarks;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What was measured: a value for each quantity, subject and round. Not for several threads. */
final class Results {

  private static final int RESAMPLES = 1_000;

  private final Map<Quantity, Map<Subject, List<Double>>> values = new EnumMap<>(Quantity.class);

  /**
   * How many times as much as plain HikariCP.
   *
   * @param median the median over the rounds
   * @param low where the 95 % confidence interval of that median begins
   * @param high where it ends
   */
  record Ratio(double median, double low, double high) {}

  /** Keeps the next round's value. */
  void add(Quantity quantity, Subject subject, double value) {
    values
        .computeIfAbsent(quantity, key -> new EnumMap<>(Subject.class))
        .computeIfAbsent(subject, key -> new ArrayList<>())
        .add(value);
  }

  Set<Quantity> quantities() {
    return values.keySet();
  }

  /** How often each quantity was measured. */
  int rounds() {
    return of(Quantity.FIRST_CONNECTION, Subject.HIKARI).size();
  }

  double median(Quantity quantity, Subject subject) {
    return median(of(quantity, subject));
  }

  /** Compares values of the same round; the interval is a bootstrap's. */
  Ratio ratio(Quantity quantity, Subject subject) {
    List<Double> own = of(quantity, subject);
    List<Double> plain = of(quantity, Subject.HIKARI);
    List<Double> ratios =
        IntStream.range(0, own.size())
            .mapToObj(round -> own.get(round) / plain.get(round))
            .toList();
    Random random = new Random(1); // the same table of the same values
    double[] medians =
        DoubleStream.generate(
                () ->
                    median(
                        random
                            .ints(ratios.size(), 0, ratios.size())
                            .mapToObj(ratios::get)
                            .toList()))
            .limit(RESAMPLES)
            .sorted()
            .toArray();
    return new Ratio(
        median(ratios), medians[RESAMPLES * 25 / 1_000], medians[RESAMPLES * 975 / 1_000]);
  }

  /**
   * A table in Markdown, with a row for each quantity and a column for each subject. Plain HikariCP
   * has its median; the others have their ratio to it, where that says something.
   */
  String table() {
    StringBuilder table = new StringBuilder("|");
    StringBuilder line = new StringBuilder("|---");
    for (Subject subject : Subject.values()) {
      table.append(" | ").append(subject);
      line.append("|---");
    }
    table.append(" |\n").append(line).append("|\n");
    for (Quantity quantity : quantities()) {
      table.append("| ").append(quantity.title());
      for (Subject subject : Subject.values()) {
        table.append(" | ").append(cell(quantity, subject));
      }
      table.append(" |\n");
    }
    return table.toString();
  }

  private String cell(Quantity quantity, Subject subject) {
    if (subject == Subject.HIKARI || !quantity.isCompared()) {
      return medianText(quantity, subject);
    }
    Ratio ratio = ratio(quantity, subject);
    return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", ratio.median, ratio.low, ratio.high);
  }

  private String medianText(Quantity quantity, Subject subject) {
    double median = median(quantity, subject);
    String number = quantity.unit().isEmpty() || median >= 100 ? "%,.0f" : "%.1f";
    return (String.format(Locale.ROOT, number, median) + " " + quantity.unit()).strip();
  }

  private List<Double> of(Quantity quantity, Subject subject) {
    return values.getOrDefault(quantity, Map.of()).getOrDefault(subject, List.of());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    return (sorted.get((size - 1) / 2) + sorted.get(size / 2)) / 2;
  }
}
