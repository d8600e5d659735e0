package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.DATABASE;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBClusterEndpoint;
import software.amazon.awssdk.services.rds.model.DBInstance;

/**
 * The doctor's database step: looks up the endpoint's database at RDS and compares it with what
 * tokens are signed for. Needs the SDK's module {@code rds}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html">DescribeDBInstances</a>
 */
final class DatabaseExamination {

  private final TokenRequest request;
  private final JdbcUrl.Protocol protocol;
  private final AwsServices aws;
  private final @Nullable AwsIdentity identity;
  private final Findings findings;

  /**
   * @param protocol the protocol of the driver
   * @param identity the owner of the credentials, if known
   */
  DatabaseExamination(
      TokenRequest request,
      JdbcUrl.Protocol protocol,
      AwsServices aws,
      @Nullable AwsIdentity identity,
      Findings findings) {
    this.request = request;
    this.protocol = protocol;
    this.aws = aws;
    this.identity = identity;
    this.findings = findings;
  }

  /**
   * Looks up this database only.
   *
   * @return the database; empty if the lookup failed
   */
  Optional<Database> examine() {
    Optional<EndpointName> endpoint = EndpointName.parse(request.host());
    if (endpoint.isEmpty()) {
      return neither();
    }
    String identifier = EndpointName.firstLabel(request.host());
    return switch (endpoint.get().kind()) {
      case INSTANCE -> describe("DescribeDBInstances", identifier, this::instance);
      case CLUSTER, READER -> describe("DescribeDBClusters", identifier, this::cluster);
      case CUSTOM -> describe("DescribeDBClusterEndpoints", identifier, this::custom);
      case GLOBAL -> global();
      case PROXY, SHARD_GROUP, DSQL -> neither();
    };
  }

  private Optional<Database> neither() {
    findings.skipped(
        DATABASE, "only instances and clusters are checked, and this endpoint is neither");
    return Optional.empty();
  }

  private Optional<Database> describe(
      String action, String identifier, BiFunction<RdsClient, String, Database> ask) {
    try (RdsClient rds = aws.client(RdsClient.builder())) {
      Database found = ask.apply(rds, identifier);
      compare(found);
      return Optional.of(found);
    } catch (SdkException e) {
      explain(e, action, identifier);
      return Optional.empty();
    }
  }

  private Database cluster(RdsClient rds, String identifier) {
    return Database.of(
        only(rds.describeDBClusters(call -> call.dbClusterIdentifier(identifier)).dbClusters()),
        aws.region());
  }

  /** An Aurora instance, with its cluster's resource ID and login settings. */
  private Database instance(RdsClient rds, String identifier) {
    DBInstance instance =
        only(rds.describeDBInstances(call -> call.dbInstanceIdentifier(identifier)).dbInstances());
    Database alone = Database.of(instance, aws.region());
    return instance.dbClusterIdentifier() == null
        ? alone
        : alone.in(cluster(rds, instance.dbClusterIdentifier()));
  }

  /** The cluster of a custom endpoint; tokens should be signed for the cluster's endpoint. */
  private Database custom(RdsClient rds, String identifier) {
    DBClusterEndpoint custom =
        only(
            rds.describeDBClusterEndpoints(call -> call.dbClusterEndpointIdentifier(identifier))
                .dbClusterEndpoints());
    Database cluster = cluster(rds, custom.dbClusterIdentifier());
    findings.warning(
        DATABASE,
        Findings.words("Set %s to %s.", IamSettings.HOST, cluster.endpoints.get(0)),
        "%s is a custom endpoint of %s, which IAM authentication does not support according to"
            + " Amazon's guide",
        request.host(),
        cluster);
    return cluster.at(withoutFips(), "cluster");
  }

  /** The writer's cluster, in its region. */
  private Optional<Database> global() {
    GlobalDatabase found;
    try {
      found = GlobalDatabase.of(request.host(), aws);
    } catch (IllegalStateException e) {
      if (request.region() == null) {
        findings.failed(DATABASE, e, "");
      } else {
        findings.skipped(DATABASE, "%s", Findings.problemIn(e));
      }
      return Optional.empty();
    }
    String region = found.region();
    if (request.region() != null && !request.region().equals(region)) {
      findings.failed(
          DATABASE,
          Findings.words(
              "Set %s to %s, or remove it to have the region looked up.",
              IamSettings.REGION, region),
          "the writer of the global database \"%s\" is in %s, but the token is signed for %s",
          found.identifier(),
          region,
          request.region());
    }
    AwsServices there = new AwsServices(region, aws.credentials());
    DatabaseExamination ofWriter =
        new DatabaseExamination(request.in(region), protocol, there, identity, findings);
    return ofWriter.describe(
        "DescribeDBClusters",
        found.writer(),
        (rds, identifier) ->
            ofWriter.cluster(rds, identifier).at(withoutFips(), "writer's cluster in " + region));
  }

  private static <T> T only(List<T> answer) {
    return answer.stream()
        .findFirst()
        .orElseThrow(() -> SdkClientException.create("the answer is not from RDS"));
  }

  private void compare(Database found) {
    if (!found.takesIamLogins) {
      findings.failed(
          DATABASE,
          Findings.words(
              "Enable it: aws rds modify-db-%s --db-%s-identifier %s"
                  + " --enable-iam-database-authentication --apply-immediately",
              found.loginsOf, found.loginsOf, found.loginsIdentifier),
          "IAM authentication is not enabled on %s",
          found);
    }
    if (!found.fits(protocol)) {
      findings.failed(
          DATABASE,
          "Use a JDBC URL and a driver for this engine.",
          "%s runs %s, but the URL is for %s",
          found,
          found.engine,
          protocol.driver());
    }
    compareAddress(found);
    if (!found.status.equals("available")) {
      findings.warning(
          DATABASE, "Start it, or wait until it is available.", "%s is %s", found, found.status);
    }
    findings.okUnlessReached(
        DATABASE,
        "%s is %s, runs %s, has the resource ID %s and accepts IAM logins",
        found,
        found.status,
        found.engine,
        found.resourceId);
  }

  /** A FIPS endpoint is another name of the same database. */
  private String withoutFips() {
    return request.host().replace(".rds-fips.", ".rds.");
  }

  private void compareAddress(Database found) {
    if (!found.endpoints.isEmpty() && !found.endpoints.contains(withoutFips())) {
      findings.failed(
          DATABASE,
          Findings.words("Write the endpoint's name in the URL, or in %s.", IamSettings.HOST),
          "the endpoint of %s is %s, but the token is signed for %s",
          found,
          String.join(" or ", found.endpoints),
          request.host());
    }
    if (found.port != null && found.port != request.port()) {
      findings.failed(
          DATABASE,
          Findings.words(
              "Write the database's port in the URL, or in %s.", IamSettings.DEFAULT_PORT),
          "%s listens on port %d, but the token is signed for port %d",
          found,
          found.port,
          request.port());
    }
  }

  private void explain(SdkException failure, String action, String identifier) {
    String account = identity == null ? "*" : identity.account();
    if (AwsServices.isDenied(failure)) {
      findings.skipped(
          DATABASE,
          "these AWS credentials lack the permission; to have the database checked, allow rds:%s on"
              + " arn:%s:rds:%s:%s:%s:%s",
          action,
          identity == null ? "*" : identity.partition(),
          request.region(),
          account,
          action.endsWith("Endpoints")
              ? "cluster-endpoint"
              : action.endsWith("Clusters") ? "cluster" : "db",
          identifier);
    } else if (AwsServices.code(failure).contains("NotFound")) {
      findings.failed(
          DATABASE,
          "Check the endpoint's name, and use AWS credentials of the account that owns the"
              + " database: those of other accounts cannot log in to it.",
          "%s has no database named \"%s\" in %s",
          identity == null ? "this account" : "the account " + account,
          identifier,
          request.region());
    } else {
      findings.skipped(DATABASE, "the RDS API call failed: %s", AwsServices.words(failure));
    }
  }

  /**
   * A database as described by RDS.
   *
   * @param type {@code instance} or {@code cluster}
   * @param loginsOf {@code instance} or {@code cluster}: where IAM authentication is configured
   * @param resourceId the resource ID, for policies
   * @param port the port, or null if there is none yet
   * @param owner the master user
   * @param region its region
   */
  record Database(
      String type,
      String identifier,
      String loginsOf,
      String loginsIdentifier,
      String resourceId,
      boolean takesIamLogins,
      String engine,
      String status,
      List<String> endpoints,
      @Nullable Integer port,
      String owner,
      String region) {

    private static Database of(DBInstance instance, String region) {
      var endpoint = instance.endpoint();
      return new Database(
          "instance",
          instance.dbInstanceIdentifier(),
          "instance",
          instance.dbInstanceIdentifier(),
          instance.dbiResourceId(),
          Boolean.TRUE.equals(instance.iamDatabaseAuthenticationEnabled()),
          String.valueOf(instance.engine()),
          String.valueOf(instance.dbInstanceStatus()),
          endpoint == null ? List.of() : names(Stream.of(endpoint.address())),
          endpoint == null ? null : endpoint.port(),
          String.valueOf(instance.masterUsername()),
          region);
    }

    private static Database of(DBCluster cluster, String region) {
      return new Database(
          "cluster",
          cluster.dbClusterIdentifier(),
          "cluster",
          cluster.dbClusterIdentifier(),
          cluster.dbClusterResourceId(),
          Boolean.TRUE.equals(cluster.iamDatabaseAuthenticationEnabled()),
          String.valueOf(cluster.engine()),
          String.valueOf(cluster.status()),
          names(
              Stream.concat(
                  Stream.of(cluster.endpoint(), cluster.readerEndpoint()),
                  cluster.customEndpoints().stream())),
          cluster.port(),
          String.valueOf(cluster.masterUsername()),
          region);
    }

    private static List<String> names(Stream<@Nullable String> endpoints) {
      return endpoints.filter(Objects::nonNull).map(EndpointName::normalize).toList();
    }

    private Database in(Database cluster) {
      return new Database(
          type,
          identifier,
          cluster.loginsOf,
          cluster.loginsIdentifier,
          cluster.resourceId,
          cluster.takesIamLogins,
          engine,
          status,
          endpoints,
          port,
          cluster.owner,
          region);
    }

    /** The same database, reached through another endpoint. */
    private Database at(String endpoint, String typeThere) {
      return new Database(
          typeThere,
          identifier,
          loginsOf,
          loginsIdentifier,
          resourceId,
          takesIamLogins,
          engine,
          status,
          List.of(endpoint),
          port,
          owner,
          region);
    }

    private boolean fits(JdbcUrl.Protocol protocol) {
      return switch (protocol) {
        case POSTGRESQL -> engine.contains("postgres");
        case MYSQL, MARIADB -> engine.contains("mysql") || engine.contains("mariadb");
        case OTHER -> true;
      };
    }

    /** The database in messages. */
    @Override
    public String toString() {
      return "the " + type + " \"" + identifier + "\"";
    }
  }
}
