package io.github.iamhikari.localaws;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * IAM. Safe for use by several threads.
 *
 * @param policies the policies of users and roles, by their ARNs
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html">SimulatePrincipalPolicy</a>
 */
record PolicyService(Map<String, List<Statement>> policies) {

  static final String SIMULATE = "iam:SimulatePrincipalPolicy";

  HttpResponse simulatePrincipalPolicy(Query query, Identity caller) {
    String principal = query.required("PolicySourceArn");
    caller.demand(SIMULATE, principal);
    if (!principal.matches("arn:aws:iam::\\d{12}:(user|role)/.+")) {
      throw new ServiceException(
          400,
          "InvalidInput",
          "Invalid Entity Arn: " + principal + " does not clearly define entity type and name.");
    }
    List<Statement> policy = policies.get(principal);
    if (policy == null) {
      throw new ServiceException(
          404, "NoSuchEntity", "The entity " + principal + " cannot be found.");
    }
    List<String> resources = query.list("ResourceArns");
    List<String> results = new ArrayList<>();
    for (String action : query.list("ActionNames")) {
      for (String resource : resources.isEmpty() ? List.of("*") : resources) {
        results.add(
            Xml.element(
                "member",
                Xml.text("EvalActionName", action),
                Xml.text("EvalResourceName", resource),
                Xml.text("EvalDecision", Decision.of(policy, action, resource).iamName)));
      }
    }
    return query.response(
        Xml.element("EvaluationResults", results), Xml.text("IsTruncated", false));
  }
}
