package io.github.iamhikari.core;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The findings of an examination so far. Not thread-safe. */
final class Findings {

  private final List<Finding> all = new ArrayList<>();
  private Optional<String> principal = Optional.empty();

  /**
   * @param seen a format, as in all methods of this class
   */
  void ok(Step step, String seen, @Nullable Object... values) {
    all.add(new Finding(step, Status.OK, words(seen, values), ""));
  }

  /** Adds the finding unless the step already has one. */
  void okUnlessReached(Step step, String seen, @Nullable Object... values) {
    if (of(step).isEmpty()) {
      ok(step, seen, values);
    }
  }

  void skipped(Step step, String why, @Nullable Object... values) {
    all.add(new Finding(step, Status.SKIPPED, words(why, values), ""));
  }

  void warning(Step step, String advice, String seen, @Nullable Object... values) {
    add(step, Status.WARNING, advice, seen, values);
  }

  void failed(Step step, String advice, String seen, @Nullable Object... values) {
    add(step, Status.FAILED, advice, seen, values);
  }

  /**
   * Adds a failure from a message of this library, whose last semicolon separates the problem from
   * the advice.
   *
   * @param otherwise the advice if the message has none
   */
  void failed(Step step, Exception failure, String otherwise) {
    String message = String.valueOf(failure.getMessage());
    int remedy = message.lastIndexOf("; ");
    failed(
        step,
        remedy < 0 ? otherwise : sentence(message.substring(remedy + 2)),
        "%s",
        problemIn(failure));
  }

  /** The problem in a message of this library, without the advice. */
  static String problemIn(Exception failure) {
    String message = String.valueOf(failure.getMessage());
    int remedy = message.lastIndexOf("; ");
    return remedy < 0 ? message : message.substring(0, remedy);
  }

  private static String sentence(String words) {
    return words.substring(0, 1).toUpperCase(Locale.ROOT)
        + words.substring(1)
        + (words.endsWith(".") || words.endsWith("?") ? "" : ".");
  }

  void add(Step step, Status status, String advice, String seen, @Nullable Object... values) {
    all.add(new Finding(step, status, words(seen, values), words(advice)));
  }

  /**
   * Runs a step, and reports an unexpected exception by its class alone, since its message could
   * contain a secret.
   */
  void guard(Step step, Runnable examination) {
    try {
      examination.run();
    } catch (RuntimeException | LinkageError e) {
      warning(
          step,
          "Check that the versions of iam-hikari, the driver and the AWS SDK fit together.",
          "this step failed with a %s",
          e.getClass().getName());
    }
  }

  /** Sets the ARN of the user or role whose policies apply. */
  void principal(Optional<String> arn) {
    principal = arn;
  }

  /** The ARN of the user or role whose policies apply, if known. */
  Optional<String> principal() {
    return principal;
  }

  /** Marks as skipped those of the steps that have no finding yet. */
  void skipAll(List<Step> steps, String why) {
    for (Step step : steps) {
      if (of(step).isEmpty()) {
        skipped(step, why);
      }
    }
  }

  /** Whether a step was checked and nothing was wrong. */
  boolean isOk(Step step) {
    boolean isTried = of(step).stream().anyMatch(finding -> finding.status() == Status.OK);
    return isTried && worst(step) == Status.OK;
  }

  boolean hasFailed(Step step) {
    return worst(step) == Status.FAILED;
  }

  /** The first of the steps that failed; empty if none did. */
  String firstFailed(Step... steps) {
    for (Step step : steps) {
      if (hasFailed(step)) {
        return step.toString();
      }
    }
    return "";
  }

  /** The titles of the steps with a warning or failure, in order. */
  List<String> troubles() {
    return all.stream()
        .filter(finding -> finding.status().compareTo(Status.SKIPPED) > 0)
        .map(finding -> finding.step().toString())
        .distinct()
        .toList();
  }

  IamDoctor.Report report() {
    List<Finding> sorted = new ArrayList<>(all);
    sorted.sort((one, other) -> one.step().compareTo(other.step()));
    return new IamDoctor.Report(sorted);
  }

  private Status worst(Step step) {
    return new IamDoctor.Report(of(step)).status();
  }

  private List<Finding> of(Step step) {
    return all.stream().filter(finding -> finding.step() == step).toList();
  }

  /** Formats a finding as one line of printable characters. */
  @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
  static String words(String format, @Nullable Object... values) {
    String text = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
    StringBuilder line = new StringBuilder();
    for (String part : text.strip().split("\\s+", -1)) {
      line.append(line.length() == 0 ? "" : " ").append(part);
    }
    return line.toString().replaceAll("[^\\P{Cntrl}]", "?");
  }
}
