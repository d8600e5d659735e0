package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An IAM role to assume for signing tokens.
 *
 * @param arn the role's ARN
 * @param sessionName the session's name, shown in CloudTrail
 * @param externalId the external ID that its trust policy requires, or null
 * @param region the region whose STS is called: the endpoint's, or null for the SDK's configured
 *     one if the endpoint's is unknown until credentials exist
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>
 */
record Role(String arn, String sessionName, @Nullable String externalId, @Nullable String region) {

  private static final String ARN =
      "arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-~]+/)?[A-Za-z0-9_+=,.@-]{1,64}";

  private static final int LONGEST_ARN = 2_048;

  private static final String SESSION_NAME = "[A-Za-z0-9_+=,.@-]{2,64}";

  private static final int LONGEST_SESSION_NAME = 64;

  private static final String EXTERNAL_ID = "[A-Za-z0-9_+=,.@:/-]{2,1224}";

  /**
   * Rejects values that STS would not accept. The messages do not repeat the values, which could be
   * secrets.
   */
  static void check(
      @Nullable String arn, @Nullable String sessionName, @Nullable String externalId) {
    if (arn != null && (arn.length() > LONGEST_ARN || !arn.matches(ARN))) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is not the ARN of an IAM role; set it to one such as"
                  + " arn:aws:iam::123456789012:role/orders-login, not to that of a session, a user"
                  + " or an instance profile",
              IamSettings.ROLE_ARN));
    }
    if (sessionName != null && !sessionName.matches(SESSION_NAME)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is not a valid session name; use 2 to 64 letters, digits or _+=,.@-",
              IamSettings.ROLE_SESSION_NAME));
    }
    if (externalId != null && !externalId.matches(EXTERNAL_ID)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is not a valid external ID; use 2 to 1224 letters, digits or _+=,.@:/-",
              IamSettings.ROLE_EXTERNAL_ID));
    }
  }

  /**
   * The role in the settings, or null if there is none.
   *
   * @param name the pool's name, the default of the session's name
   * @throws IllegalArgumentException if a session name or external ID is set without a role, or if
   *     the role belongs to another partition than the region
   */
  static @Nullable Role of(String name, IamSettings settings, @Nullable String region) {
    String arn = settings.roleArn();
    String sessionName = settings.roleSessionName();
    String externalId = settings.roleExternalId();
    if (arn == null) {
      if (sessionName != null || externalId != null) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%1$s is set, but %2$s is not; set %2$s to the role's ARN, or remove %1$s",
                externalId != null ? IamSettings.ROLE_EXTERNAL_ID : IamSettings.ROLE_SESSION_NAME,
                IamSettings.ROLE_ARN));
      }
      return null;
    }
    String partition = region == null ? "" : partition(region);
    if (!partition.isEmpty() && !arn.startsWith("arn:" + partition + ":")) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s belongs to another AWS partition than the region %s, whose role ARNs begin with"
                  + " arn:%s:; set it to a role of that partition",
              IamSettings.ROLE_ARN,
              region,
              partition));
    }
    return new Role(arn, sessionName == null ? fit(name) : sessionName, externalId, region);
  }

  /**
   * The partition of a region, or an empty text if it is unknown. Avoids the SDK, which loads the
   * metadata of all services for this.
   */
  static String partition(String region) {
    int country = region.indexOf('-');
    int next = region.indexOf('-', country + 1);
    return switch (next < 0 ? region : region.substring(0, next)) {
      case "us-gov" -> "aws-us-gov";
      case "us-iso" -> "aws-iso";
      case "us-isob" -> "aws-iso-b";
      case "eu-isoe" -> "aws-iso-e";
      case "us-isof" -> "aws-iso-f";
      default ->
          switch (country < 0 ? region : region.substring(0, country)) {
            case "cn" -> "aws-cn";
            case "eusc" -> "aws-eusc";
            case "us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx" -> "aws";
            default -> "";
          };
    };
  }

  /** Turns a pool's name into a valid session name. */
  private static String fit(String name) {
    String fit = name.replaceAll("[^A-Za-z0-9_+=,.@-]", "-");
    if (fit.length() < 2) {
      return "iam-hikari";
    }
    return fit.length() <= LONGEST_SESSION_NAME ? fit : fit.substring(0, LONGEST_SESSION_NAME);
  }

  /**
   * Written out, since a record's generated comparison would retain the class loader of the first
   * value compared.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Role role
        && arn.equals(role.arn)
        && sessionName.equals(role.sessionName)
        && Objects.equals(externalId, role.externalId)
        && Objects.equals(region, role.region);
  }

  @Override
  public int hashCode() {
    return Objects.hash(arn, sessionName, externalId, region);
  }

  /** For messages: {@code the role arn:aws:iam::123456789012:role/orders-login}. */
  @Override
  public String toString() {
    return "the role " + arn;
  }
}
