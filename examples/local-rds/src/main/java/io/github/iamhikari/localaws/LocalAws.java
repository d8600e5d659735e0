package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Service;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * A stand-in for the AWS services around RDS, on a free port of 127.0.0.1: STS ({@code AssumeRole},
 * {@code AssumeRoleWithWebIdentity}, {@code GetCallerIdentity}), RDS ({@code DescribeDBInstances},
 * {@code DescribeDBClusters}, {@code DescribeGlobalClusters}, {@code DescribeDBClusterEndpoints})
 * and IAM ({@code SimulatePrincipalPolicy}).
 *
 * <p>It knows users and roles. Requests must be signed with their keys, by Signature Version 4,
 * within 15 minutes of its clock. Its {@linkplain Builder#database databases} accept logins of
 * users and roles' sessions whose policies allow {@code rds-db:connect}, or on Aurora DSQL {@code
 * dsql:DbConnect} and {@code dsql:DbConnectAdmin}, until the session ends.
 *
 * <p>Safe for use by several threads. It runs until it is {@linkplain #close() closed}.
 *
 * @see <a href="https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html">Security Token
 *     Service: API reference</a>
 */
public final class LocalAws implements AutoCloseable {

  private final InstantSource clock;
  private final List<LocalRds> databases;
  private final Map<String, Identity> identities = new ConcurrentHashMap<>();
  private final SecurityTokenService sts;
  private final DatabaseService rds;
  private final PolicyService iam;
  private final HttpStandIn http;

  private LocalAws(Builder builder) {
    this.clock = builder.clock;
    this.databases = List.copyOf(builder.databases);
    this.sts = new SecurityTokenService(clock, Map.copyOf(builder.roles), this::add);
    this.rds =
        new DatabaseService(
            List.copyOf(builder.described),
            Map.copyOf(builder.globalClusters),
            Map.copyOf(builder.customEndpoints));
    Map<String, List<Statement>> policies = new HashMap<>();
    builder.users.forEach(user -> policies.put(user.arn(), user.policy()));
    builder.roles.values().forEach(role -> policies.put(role.arn(), role.policy()));
    this.iam = new PolicyService(Map.copyOf(policies));
    builder.users.forEach(this::add);
    this.http = HttpStandIn.start(clock, this::answer, request -> Query.of(request).action());
  }

  /**
   * Describes a stand-in.
   *
   * @return a builder, without users and roles yet
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Throttles every request.
   *
   * @return a fault for {@link HttpStandIn#fail(String, HttpFault)}
   */
  public static HttpFault throttles() {
    return right ->
        new ServiceException(400, "Throttling", "Rate exceeded")
            .response(Query.Service.STS.namespace);
  }

  /**
   * Denies every request.
   *
   * @return a fault for {@link HttpStandIn#fail(String, HttpFault)}
   */
  public static HttpFault denies() {
    return right ->
        new ServiceException(403, "AccessDenied", "Not authorized to perform this action")
            .response(Query.Service.STS.namespace);
  }

  /**
   * The HTTP server, to break and to repair. It names requests by their actions, such as {@code
   * sts:AssumeRole}: {@code http().fail("sts:", LocalAws.throttles())} breaks one service, and
   * {@code http().requests()} lists the actions that were called.
   *
   * @return the server
   */
  public HttpStandIn http() {
    return http;
  }

  /**
   * The system properties by which the AWS SDK finds it.
   *
   * @return names and values
   */
  public Map<String, String> properties() {
    return Map.of("aws.endpointUrl", http.endpoint());
  }

  /**
   * The system properties by which the AWS SDK finds it and assumes a role by a web identity, as
   * EKS sets them for a pod.
   *
   * @param role the role
   * @param tokenFile the file that the SDK reads the web identity from
   * @return names and values
   */
  public Map<String, String> webIdentity(LocalRole role, String tokenFile) {
    return Map.of(
        "aws.endpointUrl",
        http.endpoint(),
        "aws.roleArn",
        role.arn(),
        "aws.roleSessionName",
        "orders-7c9f",
        "aws.webIdentityTokenFile",
        tokenFile);
  }

  /**
   * Revokes an access key, here and at the databases.
   *
   * @param accessKeyId the key's id; an unknown one is ignored
   */
  public void revoke(String accessKeyId) {
    identities.remove(accessKeyId);
    databases.forEach(database -> database.revoke(accessKeyId));
  }

  private void add(Identity identity) {
    identities.put(identity.key().id(), identity);
    databases.forEach(database -> database.add(identity.key(), identity.logins(clock)));
  }

  private HttpResponse answer(HttpRequest request) {
    Query query = Query.of(request);
    try {
      if (query.action().equals(SecurityTokenService.ASSUME_ROLE_WITH_WEB_IDENTITY)) {
        return sts.assumeRoleWithWebIdentity(query);
      }
      Identity caller = SignedRequest.of(query).signer(identities, clock.instant());
      return switch (query.action()) {
        case SecurityTokenService.ASSUME_ROLE -> sts.assumeRole(query, caller);
        case SecurityTokenService.GET_CALLER_IDENTITY -> sts.getCallerIdentity(query, caller);
        case DatabaseService.DESCRIBE_INSTANCES -> rds.describeInstances(query, caller);
        case DatabaseService.DESCRIBE_CLUSTERS -> rds.describeClusters(query, caller);
        case DatabaseService.DESCRIBE_GLOBAL_CLUSTERS -> rds.describeGlobalClusters(query, caller);
        case DatabaseService.DESCRIBE_CLUSTER_ENDPOINTS ->
            rds.describeClusterEndpoints(query, caller);
        case PolicyService.SIMULATE -> iam.simulatePrincipalPolicy(query, caller);
        default ->
            throw new ServiceException(
                400, "InvalidAction", "Could not find operation " + query.action());
      };
    } catch (ServiceException e) {
      return e.response(query.service().namespace);
    }
  }

  /** Stops it, and revokes its keys at the databases. */
  @Override
  public void close() {
    http.close();
    List.copyOf(identities.keySet()).forEach(this::revoke);
  }

  /** Its address. */
  @Override
  public String toString() {
    return "LocalAws[" + http.endpoint() + "]";
  }

  /** Describes a {@link LocalAws} and starts it. Not safe for use by several threads. */
  public static final class Builder {

    private final List<Identity> users = new ArrayList<>();
    private final Map<String, LocalRole> roles = new LinkedHashMap<>();
    private final List<LocalRds> databases = new ArrayList<>();
    private final List<Supplier<DatabaseResource>> described = new ArrayList<>();
    private final Map<String, LocalGlobalCluster> globalClusters = new LinkedHashMap<>();
    private final Map<String, DatabaseResource> customEndpoints = new LinkedHashMap<>();
    private String account = LocalRds.ACCOUNT;
    private InstantSource clock = InstantSource.system();

    private Builder() {}

    /**
     * Sets the clock for signatures, sessions and the header {@code Date}.
     *
     * @param clock the clock, asked by several threads; the system's unless set
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Sets the account of the users that are added from now on.
     *
     * @param account twelve digits; {@code 123456789012} unless set
     * @return this
     */
    public Builder account(String account) {
      this.account = account;
      return this;
    }

    /**
     * Adds an IAM user.
     *
     * @param name the user's name
     * @param key the user's access key
     * @param policy what the user may do
     * @return this
     */
    public Builder user(String name, AccessKey key, Statement... policy) {
      String arn = "arn:aws:iam::" + account + ":user/" + name;
      String userId = "AIDACKCEVSQ6C2EXAMPLE";
      users.add(new Identity(account, arn, arn, userId, List.of(policy), key, null));
      return this;
    }

    /**
     * Adds a role.
     *
     * @param role a role; its ARN must be unique
     * @return this
     */
    public Builder role(LocalRole role) {
      roles.put(role.arn(), role);
      return this;
    }

    /**
     * Adds a database. It accepts the keys of users and roles until the stand-in is closed. RDS
     * describes its current state; Aurora DSQL is not described.
     *
     * @param rds a running database
     * @return this
     */
    public Builder database(LocalRds rds) {
      databases.add(rds);
      if (rds.service() == Service.RDS) {
        described.add(() -> DatabaseResource.of(rds));
      }
      return this;
    }

    /**
     * Adds a database that is only described by RDS.
     *
     * @param database its description
     * @return this
     */
    public Builder describes(DatabaseResource database) {
      described.add(() -> database);
      return this;
    }

    /**
     * Adds a global database that RDS describes.
     *
     * @param globalCluster the global database
     * @return this
     */
    public Builder describes(LocalGlobalCluster globalCluster) {
      globalClusters.put(globalCluster.identifier(), globalCluster);
      return this;
    }

    /**
     * Adds a custom endpoint of an Aurora cluster that RDS describes.
     *
     * @param host its name, such as {@code reports.cluster-custom-c9akciq32rgb...}
     * @param cluster the cluster
     * @return this
     */
    public Builder customEndpoint(String host, DatabaseResource cluster) {
      customEndpoints.put(host, cluster);
      return this;
    }

    /**
     * Starts it.
     *
     * @return the running stand-in; to be closed by the caller
     */
    public LocalAws start() {
      return new LocalAws(this);
    }
  }
}
