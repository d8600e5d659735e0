package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.OK;
import static io.github.iamhikari.core.IamDoctor.Status.SKIPPED;
import static io.github.iamhikari.core.IamDoctor.Status.WARNING;
import static io.github.iamhikari.core.IamDoctor.Step.POLICY;

import io.github.iamhikari.core.DatabaseExamination.Database;
import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;

/**
 * Asks IAM whether the policies of an identity allow this login. Needs the SDK's module {@code
 * iam}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html">Creating
 *     and using an IAM policy for IAM database access</a>
 */
final class PolicyExamination {

  private static final String ACTION = "rds-db:connect";

  private final TokenRequest request;
  private final AwsServices aws;
  private final AwsIdentity identity;
  private final @Nullable String roleArn;

  /**
   * @param identity whose credentials these are
   * @param roleArn the role that is meant to sign, if any
   */
  PolicyExamination(
      TokenRequest request, AwsServices aws, AwsIdentity identity, @Nullable String roleArn) {
    this.request = request;
    this.aws = aws;
    this.identity = identity;
    this.roleArn = roleArn;
  }

  /** What to allow where the database could not be looked at. */
  Finding withoutDatabase() {
    return skipped("the database's resource id is not known", resource("<resource id>"));
  }

  Finding examine(Database database) {
    String resource = resource(database.resourceId());
    Optional<String> principal = identity.principal(roleArn);
    if (principal.isEmpty()) {
      return skipped("IAM does not tell the policies of " + identity.arn(), resource);
    }
    try (IamClient iam = aws.client(IamClient.builder())) {
      Simulation simulation = new Simulation(iam, principal.get());
      EvaluationResult result = simulation.of(List.of(resource)).get(0);
      if (result.evalDecision() == PolicyEvaluationDecisionType.ALLOWED) {
        return finding(OK, String.format(Locale.ROOT, "allows %s on %s", ACTION, resource), "");
      }
      return denied(result, resource, () -> simulation.nearMiss(database));
    } catch (SdkException e) {
      return failure(e, principal.get(), resource);
    }
  }

  private interface NearMiss {
    Optional<String> find();
  }

  private Finding denied(EvaluationResult result, String resource, NearMiss nearMiss) {
    String seen = String.format(Locale.ROOT, "does not allow %s on %s", ACTION, resource);
    if (result.hasMissingContextValues() && !result.missingContextValues().isEmpty()) {
      return finding(
          WARNING,
          seen + " without knowing " + String.join(", ", result.missingContextValues()),
          "Check that the conditions of the policy hold for a login from here.");
    }
    if (result.evalDecision() == PolicyEvaluationDecisionType.EXPLICIT_DENY) {
      return finding(
          FAILED, seen + ": a statement denies it", "Take this login out of the Deny statement.");
    }
    var organization = result.organizationsDecisionDetail();
    if (organization != null && Boolean.FALSE.equals(organization.allowedByOrganizations())) {
      return finding(
          FAILED,
          seen + ": a policy of the organization does not let it",
          "Have " + ACTION + " allowed in the organization's service control policy.");
    }
    var boundary = result.permissionsBoundaryDecisionDetail();
    if (boundary != null && Boolean.FALSE.equals(boundary.allowedByPermissionsBoundary())) {
      return finding(
          FAILED,
          seen + ": the permissions boundary does not let it",
          "Add to the permissions boundary " + statement(resource) + ".");
    }
    String allowedInstead = nearMiss.find().map(miss -> ", " + miss).orElse("");
    return finding(FAILED, seen + allowedInstead, "Add to the policy " + statement(resource) + ".");
  }

  private Finding failure(SdkException failure, String principal, String resource) {
    if (AwsServices.isDenied(failure)) {
      return skipped(
          "the policy of these AWS credentials does not allow iam:SimulatePrincipalPolicy on "
              + principal,
          resource);
    }
    String seen =
        AwsServices.code(failure).equals("NoSuchEntity")
            ? "IAM finds no " + principal + ", perhaps because the role has a path"
            : "IAM did not tell: " + AwsServices.words(failure);
    return skipped(seen, resource);
  }

  private Finding skipped(String seen, String resource) {
    return finding(
        SKIPPED,
        seen,
        String.format(Locale.ROOT, "Check that it allows %s on %s.", ACTION, resource));
  }

  private static Finding finding(Status status, String seen, String advice) {
    return new Finding(POLICY, status, seen, advice);
  }

  private String resource(String resourceId) {
    return resource(resourceId, request.user());
  }

  private String resource(String resourceId, String user) {
    return String.format(
        Locale.ROOT,
        "arn:%s:rds-db:%s:%s:dbuser:%s/%s",
        identity.partition(),
        request.region(),
        identity.account(),
        resourceId,
        user);
  }

  private static String statement(String resource) {
    return String.format(
        Locale.ROOT,
        "{\"Effect\": \"Allow\", \"Action\": \"%s\", \"Resource\": \"%s\"}",
        ACTION,
        resource);
  }

  /** What IAM would decide of one principal. */
  private final class Simulation {
    private final IamClient iam;
    private final String principal;

    private Simulation(IamClient iam, String principal) {
      this.iam = iam;
      this.principal = principal;
    }

    private List<EvaluationResult> of(List<String> resources) {
      return iam.simulatePrincipalPolicy(
              call -> call.policySourceArn(principal).actionNames(ACTION).resourceArns(resources))
          .evaluationResults();
    }

    /** What the policy allows instead, among what people write by mistake. */
    private Optional<String> nearMiss(Database database) {
      Map<String, String> mistakes = new LinkedHashMap<>();
      mistakes.put(
          resource(database.loginsIdentifier()),
          "but where it names the database by its identifier instead of its resource id");
      mistakes.put(
          resource(database.resourceId(), database.owner()),
          "but for another user, \"" + database.owner() + "\"");
      mistakes.put(
          resource(database.resourceId(), request.user().toLowerCase(Locale.ROOT)),
          "but for the user in lower case");
      mistakes.remove(resource(database.resourceId()));
      return of(List.copyOf(mistakes.keySet())).stream()
          .flatMap(result -> allowed(result).stream())
          .map(mistakes::get)
          .filter(java.util.Objects::nonNull)
          .findFirst();
    }

    /** IAM lists several resources as results of their own, or within the one of the action. */
    private static List<String> allowed(EvaluationResult result) {
      if (result.hasResourceSpecificResults() && !result.resourceSpecificResults().isEmpty()) {
        return result.resourceSpecificResults().stream()
            .filter(one -> one.evalResourceDecision() == PolicyEvaluationDecisionType.ALLOWED)
            .map(one -> one.evalResourceName())
            .toList();
      }
      return result.evalDecision() == PolicyEvaluationDecisionType.ALLOWED
          ? List.of(result.evalResourceName())
          : List.of();
    }
  }
}
