package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.CLOCK;
import static io.github.iamhikari.core.IamDoctor.Step.CREDENTIALS;
import static io.github.iamhikari.core.IamDoctor.Step.DATABASE;
import static io.github.iamhikari.core.IamDoctor.Step.IDENTITY;
import static io.github.iamhikari.core.IamDoctor.Step.POLICY;

import io.github.iamhikari.core.IamDoctor.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * The doctor's AWS steps, from the credentials to the policy. Each step requests only what it
 * needs, and loads no class of an SDK module that is missing.
 *
 * @param login the configuration of the login
 * @param clock the clock that dates tokens
 * @param patience how long the credentials may take
 * @param isOffline whether to skip all AWS calls except for credentials
 */
record AwsExamination(
    LoginConfiguration login,
    InstantSource clock,
    Duration patience,
    boolean isOffline,
    Findings findings) {

  private static final List<Step> STEPS = List.of(CREDENTIALS, IDENTITY, CLOCK, DATABASE, POLICY);

  /** A DSQL cluster has no setting that could prevent a login. */
  private static final List<Step> STEPS_OF_DSQL = List.of(CREDENTIALS, IDENTITY, CLOCK, POLICY);

  /**
   * Goes through the steps, and stops when a failure makes the rest pointless.
   *
   * @param given the login's credentials provider; null for the SDK's default chain
   */
  void examine(@Nullable AwsCredentialsProvider given) {
    open(given)
        .ifPresent(
            opened -> {
              try (opened) {
                askForCredentials(opened.provider(), given);
              }
            });
    findings.skipAll(
        login.request().isOfDsql() ? STEPS_OF_DSQL : STEPS,
        findings.hasFailed(CREDENTIALS)
            ? "not checked because there are no AWS credentials"
            : findings.hasFailed(IDENTITY)
                ? "not checked because AWS rejects these credentials"
                : "not checked because this is an offline run");
  }

  private Optional<OpenedCredentials> open(@Nullable AwsCredentialsProvider given) {
    try {
      return Optional.of(OpenedCredentials.of(login, given));
    } catch (IllegalArgumentException e) {
      findings.failed(CREDENTIALS, e, "");
      return Optional.empty();
    }
  }

  private void askForCredentials(
      AwsCredentialsProvider provider, @Nullable AwsCredentialsProvider given) {
    Optional<AwsCredentials> credentials =
        new CredentialsExamination(login, given, clock, patience, findings).examine(provider);
    if (credentials.isEmpty() || isOffline) {
      return;
    }
    services(credentials.get()).ifPresent(aws -> findings.guard(IDENTITY, () -> examineWith(aws)));
  }

  private Optional<AwsServices> services(AwsCredentials credentials) {
    try {
      return Optional.of(AwsServices.of(login, credentials));
    } catch (IllegalStateException e) {
      findings.failed(DATABASE, e, "");
      findings.skipAll(STEPS, "not checked because no AWS region is configured");
      return Optional.empty();
    }
  }

  private void examineWith(AwsServices aws) {
    AwsIdentity identity = identity(aws).orElse(null);
    if (identity != null) {
      findings.principal(
          identity
              .principal(login.roleArn())
              .filter(arn -> !arn.contains(":role/AWSReservedSSO_"))); // such a role has a path
    }
    if (!findings.hasFailed(IDENTITY)) {
      findings.guard(POLICY, () -> policy(aws, identity, database(aws, identity).orElse(null)));
    }
  }

  private Optional<AwsIdentity> identity(AwsServices aws) {
    if (!AwsServices.isPresent("sts.StsClient")) {
      skipWithout("sts.StsClient", IDENTITY);
      skipWithout("sts.StsClient", CLOCK);
      return Optional.empty();
    }
    return new IdentityExamination(aws, clock, login.roleArn(), findings).examine();
  }

  private Optional<DatabaseExamination.Database> database(
      AwsServices aws, @Nullable AwsIdentity identity) {
    if (login.request().isOfDsql()) {
      return Optional.empty();
    }
    if (!AwsServices.isPresent("rds.RdsClient")) {
      skipWithout("rds.RdsClient", DATABASE);
      return Optional.empty();
    }
    return new DatabaseExamination(login.request(), login.url().protocol(), aws, identity, findings)
        .examine();
  }

  private void policy(
      AwsServices aws,
      @Nullable AwsIdentity identity,
      DatabaseExamination.@Nullable Database database) {
    if (!AwsServices.isPresent("iam.IamClient")) {
      skipWithout("iam.IamClient", POLICY);
      return;
    }
    if (identity == null) {
      findings.skipped(POLICY, "not checked because the AWS identity is unknown");
      return;
    }
    TokenRequest request =
        database == null ? login.request() : login.request().in(database.region());
    PolicyExamination examination =
        new PolicyExamination(request, aws, identity, login.roleArn(), findings);
    if (request.isOfDsql()) {
      examination.examineDsql();
    } else if (database == null && findings.hasFailed(DATABASE)) {
      findings.skipped(POLICY, "not checked because the database was not found");
    } else if (database == null) {
      examination.skip();
    } else {
      examination.examine(database);
    }
  }

  private void skipWithout(String client, Step step) {
    findings.skipped(
        step,
        "needs software.amazon.awssdk:%s, which is not on the class path",
        AwsServices.missingFor(client));
  }
}
