package io.github.iamhikari.core;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

/**
 * The name of an RDS or Aurora endpoint, taken apart.
 *
 * @param name the name as it is signed: lower case, without a trailing dot
 * @param kind what the endpoint stands for
 * @param region the region that the name tells; a global endpoint's name tells none
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Overview.Endpoints.html">Aurora
 *     endpoints</a>
 */
record RdsHost(String name, Kind kind, @Nullable String region) {

  /** What an endpoint stands for, told by the label that carries the account's hash. */
  enum Kind {
    INSTANCE(""),
    CLUSTER("cluster-"),
    READER("cluster-ro-"),
    CUSTOM("cluster-custom-"),
    PROXY("proxy-"),
    SHARD_GROUP("shardgrp-"),
    GLOBAL("global-");

    private final String prefix;

    Kind(String prefix) {
      this.prefix = prefix;
    }

    private static Kind of(@Nullable String prefix) {
      return Stream.of(values())
          .filter(kind -> kind.prefix.equals(prefix))
          .findFirst()
          .orElse(INSTANCE);
    }
  }

  private static final int LONGEST_NAME = 253;

  private static final Pattern NAME =
      Pattern.compile(
          "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\."
              + "(?<endpoint>endpoint\\.)?"
              + "(?<prefix>cluster-custom-|cluster-ro-|cluster-|proxy-|shardgrp-|global-)?"
              + "[a-z0-9]{1,50}\\."
              + "(?:(?<before>[a-z0-9-]{1,63})\\.(?<service>rds|rds-fips)|rds\\.(?<after>[a-z0-9-]{1,63}))\\."
              + "(?<suffix>[a-z0-9.-]+)");

  /** The shape of a region's name where the SDK does not know the partition. */
  private static final String REGION_OF_AN_UNKNOWN_PARTITION = "[a-z]{2,10}(-[a-z]{2,12}){1,3}-\\d";

  /** Commercial names have the region first; GovCloud's, which share their suffix, both ways. */
  private static final String GOV_CLOUD = "aws-us-gov";

  private static final Set<String> REGION_FIRST_ONLY =
      Set.of("amazonaws.eu", "amazonaws.au", "amazonaws.uk");

  private static final Map<String, Set<PartitionMetadata>> PARTITIONS_BY_SUFFIX =
      Region.regions().stream()
          .filter(region -> !region.isGlobalRegion())
          .map(PartitionMetadata::of)
          .collect(groupingBy(PartitionMetadata::dnsSuffix, mapping(p -> p, toUnmodifiableSet())));

  /**
   * Reads an endpoint's name; upper case and a trailing dot make no difference. Empty for whatever
   * is not an endpoint of RDS: another domain, an IP address, {@code localhost}, or a name with a
   * word in the region's place that cannot be a region of its partition.
   */
  static Optional<RdsHost> parse(String host) {
    String name = normalize(host);
    Matcher parts = NAME.matcher(name);
    if (name.length() > LONGEST_NAME || !parts.matches()) {
      return Optional.empty();
    }
    Kind kind = Kind.of(parts.group("prefix"));
    if (parts.group("endpoint") != null && kind != Kind.PROXY) {
      return Optional.empty();
    }
    boolean regionFirst = parts.group("before") != null;
    String word = regionFirst ? parts.group("before") : parts.group("after");
    String suffix = parts.group("suffix");
    if (kind == Kind.GLOBAL) {
      boolean global = word.equals("global") && regionFirst && suffix.startsWith("amazonaws.");
      return global ? Optional.of(new RdsHost(name, kind, null)) : Optional.empty();
    }
    if ("rds-fips".equals(parts.group("service")) && !suffix.equals("amazonaws.com")) {
      return Optional.empty();
    }
    return isRegion(word, suffix, regionFirst)
        ? Optional.of(new RdsHost(name, kind, word))
        : Optional.empty();
  }

  /** A host's name as it is signed and compared. */
  static String normalize(String host) {
    String name = host.strip().toLowerCase(Locale.ROOT);
    return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
  }

  private static boolean isRegion(String word, String suffix, boolean regionFirst) {
    if (REGION_FIRST_ONLY.contains(suffix) && !regionFirst) {
      return false;
    }
    Set<PartitionMetadata> partitions = PARTITIONS_BY_SUFFIX.getOrDefault(suffix, Set.of());
    if (partitions.isEmpty()) {
      return REGION_FIRST_ONLY.contains(suffix) && word.matches(REGION_OF_AN_UNKNOWN_PARTITION);
    }
    return partitions.stream()
        .filter(p -> regionFirst || !suffix.equals("amazonaws.com") || p.id().equals(GOV_CLOUD))
        .anyMatch(partition -> word.matches(partition.regionRegex()));
  }
}
