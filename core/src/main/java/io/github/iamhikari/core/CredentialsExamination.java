package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.CREDENTIALS;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * The doctor's credentials step: resolves the login's credentials and reports where they come from.
 */
final class CredentialsExamination {

  /**
   * The source of credentials, by the SDK's code for the first provider involved.
   *
   * @see <a
   *     href="https://github.com/aws/aws-sdk-java-v2/blob/master/core/sdk-core/src/main/java/software/amazon/awssdk/core/useragent/BusinessMetricFeatureId.java">BusinessMetricFeatureId</a>
   */
  private static final Map<String, String> ORIGINS =
      Map.ofEntries(
          Map.entry("f", "from system properties"),
          Map.entry("g", "from the environment"),
          Map.entry("h", "by the web identity of AWS_WEB_IDENTITY_TOKEN_FILE"),
          Map.entry("i", "by assuming a role"),
          Map.entry("k", "by a web identity"),
          Map.entry("n", "from %s"),
          Map.entry("o", "by assuming the role of %s"),
          Map.entry("p", "by assuming the role of %s"),
          Map.entry("q", "by the web identity of %s"),
          Map.entry("r", "by the SSO session of %s"),
          Map.entry("s", "by an SSO session"),
          Map.entry("t", "by the SSO session of %s"),
          Map.entry("u", "by an SSO session"),
          Map.entry("v", "from the credential_process of %s"),
          Map.entry("w", "from a process"),
          Map.entry("z", "from the container's agent"),
          Map.entry("0", "from the EC2 metadata service"));

  /** Messages of chain members that are not configured. */
  private static final Pattern NOT_CONFIGURED =
      Pattern.compile(
          "Unable to load credentials from system settings.*|Either the environment variable"
              + " AWS_WEB_IDENTITY_TOKEN_FILE.*|.*contained no credentials for profile 'default'.*"
              + "|Cannot fetch credentials from container - neither.*|.*have been disabled by.*"
              + "|(Failed|Unable) to load credentials from IMDS.*",
          Pattern.DOTALL);

  private static final Pattern MISSING_MODULE =
      Pattern.compile("the '([a-z]+)' service module must be on the class path");

  private final LoginConfiguration login;
  private final @Nullable AwsCredentialsProvider given;
  private final InstantSource clock;
  private final Duration patience;
  private final Findings findings;

  /**
   * @param given the given provider, or null
   * @param patience how long the provider may take
   */
  CredentialsExamination(
      LoginConfiguration login,
      @Nullable AwsCredentialsProvider given,
      InstantSource clock,
      Duration patience,
      Findings findings) {
    this.login = login;
    this.given = given;
    this.clock = clock;
    this.patience = patience;
    this.findings = findings;
  }

  /**
   * Calls the provider once.
   *
   * @return credentials that can sign; empty if there are none
   */
  Optional<AwsCredentials> examine(AwsCredentialsProvider provider) {
    FutureTask<AwsCredentials> resolving = new FutureTask<>(provider::resolveCredentials);
    new SigningThread("iam-doctor").execute(resolving);
    try {
      AwsCredentials resolved = resolving.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (resolved == null) {
        findings.failed(
            CREDENTIALS,
            "Fix that provider.",
            "the AWS credentials provider returned no credentials");
      }
      return Optional.ofNullable(resolved).filter(this::isGood);
    } catch (ExecutionException e) {
      explain(e.getCause());
    } catch (TimeoutException e) {
      findings.failed(
          CREDENTIALS,
          Findings.words(
              "Make sure that this machine can reach the service that provides credentials (STS,"
                  + " SSO, the container's agent, the EC2 metadata service), or name a profile in"
                  + " %s.",
              IamSettings.AWS_PROFILE),
          "the AWS credentials provider did not answer within %d s",
          patience.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      findings.failed(CREDENTIALS, "Try again.", "the wait for AWS credentials was interrupted");
    } finally {
      resolving.cancel(true);
    }
    return Optional.empty();
  }

  private boolean isGood(AwsCredentials resolved) {
    if (resolved.accessKeyId() == null || resolved.secretAccessKey() == null) {
      findings.failed(
          CREDENTIALS,
          "Configure credentials of an IAM user or role.",
          "the AWS credentials provider returned anonymous credentials, which cannot sign tokens");
      return false;
    }
    if (!isPlain(resolved)) {
      findings.failed(
          CREDENTIALS,
          "Set them again, each on a single line.",
          "the AWS credentials contain an invalid character, such as a line break");
      return false;
    }
    SigningKey key = SigningKey.of(resolved, login.roleArn());
    Instant now = clock.instant();
    if (key.hasExpiredAt(now)) {
      findings.failed(
          CREDENTIALS,
          "Get new ones; for a profile that uses SSO, run aws sso login.",
          "%s, %s; expired %s ago",
          key,
          origin(resolved),
          span(Duration.between(key.expiresAt(), now)));
      return false;
    }
    findings.ok(CREDENTIALS, "%s, %s", key, origin(resolved));
    return true;
  }

  private static boolean isPlain(AwsCredentials credentials) {
    String all = credentials.accessKeyId() + credentials.secretAccessKey();
    if (credentials instanceof AwsSessionCredentials session) {
      all += session.sessionToken();
    }
    return all.chars().allMatch(c -> c > ' ' && c <= '~');
  }

  private String origin(AwsCredentials resolved) {
    String codes = resolved.providerName().orElse("");
    String origin = ORIGINS.get(codes.split(",", -1)[0]);
    if (origin != null) {
      return String.format(Locale.ROOT, origin, profileName());
    }
    if (given == null) {
      return "from the default chain";
    }
    Class<?> type = given.getClass();
    boolean hasName = !type.isHidden() && !type.isAnonymousClass();
    return "from " + (hasName ? "a " + type.getSimpleName() : "the application's own provider");
  }

  private String profileName() {
    String profile = login.settings().awsProfile();
    String name = profile == null ? System.getenv("AWS_PROFILE") : profile;
    return name == null ? "the default profile" : "the profile \"" + IamSettings.shown(name) + "\"";
  }

  private void explain(@Nullable Throwable cause) {
    String message = cause == null ? "" : cause.getMessage();
    message = message == null ? String.valueOf(cause) : message;
    if (cause instanceof ExplainedCredentials.NoCredentialsException) {
      String ofTheChain = failuresIn(String.valueOf(cause.getCause()));
      int end = message.indexOf(". ");
      findings.failed(
          CREDENTIALS,
          advice(ofTheChain, message.substring(end + 2)),
          "%s%s",
          message.substring(0, end),
          ofTheChain);
      return;
    }
    String[] parts = message.split("\\. (?=Check )", 2); // as for a role that cannot be assumed
    if (parts.length > 1) {
      findings.failed(CREDENTIALS, parts[1] + ".", "%s", firstLine(parts[0]));
      return;
    }
    findings.failed(
        CREDENTIALS,
        Findings.words(
            "Fix the reported problem, or name a profile in %s.", IamSettings.AWS_PROFILE),
        "the AWS credentials provider failed: %s",
        firstLine(message));
  }

  private static String advice(String ofTheChain, String remedy) {
    Matcher missing = MISSING_MODULE.matcher(ofTheChain);
    return missing.find()
        ? "Add software.amazon.awssdk:" + missing.group(1) + " to the class path."
        : remedy + ".";
  }

  /**
   * The messages of the configured chain members, from the chain's message {@code Unable to load
   * ...: [OneProvider(): message, AnotherProvider(...): message]}.
   */
  private static String failuresIn(String message) {
    StringBuilder failures = new StringBuilder();
    String members = message.substring(message.indexOf(") : [") + 1);
    for (String member : members.split(", (?=[A-Z]\\w+CredentialsProvider\\()", -1)) {
      int end = member.indexOf("): ");
      String words = end < 0 ? "" : member.substring(end + 3);
      if (!words.isEmpty() && !NOT_CONFIGURED.matcher(words).matches()) {
        String name = member.substring(0, member.indexOf('(')).replace(" : [", "");
        failures.append("; ").append(name).append(" says: ").append(firstLine(words));
      }
    }
    return failures.toString();
  }

  /**
   * The first line without the SDK's additions: the contents of the profile file and the request
   * ID.
   */
  private static String firstLine(String words) {
    String line =
        words
            .lines()
            .findFirst()
            .orElse("")
            .replaceFirst(": ProfileFile\\(.*", "")
            .replaceFirst(" \\(Service: .*", "");
    return line.replaceFirst("[.\\])]+$", "");
  }

  /** A duration as text, such as {@code 2 h 5 min} or {@code 40 s}. */
  static String span(Duration duration) {
    if (duration.toHours() > 0) {
      return duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
    return duration.toMinutes() > 0
        ? duration.toMinutes() + " min " + duration.toSecondsPart() + " s"
        : duration.toSeconds() + " s";
  }
}
