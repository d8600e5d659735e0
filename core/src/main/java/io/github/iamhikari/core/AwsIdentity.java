package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The owner of AWS credentials, according to STS.
 *
 * @param account the AWS account ID
 * @param arn the ARN of a user or of a role's session
 */
record AwsIdentity(String account, String arn) {

  private static final String ASSUMED_ROLE = "assumed-role/";

  private static final int PARTITION = 1;
  private static final int SERVICE = 2;
  private static final int RESOURCE = 5;

  /** The partition in the ARN, such as {@code aws-cn}. */
  String partition() {
    return part(arn, PARTITION);
  }

  /** Whether this is a session of the given role. */
  boolean isOf(String roleArn) {
    String path = part(roleArn, RESOURCE);
    return sessionsRole().equals(path.substring(path.lastIndexOf('/') + 1))
        && account.equals(part(roleArn, RESOURCE - 1));
  }

  /**
   * The ARN of the user or role whose policies apply. The ARN of a session omits the role's path.
   *
   * @param roleArn the role configured for signing, or null
   * @return empty for the account's root user and for federated users, whose policies cannot be
   *     simulated
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

  /**
   * The role's name in a session's ARN: {@code orders-role} in {@code
   * arn:aws:sts::123456789012:assumed-role/orders-role/session}.
   */
  private String sessionsRole() {
    String resource = part(arn, RESOURCE);
    return resource.startsWith(ASSUMED_ROLE) ? resource.split("/", -1)[1] : "";
  }

  private static String part(String arn, int index) {
    String[] parts = arn.split(":", RESOURCE + 1);
    return index < parts.length ? parts[index] : "";
  }
}
