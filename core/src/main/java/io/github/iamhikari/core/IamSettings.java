package io.github.iamhikari.core;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The {@code iam_*} properties and {@code aws_profile}, read and checked. Their names and meanings
 * are those of the IAM plugin of Amazon's Python driver. Immutable.
 *
 * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
 * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
 * @param region the AWS region, or null for the one in the endpoint's name
 * @param expiration the longest that a token is used, from 0 (one login) to 900 seconds
 * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
 * @see <a
 *     href="https://github.com/aws/aws-advanced-python-wrapper/blob/main/docs/using-the-python-driver/using-plugins/UsingTheIamAuthenticationPlugin.md">Amazon's
 *     Python driver: IAM authentication plugin</a>
 */
public record IamSettings(
    @Nullable String host,
    @Nullable Integer defaultPort,
    @Nullable String region,
    Duration expiration,
    @Nullable String awsProfile) {

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

  /** The {@code iam_expiration} that holds where none is set: 14 min 30 s. */
  public static final Duration DEFAULT_EXPIRATION = Duration.ofSeconds(870);

  private static final String PREFIX = "iam_";

  private static final List<String> NAMES =
      List.of(HOST, DEFAULT_PORT, REGION, EXPIRATION, AWS_PROFILE);

  /** The highest number of a port. */
  private static final int LAST_PORT = 65_535;

  /** The ports of RDS begin at 1150; this one tells of a URL that was meant for something else. */
  private static final int HTTPS_PORT = 443;

  /**
   * Checks the settings, but not yet whether the host is an endpoint of RDS.
   *
   * @param host the endpoint that tokens are signed for, or null for the JDBC URL's host
   * @param defaultPort the port that tokens are signed for, or null for the JDBC URL's port
   * @param region the AWS region in lower case, or null for the one in the endpoint's name
   * @param expiration the longest that a token is used, from 0 (one login) to 900 seconds
   * @param awsProfile the profile of the SDK's default credentials chain, or null for its default
   * @throws IllegalArgumentException if a value is out of bounds; the message names the property,
   *     the value and what to write instead
   */
  public IamSettings {
    if (defaultPort != null) {
      checkPort(defaultPort, DEFAULT_PORT);
    }
    if (region != null && !region.matches("[a-z0-9]+(-[a-z0-9]+)+")) {
      throw new IllegalArgumentException(
          REGION
              + " is \""
              + region
              + "\", which is not the name of a region; write one such as \"us-east-2\"");
    }
    if (expiration.isNegative() || expiration.compareTo(IamToken.LONGEST_LIFE) > 0) {
      throw new IllegalArgumentException(
          EXPIRATION
              + " is "
              + expiration.toSeconds()
              + "; write a number of seconds from 0 to "
              + IamToken.LONGEST_LIFE.toSeconds()
              + ", since no token lives longer");
    }
  }

  /**
   * Reads the settings from among other properties. A blank value is as good as none.
   *
   * @param properties left as they are
   * @return the settings, with the default {@code iam_expiration} if there is none
   * @throws IllegalArgumentException if a value is of the wrong type or out of bounds, or if there
   *     is a property of the name {@code iam_...} that is none of these; the message names the
   *     property, the value and what to write instead
   */
  public static IamSettings from(Properties properties) {
    for (Object key : properties.keySet()) {
      if (isSetting(key) && !NAMES.contains(key)) {
        throw new IllegalArgumentException(
            key
                + " is not a setting; did you mean "
                + nearest(key.toString())
                + "? The settings are "
                + String.join(", ", NAMES));
      }
    }
    String region = read(properties, REGION);
    Integer expiration = readNumber(properties, EXPIRATION, "a number of seconds from 0 to 900");
    return new IamSettings(
        read(properties, HOST),
        readNumber(properties, DEFAULT_PORT, "a port from 1 to 65535"),
        region == null ? null : region.toLowerCase(Locale.ROOT),
        expiration == null ? DEFAULT_EXPIRATION : Duration.ofSeconds(expiration),
        read(properties, AWS_PROFILE));
  }

  /**
   * Tells apart what is for this library, and not for a driver or a pool.
   *
   * @param propertyName the name of a property
   * @return whether it begins with {@code iam_}, or is the name of a setting written in another
   *     way, as {@code iamHost}, which is then to be refused and not to be passed over
   */
  public static boolean isSetting(Object propertyName) {
    String name = propertyName.toString().toLowerCase(Locale.ROOT);
    return name.startsWith(PREFIX)
        || NAMES.stream().anyMatch(known -> joined(known).equals(joined(name)));
  }

  private static String joined(String name) {
    return name.replace("_", "").replace("-", "");
  }

  /** Refuses a port that does not exist, or that no endpoint of RDS has. */
  static void checkPort(int port, String source) {
    if (port < 1 || port > LAST_PORT) {
      throw new IllegalArgumentException(
          source + " is " + port + "; write a port from 1 to " + LAST_PORT);
    }
    if (port == HTTPS_PORT) {
      throw new IllegalArgumentException(
          source
              + " is 443, which no RDS endpoint has; write the database's own port in "
              + DEFAULT_PORT);
    }
  }

  private static @Nullable String read(Properties properties, String name) {
    Object value = properties.get(name);
    if (value == null) {
      value = properties.getProperty(name);
    }
    return value == null || value.toString().isBlank() ? null : value.toString().strip();
  }

  private static @Nullable Integer readNumber(
      Properties properties, String name, String expectation) {
    String value = read(properties, name);
    try {
      return value == null ? null : Integer.valueOf(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is \"" + value + "\"; write " + expectation, e);
    }
  }

  private static String nearest(String name) {
    return NAMES.stream()
        .min(Comparator.comparingInt(known -> distance(known, name.toLowerCase(Locale.ROOT))))
        .orElseThrow();
  }

  /** How many letters have to be added, left out or changed to make one word of the other. */
  private static int distance(String one, String other) {
    int[] row = IntStream.rangeClosed(0, other.length()).toArray();
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
