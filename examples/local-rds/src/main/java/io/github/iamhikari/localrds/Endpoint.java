package io.github.iamhikari.localrds;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The endpoint that a token must be signed for. Immutable.
 *
 * @param host the endpoint's name, compared case-sensitively
 * @param port the endpoint's port, which a token for Aurora DSQL does not name
 * @param region the region
 */
public record Endpoint(String host, int port, String region) {

  private static final String REGION = "([a-z]{2,}(?:-[a-z]+)+-[0-9]+)";

  private static final Pattern REGION_BESIDE_RDS =
      Pattern.compile("\\." + REGION + "\\.rds(?:-fips)?\\.|\\.rds(?:-fips)?\\." + REGION + "\\.");

  /** An endpoint of Aurora DSQL, also by PrivateLink; in lower case. */
  private static final Pattern DSQL =
      Pattern.compile("[a-z0-9]{26}\\.dsql(?:-[a-z0-9]+)?\\." + REGION + "\\.on\\.aws");

  /** The region in an endpoint's name: before or after {@code rds}, or after {@code dsql}. */
  static Optional<String> regionOf(String host) {
    Matcher dsql = DSQL.matcher(host);
    if (dsql.matches()) {
      return Optional.of(dsql.group(1));
    }
    Matcher matcher = REGION_BESIDE_RDS.matcher(host);
    if (!matcher.find()) {
      return Optional.empty();
    }
    return Optional.ofNullable(matcher.group(1)).or(() -> Optional.ofNullable(matcher.group(2)));
  }

  /** The name up to the first dot: the cluster's id for Aurora DSQL. */
  String firstLabel() {
    return host.split("\\.", 2)[0];
  }

  /** The partition of the region, as ARNs name it. */
  String partition() {
    if (region.startsWith("cn-")) {
      return "aws-cn";
    }
    return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }
}
