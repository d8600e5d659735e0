package io.github.iamhikari.localrds;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a token must be signed for.
 *
 * @param host the endpoint's name, to the letter
 * @param port the endpoint's port
 * @param region the region it is in
 */
public record Endpoint(String host, int port, String region) {

  private static final String REGION = "([a-z]{2,}(?:-[a-z]+)+-[0-9]+)";

  private static final Pattern REGION_BESIDE_RDS =
      Pattern.compile("\\." + REGION + "\\.rds(?:-fips)?\\.|\\.rds(?:-fips)?\\." + REGION + "\\.");

  /** The region that an endpoint's name tells, before or after {@code rds}. */
  static Optional<String> regionOf(String host) {
    Matcher matcher = REGION_BESIDE_RDS.matcher(host);
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.ofNullable(matcher.group(1)).or(() -> Optional.ofNullable(matcher.group(2)));
  }

  /** The partition of the region, as ARNs name it. */
  String partition() {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }
}
