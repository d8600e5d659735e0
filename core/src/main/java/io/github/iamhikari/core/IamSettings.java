package io.github.iamhikari.core;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The {@code iam_*} settings and {@code aws_profile}, validated. Their names and meanings are those
 * of the IAM plugin of Amazon's Python driver. Immutable.
 *
 * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
 * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
 * @param region the AWS region, or null for the one in the endpoint's name or, for a global
 *     endpoint, the writer's region
 * @param expiration how long a token is used, from 0 (for one login) to 900 seconds
 * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
 * @param roleArn the IAM role to assume for signing, or null to sign with the AWS credentials
 *     themselves
 * @param roleSessionName the name of the role's session in AWS's logs, or null for the pool's name
 * @param roleExternalId the external ID that the role's trust policy requires, or null if it
 *     requires none
 * @param verifyWriter whether to check that each new connection leads to the writer
 * @see <a
 *     href="https://github.com/aws/aws-advanced-python-wrapper/blob/main/docs/using-the-python-driver/using-plugins/UsingTheIamAuthenticationPlugin.md">Amazon's
 *     Python driver: IAM authentication plugin</a>
 */
public record IamSettings(
    @Nullable String host,
    @Nullable Integer defaultPort,
    @Nullable String region,
    Duration expiration,
    @Nullable String awsProfile,
    @Nullable String roleArn,
    @Nullable String roleSessionName,
    @Nullable String roleExternalId,
    boolean verifyWriter) {

  /** The property for the endpoint to sign tokens for, if the JDBC URL names another host. */
  public static final String HOST = "iam_host";

  /** The property for the port to sign tokens for, if it is not the JDBC URL's. */
  public static final String DEFAULT_PORT = "iam_default_port";

  /** The property for the AWS region, if the endpoint's name does not contain it. */
  public static final String REGION = "iam_region";

  /** The property for the number of seconds that a token is used. */
  public static final String EXPIRATION = "iam_expiration";

  /** The property for the AWS profile to take credentials from. */
  public static final String AWS_PROFILE = "aws_profile";

  /** The property for the IAM role to assume for signing. */
  public static final String ROLE_ARN = "iam_role_arn";

  /**
   * The property for the name of the role's session in AWS's logs, if it is not the pool's name.
   */
  public static final String ROLE_SESSION_NAME = "iam_role_session_name";

  /** The property for the external ID that the role's trust policy requires. */
  public static final String ROLE_EXTERNAL_ID = "iam_role_external_id";

  /**
   * The property that turns on a check, for each new connection of a writer endpoint, that it leads
   * to the writer.
   */
  public static final String VERIFY_WRITER = "iam_verify_writer";

  /** The default of {@code iam_expiration}: 14 min 30 s. */
  public static final Duration DEFAULT_EXPIRATION = Duration.ofSeconds(870);

  private static final List<String> NAMES =
      List.of(
          HOST,
          DEFAULT_PORT,
          REGION,
          EXPIRATION,
          AWS_PROFILE,
          ROLE_ARN,
          ROLE_SESSION_NAME,
          ROLE_EXTERNAL_ID,
          VERIFY_WRITER);

  /** Each setting, with parts of names that users may mistake for it. */
  private static final String[][] WORDS = {
    {HOST, "host", "endpoint", "server", "address"},
    {DEFAULT_PORT, "port"},
    {REGION, "region", "zone"},
    {EXPIRATION, "expir", "ttl", "life", "seconds"},
    {AWS_PROFILE, "profile"},
    {ROLE_SESSION_NAME, "session"},
    {ROLE_EXTERNAL_ID, "external"},
    {ROLE_ARN, "role", "arn"},
    {VERIFY_WRITER, "verify", "writer", "primary"},
    {"username", "user"}
  };

  /** The highest port number. */
  static final int LAST_PORT = 65_535;

  /** No database listens on this port; a URL with it was meant for something else. */
  private static final int HTTPS_PORT = 443;

  /**
   * Validates the settings, except for whether the host is an endpoint.
   *
   * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
   * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
   * @param region the AWS region in lower case, or null for the one in the endpoint's name
   * @param expiration how long a token is used, from 0 (for one login) to 900 seconds
   * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
   * @param roleArn the ARN of an IAM role, or null
   * @param roleSessionName 2 to 64 letters, digits and {@code _+=,.@-}, or null
   * @param roleExternalId 2 to 1,224 letters, digits and {@code _+=,.@:/-}, or null
   * @param verifyWriter whether to check that each new connection leads to the writer
   * @throws IllegalArgumentException if a value is invalid; the message names the property, the
   *     value and what to use instead
   */
  public IamSettings {
    if (defaultPort != null) {
      checkPort(defaultPort, DEFAULT_PORT, DEFAULT_PORT);
    }
    if (region != null && !region.matches("[a-z0-9]+(-[a-z0-9]+)+")) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is \"%s\", which is not an AWS region; use one such as \"us-east-2\"",
              REGION,
              shown(region)));
    }
    if (expiration.isNegative() || expiration.compareTo(IamToken.LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is %d; use a number of seconds from 0 to %d, because no token is valid for"
                  + " longer",
              EXPIRATION,
              expiration.toSeconds(),
              IamToken.LONGEST_LIFE.toSeconds()));
    }
    Role.check(roleArn, roleSessionName, roleExternalId);
  }

  /**
   * Reads the settings from properties that may contain others. A blank value counts as none.
   *
   * @param properties not modified
   * @return the settings, with defaults for those that are missing
   * @throws IllegalArgumentException if a value is invalid, or if a {@linkplain #isSetting property
   *     looks like a setting} but is none; the message names the property, the value and what to
   *     use instead
   */
  public static IamSettings from(Properties properties) {
    for (Object key : properties.keySet()) {
      if (isSetting(key) && !NAMES.contains(key)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s is not a setting; did you mean %s? The settings are %s",
                key,
                meant(key.toString()),
                String.join(", ", NAMES)));
      }
    }
    String region = read(properties, REGION);
    Integer expiration = readNumber(properties, EXPIRATION, "a number of seconds from 0 to 900");
    return new IamSettings(
        read(properties, HOST),
        readNumber(properties, DEFAULT_PORT, "a port from 1 to 65535"),
        region == null ? null : region.toLowerCase(Locale.ROOT),
        expiration == null ? DEFAULT_EXPIRATION : Duration.ofSeconds(expiration),
        read(properties, AWS_PROFILE),
        read(properties, ROLE_ARN),
        read(properties, ROLE_SESSION_NAME),
        read(properties, ROLE_EXTERNAL_ID),
        readSwitch(properties, VERIFY_WRITER));
  }

  /**
   * Checks whether a property is meant for this library, and not for a driver or a pool.
   *
   * @param propertyName the name of a property
   * @return true if the name begins with {@code iam} or {@code aws_}, contains {@code iam_}, or is
   *     a setting in another spelling, such as {@code awsProfile}. Reject such a property if it is
   *     not a known setting, instead of ignoring it. No property of PostgreSQL's, MySQL's or
   *     MariaDB's driver has such a name.
   */
  public static boolean isSetting(Object propertyName) {
    String name = propertyName.toString().toLowerCase(Locale.ROOT);
    if (name.startsWith("datasource.")) {
      return false; // HikariCP's prefix for a property of the driver, which it removes
    }
    return name.startsWith("iam")
        || name.startsWith("aws_")
        || name.contains("iam_")
        || joined(name).equals(joined(AWS_PROFILE));
  }

  /** The names of all settings. */
  static List<String> names() {
    return NAMES;
  }

  private static String joined(String name) {
    return name.replace("_", "").replace("-", "");
  }

  /**
   * Rejects a port that is out of range or that no database uses.
   *
   * @param source names the port in the message
   * @param place where to set the right port
   */
  static void checkPort(int port, String source, String place) {
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is %d; use a port from 1 to %d", source, port, LAST_PORT));
    }
    if (port == HTTPS_PORT) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is 443, which no database endpoint uses; write the database's port in %s",
              source,
              place));
    }
  }

  private static @Nullable String read(Properties properties, String name) {
    Object value = properties.get(name);
    if (value == null) {
      value = properties.getProperty(name);
    }
    if (value == null || value.toString().isBlank()) {
      return null;
    }
    if (value.toString().contains("${")) {
      throw new IllegalArgumentException(
          name + " contains an unresolved placeholder ${...}; replace it with its value");
    }
    return value.toString().strip();
  }

  private static @Nullable Integer readNumber(
      Properties properties, String name, String expectation) {
    String value = read(properties, name);
    try {
      return value == null ? null : Integer.valueOf(value);
    } catch (NumberFormatException e) {
      // the cause would show the value, which may be a secret
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s is \"%s\"; use %s", name, shown(value), expectation));
    }
  }

  private static boolean readSwitch(Properties properties, String name) {
    String value = read(properties, name);
    if (value == null || value.equalsIgnoreCase("false")) {
      return false;
    }
    if (value.equalsIgnoreCase("true")) {
      return true;
    }
    throw new IllegalArgumentException(
        String.format(Locale.ROOT, "%s is \"%s\"; use true or false", name, shown(value)));
  }

  /**
   * The setting that was probably meant: one that shares a word, or else the one with the most
   * similar spelling.
   */
  private static String meant(String name) {
    String letters = joined(name.toLowerCase(Locale.ROOT));
    for (String[] words : WORDS) {
      for (int i = 1; i < words.length; i++) {
        if (letters.contains(words[i])) {
          return words[0];
        }
      }
    }
    String nearest = HOST;
    for (String known : NAMES) {
      if (distance(joined(known), letters) < distance(joined(nearest), letters)) {
        nearest = known;
      }
    }
    return nearest;
  }

  /** A value as a message may show it: {@code ...} for one that could contain a secret. */
  static String shown(@Nullable String value) {
    if (value == null) {
      return "";
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean isWord = c < 128 && (Character.isLetterOrDigit(c) || "-._ ".indexOf(c) >= 0);
      if (!isWord) {
        return "...";
      }
    }
    return value;
  }

  /**
   * The edit distance: how many letters must be added, removed or changed to turn one word into the
   * other.
   */
  static int distance(String one, String other) {
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[other.length()];
  }
}
