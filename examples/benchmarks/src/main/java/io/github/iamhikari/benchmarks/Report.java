package io.github.iamhikari.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Writes results into the documentation: the table of {@code benchmarks.md}, and its plot. */
final class Report {

  private static final String BEGIN = "<!-- begin: written by examples/benchmarks -->\n";
  private static final String END = "<!-- end -->\n";

  private Report() {}

  /**
   * Writes them.
   *
   * @param folder where {@code benchmarks.md} is, of which all but the table stays
   */
  static void write(Results results, Path folder) throws IOException {
    Path page = folder.resolve("benchmarks.md");
    String text = Files.readString(page);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    int end = text.indexOf(END);
    if (begin < BEGIN.length() || end < begin) {
      throw new IOException(page + " has no place for the table: " + BEGIN + END);
    }
    String measured =
        String.format(
            Locale.ROOT,
            "%n%s%nRounds: %d. Processors: %d (%s). Java: %s.%n%n",
            results.table(),
            results.rounds(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.arch"),
            System.getProperty("java.version"));
    Files.writeString(page, text.substring(0, begin) + measured + text.substring(end));
    Plot.write(results, folder.resolve("benchmarks.svg"));
  }
}
