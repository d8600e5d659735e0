package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * The parsed name of an RDS, Aurora or Aurora DSQL endpoint.
 *
 * @param name the name in its signed form: lower case, without a trailing dot
 * @param kind the kind of endpoint
 * @param region the region in the name; null for a global endpoint
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html">Aurora
 *     endpoints</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html">Connecting
 *     to Aurora DSQL clusters using AWS PrivateLink</a>
 */
record EndpointName(String name, Kind kind, @Nullable String region) {

  /** The kind of an endpoint, according to the prefix of the label with the account's hash. */
  enum Kind {
    INSTANCE(""),
    CLUSTER("cluster-"),
    READER("cluster-ro-"),
    CUSTOM("cluster-custom-"),
    PROXY("proxy-"),
    SHARD_GROUP("shardgrp-"),
    GLOBAL("global-"),
    /** An Aurora DSQL cluster, recognized by its domain alone. */
    DSQL("");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    private static Kind of(String label) {
      Kind longest = INSTANCE;
      for (Kind kind : values()) {
        if (label.startsWith(kind.prefix) && kind.prefix.length() > longest.prefix.length()) {
          longest = kind;
        }
      }
      return longest;
    }
  }

  /**
   * Whether the endpoint leads to a server that accepts writes, as far as the name tells: a reader
   * endpoint does not, and a custom endpoint or an additional proxy endpoint may lead anywhere.
   */
  boolean isWriter() {
    return switch (kind) {
      case INSTANCE, CLUSTER, GLOBAL, SHARD_GROUP, DSQL -> true;
      case PROXY -> !name.startsWith("endpoint.", name.indexOf('.') + 1);
      case READER, CUSTOM -> false;
    };
  }

  private static final int LONGEST_NAME = 253;

  private static final int LONGEST_LABEL = 63;

  private static final int LONGEST_HASH = 50;

  /** Not a suffix of any SDK partition, although its regions are commercial ones. */
  private static final String DSQL_SUFFIX = "on.aws";

  /**
   * Parses an endpoint's name, ignoring case and a trailing dot. Empty for anything that is not an
   * endpoint with IAM logins: another domain, an IP address, {@code localhost}, or a name whose
   * region cannot exist in its partition.
   */
  static Optional<EndpointName> parse(String host) {
    String name = normalize(host);
    if (name.endsWith("." + DSQL_SUFFIX)) {
      return parseDsql(name);
    }
    boolean viaEndpoint = name.startsWith("endpoint.", name.indexOf('.') + 1);
    int hash = viaEndpoint ? 2 : 1; // the index of the label with the hash
    String[] labels = name.split("\\.", hash + 4);
    if (name.length() > LONGEST_NAME || labels.length < hash + 4 || !isLabel(labels[0])) {
      return Optional.empty();
    }
    Kind kind = Kind.of(labels[hash]);
    if (!isHash(labels[hash].substring(kind.prefix.length()))
        || (viaEndpoint && kind != Kind.PROXY)) {
      return Optional.empty();
    }
    boolean fips = labels[hash + 2].equals("rds-fips");
    boolean regionFirst = fips || labels[hash + 2].equals("rds");
    String suffix = labels[hash + 3];
    if ((!regionFirst && !labels[hash + 1].equals("rds"))
        || (fips && !suffix.equals("amazonaws.com"))) {
      return Optional.empty();
    }
    String word = labels[regionFirst ? hash + 1 : hash + 2];
    if (kind == Kind.GLOBAL) {
      boolean global =
          word.equals("global")
              && regionFirst
              && suffix.startsWith("amazonaws.")
              && !shapesOfRegions(suffix, true).isEmpty();
      return global ? Optional.of(new EndpointName(name, kind, null)) : Optional.empty();
    }
    return isRegion(word, suffix, regionFirst)
        ? Optional.of(new EndpointName(name, kind, word))
        : Optional.empty();
  }

  /** With PrivateLink, the service's label has a suffix. */
  private static Optional<EndpointName> parseDsql(String name) {
    String[] labels = name.split("\\.", 4);
    boolean isEndpoint =
        name.length() <= LONGEST_NAME
            && labels.length == 4
            && labels[3].equals(DSQL_SUFFIX)
            && isHash(labels[0])
            && isLabel(labels[1])
            && (labels[1].equals("dsql") || labels[1].startsWith("dsql-"))
            && isLabel(labels[2])
            && isRegion(labels[2], "amazonaws.com", true);
    return isEndpoint
        ? Optional.of(new EndpointName(name, Kind.DSQL, labels[2]))
        : Optional.empty();
  }

  boolean isOfDsql() {
    return kind == Kind.DSQL;
  }

  /** The service that validates tokens for this endpoint. */
  IamService service() {
    return isOfDsql() ? IamService.DSQL : IamService.RDS;
  }

  /** The first label of a host name: the database's identifier, or a DSQL cluster's ID. */
  static String firstLabel(String host) {
    return host.substring(0, host.indexOf('.'));
  }

  /** A host name in its signed form, also used for comparison. */
  static String normalize(String host) {
    String name = host.strip().toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isLabel(String text) {
    return text.length() <= LONGEST_LABEL
        && hasOnlyLettersAndDigits(text.replace("-", ""))
        && !text.startsWith("-")
        && !text.endsWith("-");
  }

  private static boolean isHash(String text) {
    return text.length() <= LONGEST_HASH && hasOnlyLettersAndDigits(text);
  }

  private static boolean hasOnlyLettersAndDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static boolean isRegion(String word, String suffix, boolean regionFirst) {
    String shapes = shapesOfRegions(suffix, regionFirst);
    if (shapes.isEmpty()) {
      return false;
    }
    for (String shape : shapes.split(" ", -1)) {
      if (hasShape(word, shape)) {
        return true;
      }
    }
    return regionFirst && isRegionOfTheSdk(word, suffix);
  }

  /** Called last, because the SDK loads the metadata of all services in all regions for it. */
  private static boolean isRegionOfTheSdk(String word, String suffix) {
    for (Region region : Region.regions()) {
      if (region.id().equals(word)) {
        return !region.isGlobalRegion() && PartitionMetadata.of(region).dnsSuffix().equals(suffix);
      }
    }
    return false;
  }

  /**
   * The shapes of a partition's region names, from the SDK's {@code PartitionMetadata}: {@code *}
   * stands for a word, {@code #} for a number. Commercial endpoints have the region first; GovCloud
   * endpoints, which share their suffix, have it in either place.
   */
  private static String shapesOfRegions(String suffix, boolean regionFirst) {
    return switch (suffix) {
      case "amazonaws.com" ->
          regionFirst
              ? "us-*-# eu-*-# ap-*-# sa-*-# ca-*-# me-*-# af-*-# il-*-# mx-*-# us-gov-*-#"
              : "us-gov-*-#";
      case "amazonaws.com.cn" -> "cn-*-#";
      case "amazonaws.eu" -> regionFirst ? "eusc-*-*-#" : "";
      case "amazonaws.au" -> regionFirst ? "ausc-*-*-#" : "";
      case "amazonaws.uk" -> regionFirst ? "uksc-*-*-#" : "";
      case "c2s.ic.gov" -> "us-iso-*-#";
      case "sc2s.sgov.gov" -> "us-isob-*-#";
      case "cloud.adc-e.uk" -> "eu-isoe-*-#";
      case "csp.hci.ic.gov" -> "us-isof-*-#";
      default -> "";
    };
  }

  private static boolean hasShape(String word, String shape) {
    String[] parts = word.split("-", -1);
    String[] expected = shape.split("-", -1);
    if (parts.length != expected.length) {
      return false;
    }
    for (int i = 0; i < parts.length; i++) {
      boolean fits =
          switch (expected[i]) {
            case "*" -> hasOnlyLettersAndDigits(parts[i]);
            case "#" -> isNumber(parts[i]);
            default -> parts[i].equals(expected[i]);
          };
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
