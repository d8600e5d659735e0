package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.LocalRds;
import java.util.List;

/**
 * An Aurora global database, as RDS describes it: clusters in several regions, one of which has the
 * writer. Safe for use by several threads.
 */
public final class LocalGlobalCluster {

  private static final String HASH = "c9akciq32rgb";

  private final String identifier;
  private final List<String> regions;
  private volatile State state;

  private LocalGlobalCluster(String identifier, List<String> regions) {
    this.identifier = identifier;
    this.regions = regions;
    this.state = State.in(regions.get(0));
  }

  /**
   * A global database of account {@code 123456789012}.
   *
   * @param identifier its name, which its endpoint's begins with
   * @param regions where it has clusters; the first one has the writer
   * @return the global database; to be {@linkplain LocalAws.Builder#describes(LocalGlobalCluster)
   *     added} to local AWS
   */
  public static LocalGlobalCluster named(String identifier, String... regions) {
    return new LocalGlobalCluster(identifier, List.of(regions));
  }

  /**
   * The name of its endpoint, which leads to the writer.
   *
   * @return a name without a region
   */
  public String host() {
    return identifier + ".global-" + HASH + ".global.rds.amazonaws.com";
  }

  /**
   * The name of a cluster's own endpoint.
   *
   * @param region one of its regions
   * @return the name, which begins with the global database's and the region
   */
  public String clusterHost(String region) {
    return clusterIn(region) + ".cluster-" + HASH + "." + region + ".rds.amazonaws.com";
  }

  /**
   * Makes the cluster of a region the writer, as a switchover does.
   *
   * @param region one of its regions; with another region there is no writer
   */
  public void switchTo(String region) {
    state = State.in(region);
  }

  /**
   * Begins a switchover: until {@link #switchTo} ends it, no cluster is the writer.
   *
   * @param region one of its regions
   */
  public void beginSwitchTo(String region) {
    state = new State("", region);
  }

  private String clusterIn(String region) {
    return identifier + "-" + region;
  }

  String identifier() {
    return identifier;
  }

  String arn() {
    return "arn:aws:rds::" + LocalRds.ACCOUNT + ":global-cluster:" + identifier;
  }

  /** Whether RDS describes it in a region: in all regions of the partition. */
  boolean isToldIn(String region) {
    return partition(region).equals(partition(regions.get(0)));
  }

  private static String partition(String region) {
    return region.startsWith("cn-")
        ? "aws-cn"
        : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
  }

  private String clusterArn(String region) {
    return String.join(":", "arn:aws:rds", region, LocalRds.ACCOUNT, "cluster", clusterIn(region));
  }

  /** Its element of a response. */
  String xml() {
    State now = state;
    List<String> members =
        regions.stream()
            .map(
                region ->
                    Xml.element(
                        "GlobalClusterMember",
                        Xml.text("DBClusterArn", clusterArn(region)),
                        Xml.text("IsWriter", region.equals(now.writerRegion))))
            .toList();
    return Xml.element(
        "GlobalClusterMember",
        Xml.text("GlobalClusterIdentifier", identifier),
        Xml.text("GlobalClusterArn", arn()),
        Xml.text("Status", now.status()),
        Xml.text("Endpoint", host()),
        Xml.element("GlobalClusterMembers", members),
        now.nextRegion.isEmpty()
            ? ""
            : Xml.element(
                "FailoverState",
                Xml.text("Status", now.status()),
                Xml.text("ToDbClusterArn", clusterArn(now.nextRegion))));
  }

  /** Its name and where its writer is. */
  @Override
  public String toString() {
    return "LocalGlobalCluster[" + identifier + ", " + state + "]";
  }

  /**
   * Where its writer is.
   *
   * @param writerRegion its region; empty during a switchover
   * @param nextRegion where it will be after that; else empty
   */
  private record State(String writerRegion, String nextRegion) {

    private static State in(String region) {
      return new State(region, "");
    }

    private String status() {
      return nextRegion.isEmpty() ? DatabaseResource.AVAILABLE : "switching-over";
    }
  }
}
