package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose credentials sign a token, as STS says.
 *
 * @param account the number of the AWS account
 * @param arn of a user, or of a role's session
 */
record AwsIdentity(String account, String arn) {

  private static final String ASSUMED_ROLE = "assumed-role/";

  private static final int PARTITION = 1;
  private static final int SERVICE = 2;
  private static final int RESOURCE = 5;

  /** As in {@code arn:aws-cn:...}. */
  String partition() {
    return part(arn, PARTITION);
  }

  /** Whether this is a session of the role. */
  boolean isOf(String roleArn) {
    String path = part(roleArn, RESOURCE);
    return sessionsRole().equals(path.substring(path.lastIndexOf('/') + 1))
        && account.equals(part(roleArn, RESOURCE - 1));
  }

  /**
   * Whose policies decide: a user, or the role of a session. The ARN of a session leaves out the
   * role's path.
   *
   * @param roleArn the role that was meant to sign, if any
   * @return empty for the account itself and for federated users, whose policies nobody can ask for
   */
  Optional<String> principal(@Nullable String roleArn) {
    if (roleArn != null && isOf(roleArn)) {
      return Optional.of(roleArn);
    }
    String role = sessionsRole();
    if (!role.isEmpty()) {
      return Optional.of(
          String.format(Locale.ROOT, "arn:%s:iam::%s:role/%s", partition(), account, role));
    }
    boolean isUser = part(arn, SERVICE).equals("iam") && part(arn, RESOURCE).startsWith("user/");
    return isUser ? Optional.of(arn) : Optional.empty();
  }

  /** {@code orders-role} of {@code arn:aws:sts::123456789012:assumed-role/orders-role/session}. */
  private String sessionsRole() {
    String resource = part(arn, RESOURCE);
    return resource.startsWith(ASSUMED_ROLE) ? resource.split("/", -1)[1] : "";
  }

  private static String part(String arn, int index) {
    String[] parts = arn.split(":", RESOURCE + 1);
    return index < parts.length ? parts[index] : "";
  }
}
