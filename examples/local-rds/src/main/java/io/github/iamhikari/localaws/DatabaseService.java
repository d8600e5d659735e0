package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.LocalRds;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * RDS. Safe for use by several threads.
 *
 * @param databases the databases
 * @param globalClusters the global databases, by their identifiers
 * @param customEndpoints clusters by the names of their custom endpoints
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html">DescribeDBInstances</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusters.html">DescribeDBClusters</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeGlobalClusters.html">DescribeGlobalClusters</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterEndpoints.html">DescribeDBClusterEndpoints</a>
 */
record DatabaseService(
    List<Supplier<DatabaseResource>> databases,
    Map<String, LocalGlobalCluster> globalClusters,
    Map<String, DatabaseResource> customEndpoints) {

  static final String DESCRIBE_INSTANCES = "rds:DescribeDBInstances";
  static final String DESCRIBE_CLUSTERS = "rds:DescribeDBClusters";
  static final String DESCRIBE_GLOBAL_CLUSTERS = "rds:DescribeGlobalClusters";
  static final String DESCRIBE_CLUSTER_ENDPOINTS = "rds:DescribeDBClusterEndpoints";

  HttpResponse describeInstances(Query query, Identity caller) {
    List<String> instances =
        find(query, caller, false).stream().map(DatabaseService::instance).toList();
    return query.response(Xml.element("DBInstances", instances));
  }

  HttpResponse describeClusters(Query query, Identity caller) {
    List<String> clusters =
        find(query, caller, true).stream().map(DatabaseService::cluster).toList();
    return query.response(Xml.element("DBClusters", clusters));
  }

  /** One global database, or all of the account if no identifier is given. */
  HttpResponse describeGlobalClusters(Query query, Identity caller) {
    Optional<String> wanted = query.optional("GlobalClusterIdentifier");
    caller.demand(
        query.action(),
        String.join(":", "arn:aws:rds:", caller.account(), "global-cluster", wanted.orElse("*")));
    String region = SignedRequest.of(query).region();
    List<LocalGlobalCluster> found =
        globalClusters.values().stream()
            .filter(cluster -> caller.account().equals(LocalRds.ACCOUNT))
            .filter(cluster -> cluster.isToldIn(region))
            .filter(cluster -> isWanted(wanted, cluster.identifier()))
            .toList();
    if (wanted.isPresent() && found.isEmpty()) {
      throw new ServiceException(
          404, "GlobalClusterNotFoundFault", "Global cluster " + wanted.get() + " not found.");
    }
    return query.response(
        Xml.element("GlobalClusters", found.stream().map(LocalGlobalCluster::xml).toList()));
  }

  HttpResponse describeClusterEndpoints(Query query, Identity caller) {
    String wanted = query.required("DBClusterEndpointIdentifier");
    String region = SignedRequest.of(query).region();
    caller.demand(
        query.action(),
        String.join(":", "arn:aws:rds", region, caller.account(), "cluster-endpoint", wanted));
    List<String> found =
        customEndpoints.entrySet().stream()
            .filter(custom -> isWanted(Optional.of(wanted), custom.getKey().split("\\.", 2)[0]))
            .filter(custom -> custom.getValue().account().equals(caller.account()))
            .filter(custom -> custom.getValue().endpoint().region().equals(region))
            .map(
                custom ->
                    Xml.element(
                        "DBClusterEndpointList",
                        Xml.text("DBClusterEndpointIdentifier", wanted),
                        Xml.text("DBClusterIdentifier", custom.getValue().identifier()),
                        Xml.text("Endpoint", custom.getKey()),
                        Xml.text("EndpointType", "CUSTOM")))
            .toList();
    return query.response(Xml.element("DBClusterEndpoints", found));
  }

  /** The databases of this kind in the caller's account and the request's region. */
  private List<DatabaseResource> find(Query query, Identity caller, boolean clusters) {
    String kind = clusters ? "DBCluster" : "DBInstance";
    Optional<String> wanted = query.optional(kind + "Identifier");
    String region = SignedRequest.of(query).region();
    caller.demand(
        query.action(),
        String.join(
            ":",
            "arn:aws:rds",
            region,
            caller.account(),
            clusters ? "cluster" : "db",
            wanted.orElse("*")));
    List<DatabaseResource> found =
        databases.stream()
            .map(Supplier::get)
            .filter(database -> database.isCluster() == clusters)
            .filter(database -> database.account().equals(caller.account()))
            .filter(database -> database.endpoint().region().equals(region))
            .filter(database -> isWanted(wanted, database.identifier()))
            .toList();
    if (wanted.isPresent() && found.isEmpty()) {
      throw new ServiceException(
          404,
          clusters ? "DBClusterNotFoundFault" : "DBInstanceNotFound",
          kind + " " + wanted.get() + " not found.");
    }
    return found;
  }

  /** Whether the name is that one, ignoring case, or none is given. */
  private static boolean isWanted(Optional<String> wanted, String identifier) {
    return wanted.orElse(identifier).equalsIgnoreCase(identifier);
  }

  private static String instance(DatabaseResource database) {
    return Xml.element(
        "DBInstance",
        Xml.text("DBInstanceIdentifier", database.identifier()),
        Xml.text("DbiResourceId", database.resourceId()),
        Xml.text("Engine", database.engine()),
        Xml.text("DBInstanceStatus", database.status()),
        Xml.text("MasterUsername", "administrator"),
        Xml.text("CACertificateIdentifier", "rds-ca-rsa2048-g1"),
        Xml.text("IAMDatabaseAuthenticationEnabled", database.iamLogin()),
        Xml.element(
            "Endpoint",
            Xml.text("Address", database.endpoint().host()),
            Xml.text("Port", database.endpoint().port())));
  }

  private static String cluster(DatabaseResource database) {
    return Xml.element(
        "DBCluster",
        Xml.text("DBClusterIdentifier", database.identifier()),
        Xml.text("DbClusterResourceId", database.resourceId()),
        Xml.text("Engine", database.engine()),
        Xml.text("Status", database.status()),
        Xml.text("MasterUsername", "administrator"),
        Xml.text("IAMDatabaseAuthenticationEnabled", database.iamLogin()),
        Xml.text("Endpoint", database.endpoint().host()),
        Xml.text(
            "ReaderEndpoint",
            database.endpoint().host().replaceFirst("\\.cluster-", ".cluster-ro-")),
        Xml.text("Port", database.endpoint().port()));
  }
}
