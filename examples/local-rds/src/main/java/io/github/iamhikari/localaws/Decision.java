package io.github.iamhikari.localaws;

import java.util.List;

/** The decision of a principal's policies on an action and a resource. */
enum Decision {
  ALLOWED("allowed"),
  EXPLICIT_DENY("explicitDeny"),
  IMPLICIT_DENY("implicitDeny");

  /** The name in IAM's API. */
  final String iamName;

  Decision(String iamName) {
    this.iamName = iamName;
  }

  static Decision of(List<Statement> policy, String action, String resource) {
    List<Statement> relevant =
        policy.stream().filter(statement -> statement.concerns(action, resource)).toList();
    if (relevant.isEmpty()) {
      return IMPLICIT_DENY;
    }
    return relevant.stream().allMatch(Statement::allows) ? ALLOWED : EXPLICIT_DENY;
  }
}
