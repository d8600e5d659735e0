package io.github.iamhikari.benchmarks;

import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Compares the ways to log in: what each costs, and how many times as much as plain HikariCP. In
 * each round, all of them are measured one right after the other, so that a machine that is slow
 * for a minute is slow for all.
 */
public final class Comparison {

  private Comparison() {}

  /**
   * Measures, prints a table, and writes it and a plot to the documentation if nothing was left
   * out.
   *
   * @param arguments what to measure, as a regular expression; for how many rounds; and the folder
   *     of {@code benchmarks.md}
   */
  public static void main(String[] arguments) throws Exception {
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
    Results results = new Results();
    int rounds = Integer.parseInt(arguments[1]);
    try (Postgres postgres = new Postgres()) {
      Map<String, Measure> measures = measures(postgres);
      measures.keySet().removeIf(name -> !name.matches(arguments[0]));
      for (int round = 1; round <= rounds; round++) {
        for (Map.Entry<String, Measure> measure : measures.entrySet()) {
          System.err.println("round " + round + " of " + rounds + ": " + measure.getKey());
          measure.getValue().round(results);
        }
      }
    }
    System.out.println(results.table());
    if (results.quantities().size() == Quantity.values().length) {
      Report.write(results, Path.of(arguments[2]));
    }
  }

  private static Map<String, Measure> measures(Postgres postgres) {
    Map<String, Measure> measures = new LinkedHashMap<>();
    measures.put("first-connection", new FirstConnections(postgres));
    measures.put("physical-connection", new PhysicalConnections(postgres, 20));
    measures.put("borrow", Jmh.inNewJvms(BorrowAndReturn.class, Quantity.BORROW));
    measures.put("login", Jmh.inNewJvms(Login.class, Quantity.LOGIN));
    measures.put("expired-token", new ExpiredToken(1_000, 2));
    measures.put("slow-renewal", new SlowRenewal(12, Duration.ofSeconds(2)));
    return measures;
  }
}
