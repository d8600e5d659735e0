package io.github.iamhikari.core;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Report;
import java.util.Locale;
import java.util.StringJoiner;

/** Writes a {@link Report} for people, and for programs. */
final class ReportText {

  private static final String LINE = "%-8s %-16s %s%n";

  private ReportText() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    String before = "";
    for (Finding finding : report.findings()) {
      String title = finding.step().toString();
      String shown = title.equals(before) ? "" : title;
      text.append(line(name(finding.status()), shown, finding.seen()));
      if (!finding.advice().isEmpty()) {
        text.append(line("", "", "-> " + finding.advice()));
      }
      before = title;
    }
    return text.toString();
  }

  private static String line(String status, String step, String words) {
    return String.format(Locale.ROOT, LINE, status, step, words);
  }

  /** As <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a> has it. */
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

  private static String name(IamDoctor.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static String quoted(String text) {
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
