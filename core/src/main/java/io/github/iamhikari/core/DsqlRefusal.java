package io.github.iamhikari.core;

import java.sql.SQLException;
import java.util.List;
import java.util.Locale;

/**
 * Aurora DSQL's messages about rejected logins, and what to check for them.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/troubleshooting.html">Troubleshooting
 *     issues in Aurora DSQL</a>
 */
final class DsqlRefusal {

  private static final int LONGEST_HINT = 300;

  /** Parts of a canonical request, which IAM may repeat including the session token. */
  private static final List<String> OF_A_TOKEN = List.of("x-amz-", "security-token");

  /** An access key ID, of which the first and last four characters are shown. */
  private static final String ACCESS_KEY_ID = "\\b(A[KS]IA)[A-Z0-9]{8,}([A-Z0-9]{4})\\b";

  /** A placeholder for the ARN of the IAM role or user. */
  private static final String SOME_ARN = "arn:aws:iam::...";

  private DsqlRefusal() {}

  /** A check with the ARN of the IAM role or user instead of the placeholder. */
  static String of(String arn, String check) {
    return check.replace(SOME_ARN, arn);
  }

  /** The server's hint in parentheses, which often contains the reason. */
  static String hint(SQLException answer) {
    List<String> lines = String.valueOf(answer.getMessage()).lines().map(String::strip).toList();
    String hint = lines.size() < 2 ? "" : lines.get(1);
    boolean isState = hint.endsWith(": " + answer.getSQLState()); // added by pgjdbc
    if (hint.isEmpty() || isState || mayHoldToken(answer)) {
      return "";
    }
    String masked = hint.replaceAll(ACCESS_KEY_ID, "$1...$2");
    String shown = masked.substring(0, Math.min(LONGEST_HINT, masked.length()));
    return " (" + shown.replaceAll("[^ -~]", "?") + ")";
  }

  /** Whether an exception's message may contain a part of a token. */
  static boolean mayHoldToken(Throwable failure) {
    String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    return OF_A_TOKEN.stream().anyMatch(message::contains);
  }

  /**
   * What to check, most likely cause first. The checks of a rejected token are in the same order as
   * those of RDS.
   *
   * @param atRds the checks for RDS
   */
  static List<String> checks(LoginFailure failure, TokenRequest request, List<String> atRds) {
    return switch (failure) {
      case TOKEN_REFUSED -> checksOfToken(request);
      case NO_IAM_USER ->
          List.of(
              "the database role must exist and be allowed to log in (as admin: CREATE ROLE ..."
                  + " WITH LOGIN)",
              linkOf(request));
      case SERVER_UNVERIFIED ->
          List.of(
              "the JDBC URL must lead to the cluster itself: a proxy that terminates TLS presents"
                  + " its own certificate",
              IamSettings.HOST
                  + " must be the cluster's endpoint, or its PrivateLink endpoint if you use that",
              "the JVM's trust store must contain Amazon Root CA 1, or sslrootcert must name a file"
                  + " that does",
              "to skip verification, which lets anyone on the network path read the token, set"
                  + " sslmode=require");
      case TOO_MANY_CONNECTIONS ->
          List.of(
              "all pools together must not exceed the cluster's connection quota, which is 10,000"
                  + " unless raised");
      case TLS_MISSING, NOT_PERMITTED, TOO_MANY_LOGINS, NO_SERVER_NAME, UNRELATED -> atRds;
    };
  }

  private static List<String> checksOfToken(TokenRequest request) {
    return List.of(
        String.format(
            Locale.ROOT,
            "the IAM policy of these AWS credentials must allow %s on this cluster",
            request.permission()),
        request.isOfAdmin()
            ? "no service control policy, permissions boundary or VPC endpoint policy may deny it"
            : linkOf(request),
        String.format(
            Locale.ROOT,
            "host and region must be the cluster's own (%s, %s)",
            IamSettings.HOST,
            IamSettings.REGION),
        "this machine's clock must be right",
        "the AWS credentials must not be revoked, and their session must not have ended");
  }

  private static String linkOf(TokenRequest request) {
    boolean isMisspelt = request.user().equalsIgnoreCase(IamService.ADMIN) && !request.isOfAdmin();
    return String.format(
        Locale.ROOT,
        "%1$sthe database role must exist and be linked to the IAM role or user of these AWS"
            + " credentials (as admin: CREATE ROLE %2$s WITH LOGIN; AWS IAM GRANT %2$s TO '%3$s')",
        isMisspelt ? "the administrator is \"admin\", in lower case; for any other user, " : "",
        identifier(request.user()),
        SOME_ARN);
  }

  /** A quoted SQL identifier. */
  private static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
