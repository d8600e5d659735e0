package io.github.iamhikari.core;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A diagnosis of one login. It goes through the login step by step and reports what each step found
 * and how to fix it, since the server itself says no more than {@code PAM authentication failed}.
 *
 * <p>Not thread-safe. It leaves no connection and no thread behind, except for the thread that
 * waits for a credentials provider that hangs. Reports never contain a token or a secret key.
 */
public final class IamDoctor {

  private static final List<Step> NETWORK = List.of(Step.NAME, Step.PORT, Step.TLS);

  private static final List<Step> LOGIN = List.of(Step.TOKEN, Step.LOGIN, Step.SERVER);

  /** How long AWS credentials may take; a chain asks several services, some of them twice. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final IamDataSource.Builder login;
  private boolean isOffline;
  private boolean isWithoutLogin;
  private Aliases dns = new Aliases("dns:");

  private IamDoctor(IamDataSource.Builder login) {
    this.login = login;
  }

  /**
   * Creates a doctor for a login.
   *
   * @param login the builder of the DataSource that would log in
   * @return a doctor, before its examination
   */
  public static IamDoctor of(IamDataSource.Builder login) {
    return new IamDoctor(login);
  }

  /**
   * Skips the steps that call AWS for anything but credentials.
   *
   * @return this
   */
  public IamDoctor offline() {
    isOffline = true;
    return this;
  }

  /**
   * Skips the token, the login and the steps after it. The server is still contacted, up to the TLS
   * handshake.
   *
   * @return this
   */
  public IamDoctor withoutLogin() {
    isWithoutLogin = true;
    return this;
  }

  /** Replaces the name servers in tests. */
  IamDoctor nameServers(String url) {
    dns = new Aliases(url);
    return this;
  }

  /**
   * Goes through the login. This takes as long as the database and AWS take to answer, with a limit
   * of a few seconds for each call.
   *
   * @return the report; a failure is a finding and not an exception
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
    /** The effective settings, and the driver that would log in. */
    SETTINGS("settings"),
    /**
     * The addresses of the host names in the URL, and whether a name is an alias of an endpoint.
     */
    NAME("name resolution"),
    /** Whether a TCP connection can be established. */
    PORT("port"),
    /** Whether the server supports TLS and can be verified. */
    TLS("TLS"),
    /** Where the AWS credentials come from, and when they expire. */
    CREDENTIALS("AWS credentials"),
    /** Whose credentials they are, according to STS. */
    IDENTITY("AWS identity"),
    /** How far this machine's clock is from AWS's. */
    CLOCK("clock"),
    /** Whether IAM authentication is enabled on the database. */
    DATABASE("database"),
    /** Whether the IAM policy allows the login. */
    POLICY("policy"),
    /** The token: when it was signed, with which key, and until when it is used. */
    TOKEN("token"),
    /** Whether the server accepts the login. */
    LOGIN("login"),
    /** The server's version, settings and free connections, read after the login. */
    SERVER("server");

    private final String title;

    Step(String title) {
      this.title = title;
    }

    /** {@return the title in a report, such as {@code name resolution}} */
    @Override
    public String toString() {
      return title;
    }
  }

  /** The status of a step. */
  public enum Status {
    /** Nothing is wrong. */
    OK,
    /** Not checked: not requested, not permitted, or pointless after an earlier failure. */
    SKIPPED,
    /** The login may succeed, but something needs attention. */
    WARNING,
    /** The login cannot succeed until this is fixed. */
    FAILED
  }

  /**
   * The result of one step.
   *
   * @param step the step
   * @param status how the step ended
   * @param seen what the step found
   * @param advice how to fix it; empty if there is nothing to do
   */
  public record Finding(Step step, Status status, String seen, String advice) {}

  /**
   * The result of an examination.
   *
   * @param findings at least one finding for each step that applies, in the order of the steps
   */
  public record Report(List<Finding> findings) {

    /**
     * Copies the findings.
     *
     * @param findings at least one finding for each step that applies, in the order of the steps
     */
    public Report {
      findings = List.copyOf(findings);
    }

    /** {@return the worst status of all findings} */
    public Status status() {
      Status worst = Status.OK;
      for (Finding finding : findings) {
        boolean isWorse = finding.status().compareTo(worst) > 0;
        worst = isWorse && finding.status() != Status.SKIPPED ? finding.status() : worst;
      }
      return worst;
    }

    /**
     * {@return the exit code for a program: 0 if nothing is wrong, 1 after a warning, 2 after a
     * failure}
     */
    public int exitCode() {
      return switch (status()) {
        case OK, SKIPPED -> 0;
        case WARNING -> 1;
        case FAILED -> 2;
      };
    }

    /**
     * Formats the report for a program.
     *
     * @return a JSON object with the worst {@code status} and an array of {@code findings}, with
     *     step and status in lower case
     */
    public String toJson() {
      return ReportText.json(this);
    }

    /** {@return the report for people: a line for each finding, followed by what to do about it} */
    @Override
    public String toString() {
      return ReportText.of(this);
    }
  }
}
