package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.OK;
import static io.github.iamhikari.core.IamDoctor.Status.SKIPPED;
import static io.github.iamhikari.core.IamDoctor.Status.WARNING;
import static io.github.iamhikari.core.IamDoctor.Step.DATABASE;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;

/**
 * Asks RDS about the one database that an endpoint is of, and compares it with what is signed.
 * Needs the SDK's module {@code rds}.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html">DescribeDBInstances</a>
 */
final class DatabaseExamination {

  private final TokenRequest request;
  private final JdbcUrl.Protocol protocol;
  private final AwsServices aws;
  private final @Nullable AwsIdentity identity;

  private @Nullable Database database;

  /**
   * @param protocol whose driver logs in
   * @param identity whose credentials these are, if that is known
   */
  DatabaseExamination(
      TokenRequest request,
      JdbcUrl.Protocol protocol,
      AwsServices aws,
      @Nullable AwsIdentity identity) {
    this.request = request;
    this.protocol = protocol;
    this.aws = aws;
    this.identity = identity;
  }

  /** {@return the database, once it was found} */
  Optional<Database> database() {
    return Optional.ofNullable(database);
  }

  List<Finding> examine() {
    RdsHost.Kind kind =
        RdsHost.parse(request.host()).map(RdsHost::kind).orElse(RdsHost.Kind.CUSTOM);
    boolean isCluster = kind == RdsHost.Kind.CLUSTER || kind == RdsHost.Kind.READER;
    if (!isCluster && kind != RdsHost.Kind.INSTANCE) {
      return List.of(
          new Finding(
              DATABASE,
              SKIPPED,
              "only an instance or a cluster is looked at, and this is an endpoint of another kind",
              ""));
    }
    String identifier = request.host().substring(0, request.host().indexOf('.'));
    String action = isCluster ? "DescribeDBClusters" : "DescribeDBInstances";
    try (RdsClient rds = aws.client(RdsClient.builder())) {
      Database found = isCluster ? cluster(rds, identifier) : instance(rds, identifier);
      database = found;
      return compare(found);
    } catch (SdkException e) {
      return List.of(failure(e, action, isCluster ? "cluster" : "db", identifier));
    }
  }

  private static Database cluster(RdsClient rds, String identifier) {
    return Database.of(
        rds.describeDBClusters(call -> call.dbClusterIdentifier(identifier)).dbClusters().get(0));
  }

  /** What an Aurora instance is logged in with is its cluster's. */
  private static Database instance(RdsClient rds, String identifier) {
    DBInstance instance =
        rds.describeDBInstances(call -> call.dbInstanceIdentifier(identifier)).dbInstances().get(0);
    Database alone = Database.of(instance);
    return instance.dbClusterIdentifier() == null
        ? alone
        : alone.in(cluster(rds, instance.dbClusterIdentifier()));
  }

  private List<Finding> compare(Database found) {
    List<Finding> findings = new ArrayList<>();
    if (!found.takesIamLogins) {
      findings.add(
          finding(
              FAILED,
              "IAM authentication is not switched on for " + found,
              String.format(
                  Locale.ROOT,
                  "Switch it on: aws rds modify-db-%s --db-%s-identifier %s"
                      + " --enable-iam-database-authentication --apply-immediately.",
                  found.loginsOf,
                  found.loginsOf,
                  found.loginsIdentifier)));
    }
    if (!found.fits(protocol)) {
      findings.add(
          finding(
              FAILED,
              String.format(
                  Locale.ROOT,
                  "%s is of %s, and the URL is for %s",
                  found,
                  found.engine,
                  protocol.driver()),
              "Write a URL and use a driver for this engine."));
    }
    if (!found.endpoints.isEmpty() && !found.endpoints.contains(request.host())) {
      findings.add(
          finding(
              FAILED,
              String.format(
                  Locale.ROOT,
                  "the endpoint of %s is %s, and the token is signed for %s",
                  found,
                  String.join(" or ", found.endpoints),
                  request.host()),
              "Write the endpoint's name in the URL, or in " + IamSettings.HOST + "."));
    }
    if (found.port != null && found.port != request.port()) {
      findings.add(
          finding(
              FAILED,
              String.format(
                  Locale.ROOT,
                  "%s listens on port %d, and the token is signed for port %d",
                  found,
                  found.port,
                  request.port()),
              "Write the database's port in the URL, or in " + IamSettings.DEFAULT_PORT + "."));
    }
    if (!found.status.equals("available")) {
      findings.add(
          finding(
              WARNING,
              String.format(Locale.ROOT, "%s is %s", found, found.status),
              "Wait until it is available, or start it."));
    }
    return findings.isEmpty()
        ? List.of(
            finding(
                OK,
                String.format(
                    Locale.ROOT,
                    "%s is %s, %s, resource id %s, takes IAM logins",
                    found,
                    found.status,
                    found.engine,
                    found.resourceId),
                ""))
        : findings;
  }

  private Finding failure(SdkException failure, String action, String type, String identifier) {
    String account = identity == null ? "*" : identity.account();
    if (AwsServices.isDenied(failure)) {
      return finding(
          SKIPPED,
          "the policy of these AWS credentials does not allow rds:" + action,
          String.format(
              Locale.ROOT,
              "To have the database looked at, allow rds:%s on arn:%s:rds:%s:%s:%s:%s.",
              action,
              identity == null ? "*" : identity.partition(),
              request.region(),
              account,
              type,
              identifier));
    }
    if (AwsServices.code(failure).contains("NotFound")) {
      String owner = identity == null ? "this account" : "the account " + account;
      return finding(
          FAILED,
          String.format(
              Locale.ROOT,
              "%s has no database named \"%s\" in %s",
              owner,
              identifier,
              request.region()),
          "Use AWS credentials of the account that owns the database, such as a role there, which"
              + " alone can log in to it; or check the endpoint's name.");
    }
    return finding(SKIPPED, "RDS did not tell: " + AwsServices.words(failure), "");
  }

  private static Finding finding(Status status, String seen, String advice) {
    return new Finding(DATABASE, status, seen, advice);
  }

  /**
   * What RDS says of a database.
   *
   * @param type {@code instance} or {@code cluster}
   * @param loginsOf whether IAM authentication is a matter of the {@code instance} or its {@code
   *     cluster}
   * @param resourceId what stands in a policy
   * @param port null if there is none yet
   * @param owner the user that it was created with
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
      String owner) {

    private static Database of(DBInstance instance) {
      var endpoint = instance.endpoint();
      return new Database(
          "instance",
          instance.dbInstanceIdentifier(),
          "instance",
          instance.dbInstanceIdentifier(),
          instance.dbiResourceId(),
          Boolean.TRUE.equals(instance.iamDatabaseAuthenticationEnabled()),
          instance.engine(),
          String.valueOf(instance.dbInstanceStatus()),
          endpoint == null ? List.of() : names(Stream.of(endpoint.address())),
          endpoint == null ? null : endpoint.port(),
          String.valueOf(instance.masterUsername()));
    }

    private static Database of(DBCluster cluster) {
      return new Database(
          "cluster",
          cluster.dbClusterIdentifier(),
          "cluster",
          cluster.dbClusterIdentifier(),
          cluster.dbClusterResourceId(),
          Boolean.TRUE.equals(cluster.iamDatabaseAuthenticationEnabled()),
          cluster.engine(),
          String.valueOf(cluster.status()),
          names(
              Stream.concat(
                  Stream.of(cluster.endpoint(), cluster.readerEndpoint()),
                  cluster.customEndpoints().stream())),
          cluster.port(),
          String.valueOf(cluster.masterUsername()));
    }

    private static List<String> names(Stream<@Nullable String> endpoints) {
      return endpoints.filter(Objects::nonNull).map(RdsHost::normalize).toList();
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
          cluster.owner);
    }

    private boolean fits(JdbcUrl.Protocol protocol) {
      return switch (protocol) {
        case POSTGRESQL -> engine.contains("postgres");
        case MYSQL, MARIADB -> engine.contains("mysql") || engine.contains("mariadb");
        case OTHER -> true;
      };
    }

    /** As in a message. */
    @Override
    public String toString() {
      return "the " + type + " \"" + identifier + "\"";
    }
  }
}
