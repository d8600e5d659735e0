package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.POLICY;

import io.github.iamhikari.core.DatabaseExamination.Database;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.EvaluationResult;
import software.amazon.awssdk.services.iam.model.PolicyEvaluationDecisionType;

/**
 * The doctor's policy step: simulates at IAM whether the policies of an identity allow the login.
 * Needs the SDK's module {@code iam}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html">Creating
 *     and using an IAM policy for IAM database access</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html">Using
 *     database roles and IAM authentication with Aurora DSQL</a>
 */
final class PolicyExamination {

  private final TokenRequest request;
  private final AwsServices aws;
  private final AwsIdentity identity;
  private final @Nullable String roleArn;
  private final Findings findings;
  private final String action;

  /**
   * @param identity the owner of the credentials
   * @param roleArn the role configured for signing, or null
   */
  PolicyExamination(
      TokenRequest request,
      AwsServices aws,
      AwsIdentity identity,
      @Nullable String roleArn,
      Findings findings) {
    this.request = request;
    this.aws = aws;
    this.identity = identity;
    this.roleArn = roleArn;
    this.findings = findings;
    this.action = request.permission();
  }

  /** Reports what the policy must allow if the database is unknown. */
  void skip() {
    skip("the database's resource ID is unknown", resource("<resource ID>"));
  }

  /** Checks whether the user may log in to this database. */
  void examine(Database database) {
    examine(resource(database.resourceId()), simulation -> simulation.nearMiss(database));
  }

  /** Checks whether the user may log in to this account's Aurora DSQL cluster. */
  void examineDsql() {
    String cluster =
        String.format(
            Locale.ROOT,
            "arn:%s:dsql:%s:%s:cluster/%s",
            identity.partition(),
            request.region(),
            identity.account(),
            EndpointName.firstLabel(request.host()));
    examine(cluster, simulation -> simulation.nearMiss(cluster));
  }

  private void examine(String resource, Function<Simulation, Optional<String>> nearMiss) {
    Optional<String> principal = identity.principal(roleArn);
    if (principal.isEmpty()) {
      skip("IAM does not report the policies of " + identity.arn(), resource);
      return;
    }
    try (IamClient iam = aws.client(IamClient.builder())) {
      Simulation simulation = new Simulation(iam, principal.get());
      EvaluationResult result =
          simulation.of(action, List.of(resource)).stream()
              .findFirst()
              .orElseThrow(() -> SdkClientException.create("the answer is not from IAM"));
      if (result.evalDecision() == PolicyEvaluationDecisionType.ALLOWED) {
        findings.ok(POLICY, "%s is allowed %s on %s", principal.get(), action, resource);
        return;
      }
      String seen = Findings.words("%s is not allowed %s on %s", principal.get(), action, resource);
      if (!isSomebodyElses(result, seen, resource)) {
        String miss = nearMiss.apply(simulation).map(other -> ", " + other).orElse("");
        lacks(resource, seen + miss);
      }
    } catch (SdkException e) {
      explain(e, principal.get(), resource);
    }
  }

  /** A DSQL cluster's own policy can allow what the identity's policies do not. */
  private void lacks(String resource, String seen) {
    String advice = "Add to the policy " + statement(resource);
    if (request.isOfDsql()) {
      findings.warning(
          POLICY,
          advice + ", unless the cluster's own resource-based policy allows it.",
          "%s",
          seen);
    } else {
      findings.failed(POLICY, advice, "%s", seen);
    }
  }

  /** Whether the reason lies outside the identity's own policies. */
  private boolean isSomebodyElses(EvaluationResult result, String seen, String resource) {
    var organization = result.organizationsDecisionDetail();
    var boundary = result.permissionsBoundaryDecisionDetail();
    if (result.hasMissingContextValues() && !result.missingContextValues().isEmpty()) {
      findings.warning(
          POLICY,
          "Check that a login from here meets the conditions of the policy.",
          "%s, as far as IAM can tell without %s",
          seen,
          String.join(", ", result.missingContextValues()));
    } else if (organization != null
        && Boolean.FALSE.equals(organization.allowedByOrganizations())) {
      findings.failed(
          POLICY,
          "Allow it in the organization's service control policy.",
          "%s: a service control policy of the organization does not allow it",
          seen);
    } else if (boundary != null && Boolean.FALSE.equals(boundary.allowedByPermissionsBoundary())) {
      findings.failed(
          POLICY,
          "Add to the permissions boundary " + statement(resource),
          "%s: the permissions boundary does not allow it",
          seen);
    } else if (result.evalDecision() == PolicyEvaluationDecisionType.EXPLICIT_DENY) {
      findings.failed(
          POLICY, "Exclude this login from the Deny statement.", "%s: a statement denies it", seen);
    } else {
      return false;
    }
    return true;
  }

  private void explain(SdkException failure, String principal, String resource) {
    boolean isUnknown = AwsServices.code(failure).equals("NoSuchEntity");
    if (isUnknown) {
      findings.principal(Optional.empty());
    }
    skip(
        AwsServices.isDenied(failure)
            ? "these AWS credentials lack iam:SimulatePrincipalPolicy on " + principal
            : isUnknown
                ? "IAM does not find " + principal + ", perhaps because the role has a path"
                : "the IAM API call failed: " + AwsServices.words(failure),
        resource);
  }

  private void skip(String why, String resource) {
    findings.skipped(POLICY, "%s; check that the policy allows %s on %s", why, action, resource);
  }

  private String resource(String resourceId) {
    return resource(resourceId, request.user());
  }

  private String resource(String resourceId, String user) {
    return String.format(
        Locale.ROOT,
        "arn:%s:rds-db:%s:%s:dbuser:%s/%s",
        identity.partition(),
        request.region() == null ? "<region>" : request.region(),
        identity.account(),
        resourceId,
        user);
  }

  /** A policy statement, with {@code *} and {@code ?} in the user's name escaped. */
  private String statement(String resource) {
    String literal = resource.replace("*", "${*}").replace("?", "${?}");
    return String.format(
        Locale.ROOT,
        "{\"Effect\": \"Allow\", \"Action\": \"%s\", \"Resource\": %s}",
        action,
        ReportText.quoted(literal));
  }

  /** A simulation of the policies of one principal. */
  private final class Simulation {
    private final IamClient iam;
    private final String principal;

    private Simulation(IamClient iam, String principal) {
      this.iam = iam;
      this.principal = principal;
    }

    private List<EvaluationResult> of(String anAction, List<String> resources) {
      return iam.simulatePrincipalPolicy(
              call -> call.policySourceArn(principal).actionNames(anAction).resourceArns(resources))
          .evaluationResults();
    }

    /** The common mistake that the policy contains instead, if any. */
    private Optional<String> nearMiss(Database database) {
      Map<String, String> mistakes = new LinkedHashMap<>();
      mistakes.put(
          resource(database.loginsIdentifier()),
          "but on the database's identifier instead of its resource ID");
      mistakes.put(
          resource(database.resourceId(), database.owner()),
          "but for another user, \"" + database.owner() + "\"");
      mistakes.put(
          resource(database.resourceId(), request.user().toLowerCase(Locale.ROOT)),
          "but for the user in lower case");
      mistakes.remove(resource(database.resourceId()));
      return of(action, List.copyOf(mistakes.keySet())).stream()
          .flatMap(result -> allowed(result).stream())
          .map(mistakes::get)
          .filter(Objects::nonNull)
          .findFirst();
    }

    /** The action for other DSQL users that the policy allows instead, if so. */
    private Optional<String> nearMiss(String cluster) {
      String other = request.of(request.isOfAdmin() ? "app" : IamService.ADMIN).permission();
      String whose = request.isOfAdmin() ? "users other than admin" : "admin alone";
      return of(other, List.of(cluster)).stream()
          .filter(result -> !allowed(result).isEmpty())
          .map(result -> "but " + other + ", which is for " + whose)
          .findFirst();
    }

    /**
     * The allowed resources; IAM returns them as separate results or within the result of the
     * action.
     */
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
