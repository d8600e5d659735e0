package io.github.iamhikari.core;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Goes through one login step by step, and reports what each step saw and what to do about it: for
 * a server that says no more than {@code PAM authentication failed}.
 *
 * <p>Not for several threads. Nothing of it outlives {@link #examine()}, neither a connection nor a
 * thread, unless a credentials provider hangs: the thread that asked it ends with it. No report
 * holds a token or a secret key.
 */
public final class IamDoctor {

  private static final List<Step> NETWORK = List.of(Step.NAME, Step.PORT, Step.TLS);

  private static final List<Step> LOGIN = List.of(Step.TOKEN, Step.LOGIN, Step.SERVER);

  /** For AWS credentials; a chain asks several services, some of them twice. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final IamDataSource.Builder login;
  private boolean isOffline;
  private boolean isWithoutLogin;
  private Aliases dns = new Aliases("dns:");

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
   * Leaves out the token, and with it the login and what only a login shows. The server is still
   * connected to, up to TLS.
   *
   * @return this
   */
  public IamDoctor withoutLogin() {
    isWithoutLogin = true;
    return this;
  }

  /** For tests that bring their own name server. */
  IamDoctor nameServers(String url) {
    dns = new Aliases(url);
    return this;
  }

  /**
   * Goes through the login. It takes as long as the database and AWS take to answer, each of them a
   * few seconds at most.
   *
   * @return what was seen; a failure is a finding and not an exception
   */
  public Report examine() {
    Findings findings = new Findings();
    SettingsExamination settings = new SettingsExamination(login, findings);
    LoginConfiguration configuration = settings.examine();
    if (configuration == null) {
      new NameExamination(dns, findings).findEndpoint(settings.names());
      findings.skipAll(List.of(Step.values()), "not tried because the settings are wrong");
      return findings.report();
    }
    findings.guard(Step.TLS, () -> reachServer(configuration, findings));
    findings.skipAll(NETWORK, "not tried because the server could not be reached");
    new AwsExamination(configuration, login.clock, PATIENCE, isOffline, findings)
        .examine(login.credentialsProvider);
    if (isWithoutLogin) {
      findings.skipAll(LOGIN, "not tried because this run does not log in");
    } else if (isOffline && configuration.request().region() == null) {
      findings.skipAll(
          LOGIN,
          "not tried because the writer's region must be looked up at AWS, and this is an"
              + " offline run");
    } else {
      logIn(configuration, findings);
    }
    return findings.report();
  }

  private void reachServer(LoginConfiguration configuration, Findings findings) {
    List<Target> targets = Target.of(configuration.url());
    if (targets.isEmpty()) {
      findings.skipAll(
          NETWORK, "not tried because iam-hikari does not know where this driver connects");
      return;
    }
    new NameExamination(dns, findings).examine(targets, configuration.target().endpoint());
    if (findings.hasFailed(Step.NAME)) {
      return;
    }
    InetSocketAddress server =
        new PortExamination(configuration.target().endpoint(), findings).examine(targets);
    if (server != null) {
      new TlsExamination(configuration, login.clock, findings).examine(server);
    }
  }

  private void logIn(LoginConfiguration configuration, Findings findings) {
    if (findings.hasFailed(Step.CREDENTIALS)) {
      findings.skipAll(LOGIN, "not tried because there are no AWS credentials");
      return;
    }
    try (IamDataSource dataSource = login.build()) {
      LoginExamination examination =
          new LoginExamination(dataSource, configuration.url().protocol(), findings);
      examination.sign();
      String failed =
          findings.firstFailed(Step.SETTINGS, Step.NAME, Step.PORT, Step.TLS, Step.TOKEN);
      if (failed.isEmpty()) {
        examination.logIn();
      } else {
        findings.skipAll(LOGIN, "not tried because " + failed + " failed");
      }
    } catch (IllegalArgumentException e) { // of the AWS credentials
      findings.failed(Step.TOKEN, "", "%s", e.getMessage());
    }
    findings.skipAll(LOGIN, "not tried because the login failed");
  }

  /** The steps of a login, in their order. */
  public enum Step {
    /** What was derived from what, and which driver would log in. */
    SETTINGS("settings"),
    /** The addresses of the URL's names, and whether a name is an alias of an endpoint. */
    NAME("name resolution"),
    /** Whether a TCP connection comes about. */
    PORT("port"),
    /** Whether the server speaks TLS, and is verified. */
    TLS("TLS"),
    /** Where AWS credentials come from, and when they end. */
    CREDENTIALS("AWS credentials"),
    /** Whose they are. */
    IDENTITY("AWS identity"),
    /** How far this machine's clock is from that of AWS. */
    CLOCK("clock"),
    /** Whether the database has IAM authentication switched on. */
    DATABASE("database"),
    /** Whether the policy lets the user log in there. */
    POLICY("policy"),
    /** What is signed, by which key, and until when it is used. */
    TOKEN("token"),
    /** Whether the server lets the user in. */
    LOGIN("login"),
    /** What the server says of itself after that. */
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
    /** As it should. */
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

    /**
     * Copies the findings.
     *
     * @param findings at least one for each step that was reached, in the order of the steps
     */
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

    /** {@return what a program ends with: 0 if all is well, 1 with a warning, 2 after a failure} */
    public int exitCode() {
      return switch (status()) {
        case OK, SKIPPED -> 0;
        case WARNING -> 1;
        case FAILED -> 2;
      };
    }

    /**
     * Writes it for a program.
     *
     * @return JSON: an object with the worst {@code status}, and {@code findings} as here, their
     *     step and status in lower case
     */
    public String toJson() {
      return ReportText.json(this);
    }

    /** A line for each finding, and one for what to do about it. */
    @Override
    public String toString() {
      return ReportText.of(this);
    }
  }
}
