package io.github.iamhikari.core;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Formats a {@link Report} as text and as JSON. */
final class ReportText {

  private ReportText() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    List<Finding> findings = report.findings();
    for (int i = 0; i < findings.size(); i++) {
      Finding finding = findings.get(i);
      StringBuilder title = new StringBuilder(titleBehind(i, findings));
      while (i + 1 < findings.size() && areSkippedAlike(finding, findings.get(i + 1))) {
        i++;
        title.append(", ").append(findings.get(i).step());
      }
      text.append(line(name(finding.status()), title.toString(), finding.seen()));
      appendAdvice(finding, text);
    }
    return text.toString();
  }

  /** The step's title, unless the line before has the same one. */
  private static String titleBehind(int i, List<Finding> findings) {
    boolean isKnown = i > 0 && findings.get(i - 1).step() == findings.get(i).step();
    return isKnown ? "" : findings.get(i).step().toString();
  }

  /** Whether both can share one line. */
  private static boolean areSkippedAlike(Finding one, Finding next) {
    return one.status() == Status.SKIPPED
        && next.status() == Status.SKIPPED
        && one.seen().equals(next.seen())
        && one.advice().equals(next.advice());
  }

  /** Appends the advice, with a line for each numbered part. */
  private static void appendAdvice(Finding finding, StringBuilder text) {
    String arrow = "-> ";
    for (String part : finding.advice().split(" (?=\\([1-9]\\) |These checks passed)", -1)) {
      if (!part.isEmpty()) {
        text.append(line("", "", arrow + part));
        arrow = "   ";
      }
    }
  }

  private static String line(String status, String step, String words) {
    return String.format(Locale.ROOT, "%-8s %-16s %s%n", status, step, words);
  }

  /**
   * Formats JSON as in <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a> defines it.
   */
  static String json(Report report) {
    StringJoiner findings = new StringJoiner(",\n    ", "[\n    ", "\n  ]");
    for (Finding finding : report.findings()) {
      findings.add(
          String.format(
              Locale.ROOT,
              "{\"step\": %s, \"status\": %s, \"seen\": %s, \"advice\": %s}",
              quoted(finding.step().name().toLowerCase(Locale.ROOT)),
              quoted(name(finding.status())),
              quoted(finding.seen()),
              quoted(finding.advice())));
    }
    return String.format(
        Locale.ROOT,
        "{%n  \"status\": %s,%n  \"findings\": %s%n}%n",
        quoted(name(report.status())),
        findings);
  }

  private static String name(Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  /** A JSON string. */
  static String quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }
}
