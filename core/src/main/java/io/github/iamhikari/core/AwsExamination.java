package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.SKIPPED;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Step;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * The doctor's steps at AWS, from the credentials to the policy. Each asks for what it needs and no
 * more, and no class of an optional module of the SDK is loaded where that is missing.
 *
 * @param request what a token is signed for
 * @param protocol whose driver logs in
 * @param profile the profile that was configured, if any
 * @param roleArn the role that is meant to sign, if any
 * @param clock by which tokens are dated
 * @param isOffline whether nothing but credentials is asked for
 */
record AwsExamination(
    TokenRequest request,
    JdbcUrl.Protocol protocol,
    @Nullable String profile,
    @Nullable String roleArn,
    InstantSource clock,
    boolean isOffline) {

  /** For credentials; a chain asks several services, some of them twice. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  /**
   * Goes through the steps, up to one without which the others make no sense.
   *
   * @param provider gives what the login would ask for credentials, or throws an {@link
   *     IllegalArgumentException} that says why it cannot
   */
  List<Finding> examine(Callable<AwsCredentialsProvider> provider) {
    return examine(provider, PATIENCE);
  }

  List<Finding> examine(Callable<AwsCredentialsProvider> provider, Duration patience) {
    List<Finding> findings = new ArrayList<>();
    CredentialsExamination credentials = new CredentialsExamination(profile, clock, patience);
    findings.add(credentials.examine(provider));
    credentials.credentials().ifPresent(known -> examine(known, findings));
    return findings;
  }

  private void examine(AwsCredentials credentials, List<Finding> findings) {
    if (isOffline) {
      for (Step step : List.of(Step.IDENTITY, Step.CLOCK, Step.DATABASE, Step.POLICY)) {
        findings.add(skipped(step, "AWS is not asked offline", ""));
      }
      return;
    }
    AwsServices aws = new AwsServices(request.region(), credentials);
    AwsIdentity identity = identity(aws, findings).orElse(null);
    if (findings.stream().anyMatch(finding -> isFailed(finding, Step.IDENTITY))) {
      return;
    }
    DatabaseExamination.Database database = database(aws, identity, findings).orElse(null);
    findings.add(policy(aws, identity, database));
  }

  private Optional<AwsIdentity> identity(AwsServices aws, List<Finding> findings) {
    if (!AwsServices.isPresent("sts.StsClient")) {
      findings.add(missing(Step.IDENTITY, "sts"));
      findings.add(missing(Step.CLOCK, "sts"));
      return Optional.empty();
    }
    IdentityExamination step = new IdentityExamination(aws, clock, roleArn);
    findings.add(step.examine());
    findings.add(step.clock());
    return step.identity();
  }

  private Optional<DatabaseExamination.Database> database(
      AwsServices aws, @Nullable AwsIdentity identity, List<Finding> findings) {
    if (!AwsServices.isPresent("rds.RdsClient")) {
      findings.add(missing(Step.DATABASE, "rds"));
      return Optional.empty();
    }
    DatabaseExamination step = new DatabaseExamination(request, protocol, aws, identity);
    findings.addAll(step.examine());
    return step.database();
  }

  private Finding policy(
      AwsServices aws,
      @Nullable AwsIdentity identity,
      DatabaseExamination.@Nullable Database database) {
    if (!AwsServices.isPresent("iam.IamClient")) {
      return missing(Step.POLICY, "iam");
    }
    if (identity == null) {
      return skipped(Step.POLICY, "it is not known whose policy it is", "");
    }
    PolicyExamination step = new PolicyExamination(request, aws, identity, roleArn);
    return database == null ? step.withoutDatabase() : step.examine(database);
  }

  private static boolean isFailed(Finding finding, Step step) {
    return finding.step() == step && finding.status() == FAILED;
  }

  private static Finding missing(Step step, String module) {
    return skipped(
        step,
        "software.amazon.awssdk:" + module + " is not on the class path",
        "To have it looked at, add that module.");
  }

  private static Finding skipped(Step step, String seen, String advice) {
    return new Finding(step, SKIPPED, seen, advice);
  }
}
