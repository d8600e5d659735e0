package io.github.iamhikari.core;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an examination has found so far. For one thread. */
final class Findings {

  private final List<Finding> all = new ArrayList<>();
  private Optional<String> principal = Optional.empty();

  /**
   * @param seen a format, as all of these
   */
  void ok(Step step, String seen, @Nullable Object... values) {
    all.add(new Finding(step, Status.OK, words(seen, values), ""));
  }

  /** Says so unless something was found in this step. */
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
   * As a message of this library says it: behind its last semicolon is what to do.
   *
   * @param otherwise the advice where the message has none
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

  /** What a message of this library says without what to do. */
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
   * Goes through a step, and makes a finding of what nobody expects of it: by its class alone, as
   * its message could hold a secret.
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

  /** Keeps the ARN of the user or the role whose policies decide, if it has one. */
  void principal(Optional<String> arn) {
    principal = arn;
  }

  /** The ARN of the user or the role whose policies decide, if that is known. */
  Optional<String> principal() {
    return principal;
  }

  /** Skips those of these steps that were not reached. */
  void skipAll(List<Step> steps, String why) {
    for (Step step : steps) {
      if (of(step).isEmpty()) {
        skipped(step, why);
      }
    }
  }

  /** Whether a step was gone through, and nothing was wrong. */
  boolean isOk(Step step) {
    boolean isTried = of(step).stream().anyMatch(finding -> finding.status() == Status.OK);
    return isTried && worst(step) == Status.OK;
  }

  boolean hasFailed(Step step) {
    return worst(step) == Status.FAILED;
  }

  /** The first of these steps that has failed, if any has. */
  String firstFailed(Step... steps) {
    for (Step step : steps) {
      if (hasFailed(step)) {
        return step.toString();
      }
    }
    return "";
  }

  /** The titles of the steps that warned or failed, in their order. */
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

  /** The words of a finding: in one line, which holds nothing but printable characters. */
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
