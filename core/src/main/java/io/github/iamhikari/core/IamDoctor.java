package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;

/**
 * Goes through one login step by step, and reports what each step saw and what to do about it: for
 * a server that says no more than {@code PAM authentication failed}.
 *
 * <p>Not for several threads. Nothing of it outlives {@link #examine()}: neither a connection nor a
 * thread. No report holds a token or a secret key.
 */
public final class IamDoctor {

  private final IamDataSource.Builder login;
  private boolean isOffline;

  private IamDoctor(IamDataSource.Builder login) {
    this.login = login;
  }

  /**
   * Prepares the examination of a login.
   *
   * @param login what would be built to log in
   * @return a doctor who has done nothing yet
   */
  public static IamDoctor of(IamDataSource.Builder login) {
    return new IamDoctor(login);
  }

  /**
   * Leaves out the steps that call AWS for anything but credentials.
   *
   * @return this
   */
  public IamDoctor offline() {
    isOffline = true;
    return this;
  }

  /**
   * Goes through the login. It takes as long as the database and AWS take to answer, each of them a
   * few seconds at most.
   *
   * @return what was seen; a failure is a finding and not an exception
   */
  public Report examine() {
    return new Report(new ArrayList<>());
  }

  /** The steps of a login, in their order. */
  public enum Step {
    SETTINGS("settings"),
    NAME("name resolution"),
    PORT("port"),
    TLS("TLS"),
    CREDENTIALS("AWS credentials"),
    IDENTITY("AWS identity"),
    CLOCK("clock"),
    DATABASE("database"),
    POLICY("policy"),
    TOKEN("token"),
    LOGIN("login"),
    SERVER("server");

    private final String title;

    Step(String title) {
      this.title = title;
    }

    /** As in a report: {@code name resolution}. */
    @Override
    public String toString() {
      return title;
    }
  }

  /** How a step ended. */
  public enum Status {
    OK,
    /** Not gone through: it was not asked for, not allowed, or senseless after a failure. */
    SKIPPED,
    /** The login may succeed, but something is not as it should be. */
    WARNING,
    /** The login cannot succeed before this is mended. */
    FAILED
  }

  /**
   * How one step ended.
   *
   * @param step which one
   * @param status how it ended
   * @param seen what was seen
   * @param advice what to do; empty if nothing need be done
   */
  public record Finding(Step step, Status status, String seen, String advice) {}

  /**
   * What an examination found.
   *
   * @param findings at least one for each step that was reached, in the order of the steps
   */
  public record Report(List<Finding> findings) {

    /** Copies the findings. */
    public Report {
      findings = List.copyOf(findings);
    }

    /** {@return the worst of all findings} */
    public Status status() {
      Status worst = Status.OK;
      for (Finding finding : findings) {
        boolean isWorse = finding.status().compareTo(worst) > 0;
        worst = isWorse && finding.status() != Status.SKIPPED ? finding.status() : worst;
      }
      return worst;
    }
  }
}
