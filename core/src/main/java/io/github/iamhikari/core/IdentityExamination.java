package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.CLOCK;
import static io.github.iamhikari.core.IamDoctor.Step.IDENTITY;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/**
 * The doctor's identity and clock steps: asks STS for the owner of the credentials, and compares
 * this machine's clock with the date of the answer. Needs the SDK's module {@code sts}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html">GetCallerIdentity</a>
 */
final class IdentityExamination implements ExecutionInterceptor {

  private static final Duration GOOD = Duration.ofMinutes(1);

  /** The maximum clock difference that Signature Version 4 tolerates. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final AwsServices aws;
  private final InstantSource clock;
  private final @Nullable String roleArn;
  private final Findings findings;

  /** How far this machine's clock was ahead of STS's first answer. */
  private @Nullable Duration ahead;

  /**
   * @param roleArn the role configured for signing, or null
   */
  IdentityExamination(
      AwsServices aws, InstantSource clock, @Nullable String roleArn, Findings findings) {
    this.aws = aws;
    this.clock = clock;
    this.roleArn = roleArn;
    this.findings = findings;
  }

  /**
   * Calls STS once.
   *
   * @return the owner; empty if STS does not report it
   */
  Optional<AwsIdentity> examine() {
    AwsIdentity identity = null;
    try (StsClient sts =
        aws.client(StsClient.builder(), calls -> calls.addExecutionInterceptor(this))) {
      GetCallerIdentityResponse caller = sts.getCallerIdentity();
      if (caller.account() == null || caller.arn() == null) {
        throw SdkClientException.create("the answer is not from STS");
      }
      identity = new AwsIdentity(caller.account(), caller.arn());
      compare(identity);
    } catch (SdkException e) {
      explain(e);
    }
    compareClocks();
    return Optional.ofNullable(identity);
  }

  private void compare(AwsIdentity identity) {
    if (roleArn == null || identity.isOf(roleArn)) {
      findings.ok(IDENTITY, "account %s, %s", identity.account(), identity.arn());
      return;
    }
    findings.warning(
        IDENTITY,
        "Use credentials of a session of that role, or remove the role from the settings.",
        "account %s, %s, which is not the role %s",
        identity.account(),
        identity.arn(),
        roleArn);
  }

  /** Reads the date of the first answer, since the SDK corrects a wrong clock with it. */
  @Override
  public void afterTransmission(Context.AfterTransmission answer, ExecutionAttributes attributes) {
    if (ahead == null) {
      ahead =
          answer
              .httpResponse()
              .firstMatchingHeader("Date")
              .flatMap(IdentityExamination::date)
              .map(date -> Duration.between(date, clock.instant()))
              .orElse(null);
    }
  }

  private static Optional<Instant> date(String header) {
    try {
      return Optional.of(
          ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant());
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private void explain(SdkException failure) {
    String key = SigningKey.of(aws.credentials(), roleArn).maskedId();
    switch (AwsServices.code(failure)) {
      case "InvalidClientTokenId", "UnrecognizedClientException" ->
          findings.failed(
              IDENTITY,
              "Check that the key was not deleted or deactivated, that its session token is"
                  + " complete, and that it belongs to this AWS partition.",
              "STS does not know the access key %s (InvalidClientTokenId)",
              key);
      case "ExpiredToken", "ExpiredTokenException" ->
          findings.failed(
              IDENTITY,
              "Get new credentials; for a profile that uses SSO, run aws sso login.",
              "the session of the access key %s has expired (ExpiredToken)",
              key);
      case "SignatureDoesNotMatch" ->
          findings.failed(
              IDENTITY,
              isClockWrong()
                  ? "Correct this machine's clock."
                  : "Use the secret access key that belongs to this access key.",
              "STS rejects signatures of the access key %s (SignatureDoesNotMatch)",
              key);
      default ->
          findings.warning(
              IDENTITY,
              "A login does not need STS. To see who logs in, let this machine reach STS, through a"
                  + " VPC endpoint if it has no internet access.",
              AwsServices.isThrottled(failure)
                  ? "STS is throttling requests (%s)"
                  : "the STS API call failed (%s)",
              AwsServices.words(failure));
    }
  }

  private boolean isClockWrong() {
    return ahead != null && ahead.abs().compareTo(TOLERANCE) > 0;
  }

  private void compareClocks() {
    if (ahead == null) {
      findings.skipped(CLOCK, "not checked because STS did not report the time");
      return;
    }
    Duration difference = ahead.abs();
    if (difference.compareTo(GOOD) <= 0) {
      findings.ok(CLOCK, "within %d s of AWS's clock", difference.toSeconds() + 1);
      return;
    }
    String seen =
        Findings.words(
            "this machine's clock is %s %s AWS's clock, and tokens carry its time",
            CredentialsExamination.span(difference), ahead.isNegative() ? "behind" : "ahead of");
    String advice =
        "Correct the clock, and keep it in sync with NTP (chronyd on Linux). AWS accepts"
            + " signatures within 5 minutes of its own clock.";
    if (isClockWrong()) {
      findings.failed(CLOCK, advice, "%s", seen);
    } else {
      findings.warning(CLOCK, advice, "%s", seen);
    }
  }
}
