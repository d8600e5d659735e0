package io.github.iamhikari.core;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What doctor-causes.md, which docs/doctor.md links to, says. */
final class DoctorPage {

  private DoctorPage() {}

  static String text() throws IOException {
    return Files.readString(Path.of("src/test/resources/doctor-causes.md"));
  }

  /** How the row of a cause begins: with its name, and the steps that do not end well. */
  static String row(Cause cause) {
    String steps =
        cause.symptoms().stream().map(one -> one.step().toString()).collect(joining(", "));
    return "\n| " + cause.name() + " | " + (steps.isEmpty() ? "none" : steps) + " | ";
  }

  /** What docs/doctor.md shows of a report. */
  static String excerpt() throws IOException {
    String page = Files.readString(Path.of("../docs/doctor.md"));
    return page.split("```text\n", 2)[1].split("```", 2)[0];
  }

  /** The report that the page shows of a cause. */
  static String transcriptOf(Cause cause) throws IOException {
    String begin = "<!-- " + cause.name() + " -->\n```text\n";
    return masked(text().split(begin, 2)[1].split("```", 2)[0]);
  }

  /** Without what differs from one run to the next, or from one machine to another. */
  static String masked(String report) {
    return report
        .replaceAll(" from /\\S*/", " from ")
        .replaceAll("\\.\\.\\.[0-9A-Z]{4}", "...")
        .replaceAll("db-[0-9A-Z]+", "db-")
        .replaceAll("[0-9]+", "0");
  }
}
