package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.OK;
import static io.github.iamhikari.core.IamDoctor.Status.SKIPPED;
import static io.github.iamhikari.core.IamDoctor.Status.WARNING;
import static io.github.iamhikari.core.IamDoctor.Step.CLOCK;
import static io.github.iamhikari.core.IamDoctor.Step.IDENTITY;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/**
 * Asks STS whose credentials these are, and compares this machine's clock with the date of its
 * answer. Needs the SDK's module {@code sts}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html">GetCallerIdentity</a>
 */
final class IdentityExamination implements ExecutionInterceptor {

  private static final Duration GOOD = Duration.ofMinutes(1);

  /** What Signature Version 4 is checked with. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private final AwsServices aws;
  private final InstantSource clock;
  private final @Nullable String roleArn;

  private @Nullable AwsIdentity identity;

  /** How far this machine's clock was ahead when STS first answered. */
  private @Nullable Duration ahead;

  /**
   * @param roleArn the role that is meant to sign, if any
   */
  IdentityExamination(AwsServices aws, InstantSource clock, @Nullable String roleArn) {
    this.aws = aws;
    this.clock = clock;
    this.roleArn = roleArn;
  }

  /** {@return who that is, once STS has said it} */
  Optional<AwsIdentity> identity() {
    return Optional.ofNullable(identity);
  }

  Finding examine() {
    try (StsClient sts =
        aws.client(StsClient.builder(), calls -> calls.addExecutionInterceptor(this))) {
      GetCallerIdentityResponse caller = sts.getCallerIdentity();
      AwsIdentity known = new AwsIdentity(caller.account(), caller.arn());
      identity = known;
      String seen = String.format(Locale.ROOT, "account %s, %s", known.account(), known.arn());
      return roleArn == null || known.isOf(roleArn)
          ? new Finding(IDENTITY, OK, seen, "")
          : new Finding(
              IDENTITY,
              WARNING,
              String.format(Locale.ROOT, "%s, which is not the role %s", seen, roleArn),
              "Use credentials that are a session of that role, or leave the role out.");
    } catch (SdkException e) {
      return failure(e);
    }
  }

  /** The SDK corrects a wrong clock by the first answer; that one tells how wrong it is. */
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

  private Finding failure(SdkException failure) {
    String key = SigningKey.of(aws.credentials()).maskedId();
    return switch (AwsServices.code(failure)) {
      case "InvalidClientTokenId", "UnrecognizedClientException" ->
          new Finding(
              IDENTITY,
              FAILED,
              "STS does not know the access key " + key + " (" + AwsServices.code(failure) + ")",
              "Check that the key was not deleted or deactivated, that its session token is"
                  + " complete, and that it is of this partition of AWS.");
      case "ExpiredToken", "ExpiredTokenException" ->
          new Finding(
              IDENTITY,
              FAILED,
              "the session of the access key " + key + " has ended (ExpiredToken)",
              "Get new credentials; if they are of a profile that uses SSO, by aws sso login.");
      case "SignatureDoesNotMatch" ->
          new Finding(
              IDENTITY,
              FAILED,
              "STS refuses what is signed with the access key " + key + " (SignatureDoesNotMatch)",
              isClockWrong()
                  ? "Set this machine's clock."
                  : "Use the secret access key that belongs to this access key.");
      default -> unknown(failure);
    };
  }

  private static Finding unknown(SdkException failure) {
    String words = AwsServices.words(failure);
    String seen =
        AwsServices.isThrottled(failure)
            ? "STS takes no more requests now (" + words + ")"
            : AwsServices.code(failure).isEmpty()
                ? "STS gave " + words
                : "STS did not say who this is (" + words + ")";
    return new Finding(
        IDENTITY,
        WARNING,
        seen,
        "A login does not need STS. To see who logs in, let this machine reach it; in a VPC without"
            + " internet by an endpoint of its own.");
  }

  private boolean isClockWrong() {
    return ahead != null && ahead.abs().compareTo(TOLERANCE) > 0;
  }

  /** To be called when STS has been asked. */
  Finding clock() {
    if (ahead == null) {
      return new Finding(CLOCK, SKIPPED, "STS has not told what time it is", "");
    }
    Duration difference = ahead.abs();
    if (difference.compareTo(GOOD) <= 0) {
      return new Finding(
          CLOCK, OK, "within " + (difference.toSeconds() + 1) + " s of that of AWS", "");
    }
    Status status = isClockWrong() ? FAILED : WARNING;
    return new Finding(
        CLOCK,
        status,
        String.format(
            Locale.ROOT,
            "this machine's clock is %s %s that of AWS, and a token is dated by it",
            CredentialsExamination.span(difference),
            ahead.isNegative() ? "behind" : "ahead of"),
        "Set the clock, and let it be synchronized (on Linux by chronyd); AWS takes a signature"
            + " within 5 minutes.");
  }
}
