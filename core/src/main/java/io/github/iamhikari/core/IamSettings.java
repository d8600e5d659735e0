package io.github.iamhikari.core;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The {@code iam_*} properties and {@code aws_profile}, read and checked. Their names and meanings
 * are those of the IAM plugin of Amazon's Python driver. Immutable.
 *
 * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
 * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
 * @param region the AWS region, or null for the one in the endpoint's name, or else of its writer
 * @param expiration the longest that a token is used, from 0 (one login) to 900 seconds
 * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
 * @param roleArn the IAM role that signs tokens, or null for whom the AWS credentials are of
 * @param roleSessionName what AWS's logs call a session of the role, or null for the pool's name
 * @param roleExternalId what the role's trust policy asks for, or null if it does not
 * @param verifyWriter whether each new connection is asked if its server is the writer
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

  /** The property that names the endpoint to sign for, where the JDBC URL names something else. */
  public static final String HOST = "iam_host";

  /** The property that names the port to sign for, where it is not the JDBC URL's. */
  public static final String DEFAULT_PORT = "iam_default_port";

  /** The property that names the AWS region, where the endpoint's name does not tell it. */
  public static final String REGION = "iam_region";

  /** The property that says for how many seconds a token is used. */
  public static final String EXPIRATION = "iam_expiration";

  /** The property that names the profile from which AWS credentials are taken. */
  public static final String AWS_PROFILE = "aws_profile";

  /** The property that names the IAM role that signs tokens. */
  public static final String ROLE_ARN = "iam_role_arn";

  /** The property that names the role's session in AWS's logs, where it is not the pool's name. */
  public static final String ROLE_SESSION_NAME = "iam_role_session_name";

  /** The property for the external ID that the role's trust policy asks for. */
  public static final String ROLE_EXTERNAL_ID = "iam_role_external_id";

  /** The property that has each new connection of a writer's endpoint asked if it is the writer. */
  public static final String VERIFY_WRITER = "iam_verify_writer";

  /** The {@code iam_expiration} that holds where none is set: 14 min 30 s. */
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

  /** A setting, and parts of the names that somebody may expect it to have. */
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

  /** The highest number of a port. */
  static final int LAST_PORT = 65_535;

  /** No database listens there; it tells of a URL that was meant for something else. */
  private static final int HTTPS_PORT = 443;

  /**
   * Checks the settings, but not yet whether the host is the name of an endpoint.
   *
   * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
   * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
   * @param region the AWS region in lower case, or null for the one in the endpoint's name
   * @param expiration the longest that a token is used, from 0 (one login) to 900 seconds
   * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
   * @param roleArn the ARN of an IAM role, or null
   * @param roleSessionName 2 to 64 letters, digits and {@code _+=,.@-}, or null
   * @param roleExternalId 2 to 1,224 letters, digits and {@code _+=,.@:/-}, or null
   * @param verifyWriter whether each new connection is asked if its server is the writer
   * @throws IllegalArgumentException if a value is out of bounds; the message names the property,
   *     the value and what to write instead
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
   * Reads the settings from among other properties. A blank value is as good as none.
   *
   * @param properties left as they are
   * @return the settings, with the default {@code iam_expiration} if there is none
   * @throws IllegalArgumentException if a value is of the wrong type or out of bounds, or if there
   *     is a {@linkplain #isSetting property that looks like one} and is none of these; the message
   *     names the property, the value and what to write instead
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
   * Tells apart what is for this library, and not for a driver or a pool.
   *
   * @param propertyName the name of a property
   * @return whether it begins with {@code iam} or {@code aws_} or contains {@code iam_}, or is the
   *     name of a setting written in another way, as {@code awsProfile}. What is none of the
   *     settings is then to be refused and not to be passed over. No property of PostgreSQL's,
   *     MySQL's or MariaDB's driver has such a name.
   */
  public static boolean isSetting(Object propertyName) {
    String name = propertyName.toString().toLowerCase(Locale.ROOT);
    if (name.startsWith("datasource.")) {
      return false; // HikariCP's way to write a property of the driver, which comes here without it
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
   * Refuses a port that does not exist, or that no database has.
   *
   * @param source what names it
   * @param place where to write the right one
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
      // the cause would show the value, whatever it is
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

  /** The setting that somebody meant, told by a word that is in both, or else by the letters. */
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

  /** A value as a message shows it: not at all where it could hold more than a value, a secret. */
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

  /** How many letters have to be added, left out or changed to make one word of the other. */
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
