package io.github.iamhikari.localrds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for one endpoint of RDS or Aurora DSQL: a real database on this machine, behind a
 * gateway that speaks TLS and accepts valid IAM tokens only, as strictly as the service does.
 *
 * <p>It listens on 127.0.0.1, but a token must be signed for the endpoint's {@linkplain #host()
 * name}, {@linkplain #port() port} and {@linkplain #region() region}. An account has all rights in
 * the one {@linkplain #database() database}.
 *
 * <p>Safe for use by several threads. It runs until it is {@linkplain #close() closed} or the JVM
 * ends, and leaves no process and no file behind. If the JVM is killed, the next one that starts a
 * server cleans up.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class LocalRds implements AutoCloseable {

  /** The AWS account that it belongs to, unless another one is set. */
  public static final String ACCOUNT = "123456789012";

  /** The address that every server listens on. */
  static final String ADDRESS = "127.0.0.1";

  private final Engine engine;
  private final Service service;
  private final Endpoint endpoint;
  private final String database;
  private final String account;
  private final String awsAccount;
  private final String resourceId;
  private final Path directory;
  private final boolean hasOwnCertificate;
  private final int listeningPort;
  private final LoginLimit limit;
  private final ConnectionLimit connections;
  private final Authenticator authenticator;
  private final Database server;
  private final LoginProtocol protocol;
  private final SSLContext tls;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Runnable switchesOfTheBuilder;
  private Gateway gateway;

  // Holds the port while nobody listens on it, so that no outgoing connection gets it.
  private @Nullable Socket reservation;

  private LocalRds(
      Builder builder,
      Database.Start start,
      int endpointPort,
      String region,
      Path directory,
      ServerSocket listener)
      throws Exception {
    this.engine = builder.engine;
    this.service = builder.service;
    this.database = builder.database;
    this.account = builder.accounts.iterator().next();
    this.awsAccount = builder.awsAccount;
    this.directory = directory;
    this.hasOwnCertificate = builder.tls == null;
    this.listeningPort = listener.getLocalPort();
    this.endpoint =
        new Endpoint(builder.host, endpointPort == 0 ? listeningPort : endpointPort, region);
    this.resourceId = service == Service.DSQL ? endpoint.firstLabel() : builder.resourceId;
    this.limit = new LoginLimit(builder.nanoTime);
    this.connections = new ConnectionLimit(builder.nanoTime, builder.connectionLifetime);
    this.authenticator =
        new Authenticator(
            new TokenVerifier(service, endpoint, builder.tokenLifetime),
            builder.users(),
            builder.clock,
            limit);
    this.switchesOfTheBuilder =
        switches(builder.iamLogin, builder.loginsPerSecond, builder.mostConnections);
    switchesOfTheBuilder.run();
    builder.keys.values().forEach(this::add);
    this.tls = builder.tls == null ? CertificateAuthority.issue(builder.host) : builder.tls;
    if (hasOwnCertificate) {
      Files.writeString(certificateAuthority(), CertificateAuthority.pem());
    }
    this.server = start.start(directory, new Accounts(database, builder.users(), builder.password));
    this.protocol = login(builder.password);
    this.gateway = Gateway.start(listener, protocol, tls, server.port());
    TemporaryFiles.closeAtExit(this);
  }

  private Runnable switches(boolean iamLogin, int loginsPerSecond, int mostConnections) {
    return () -> {
      authenticator.iamLogin(iamLogin);
      authenticator.linkAll();
      limit.set(loginsPerSecond);
      connections.set(mostConnections);
    };
  }

  private LoginProtocol login(String password) {
    if (service == Service.DSQL) {
      Dsql dsql = new Dsql(endpoint, resource(account), connections);
      return new PostgresLogin(authenticator, password, dsql);
    }
    return engine.login(authenticator, password);
  }

  /**
   * Describes a stand-in for RDS for PostgreSQL.
   *
   * @return a builder; its {@code start()} needs nothing more
   */
  public static Builder postgres() {
    return new Builder(Service.RDS, Engine.POSTGRES, Engine.POSTGRES::start);
  }

  /**
   * Describes a stand-in for RDS for MariaDB, which MySQL clients can log in to, too.
   *
   * @return a builder; its {@code start()} needs nothing more
   */
  public static Builder mariaDb() {
    return new Builder(Service.RDS, Engine.MARIADB, Engine.MARIADB::start);
  }

  /**
   * Describes a stand-in for a cluster of Aurora DSQL. Its database is a PostgreSQL, which accepts
   * SQL that DSQL refuses.
   *
   * <p>A login is as strict as DSQL's: in TLS, with the endpoint's name in it (SNI) or with the
   * cluster's id as {@code options=-c amzn-cluster-id=...}; by a token whose action is {@code
   * DbConnectAdmin} for {@code admin}, which always exists, and {@code DbConnect} for every other
   * role. A connection lives for 60 minutes by the {@linkplain Builder#clock(InstantSource,
   * LongSupplier) clock of logins}; then its client's next message is not answered.
   *
   * @return a builder; its {@code start()} needs nothing more
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html">Using
   *     database roles and IAM authentication</a>
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html">Cluster
   *     quotas and database limits</a>
   */
  public static Builder dsql() {
    return new Builder(
        Service.DSQL,
        Engine.POSTGRES,
        (directory, accounts) ->
            PostgresDatabase.start(directory, accounts, PostgresDatabase.setUpDsql(accounts)));
  }

  /**
   * Describes a stand-in for RDS whose database server is running already, such as a container of
   * PostgreSQL, MySQL or MariaDB. The accounts and the database are created in it; they must not
   * exist yet, and are dropped when the stand-in is {@linkplain LocalRds#close() closed}. The
   * server keeps running.
   *
   * <p>The gateway connects to it without TLS, so it must be on this machine and must not require
   * TLS.
   *
   * @param jdbcUrl the server, such as {@code jdbc:mysql://127.0.0.1:32768/}; only the engine
   *     ({@code postgresql}, {@code mysql} or {@code mariadb}) and the port are taken from it
   * @param administrator a user of the server who may create accounts and databases
   * @param password that user's password
   * @return a builder; its {@code start()} needs nothing more
   * @throws IllegalArgumentException if the URL is of another engine or machine, or has no port
   */
  public static Builder inFrontOf(String jdbcUrl, String administrator, String password) {
    RunningServer running = new RunningServer(jdbcUrl, administrator, password);
    return new Builder(
        Service.RDS, running.engine(), (directory, accounts) -> running.start(accounts));
  }

  /**
   * A trust store with which a JVM trusts the stand-ins of this one, for every driver that uses the
   * JVM's default trust store. In this JVM, set it before the first TLS connection:
   *
   * <pre>{@code
   * System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
   * }</pre>
   *
   * <p>In another JVM, set {@code -Djavax.net.ssl.trustStore}. The type need not be set, and the
   * password, {@code -Djavax.net.ssl.trustStorePassword}, only for MySQL Connector/J 8.
   *
   * <p>It holds the certificate authority of all stand-ins of this JVM, and the roots that this JVM
   * trusted by default at the first call. Safe for use by several threads.
   *
   * @return a file of the format JKS with the password {@code changeit}, which only its owner can
   *     read; always the same one, deleted when this JVM ends
   * @throws IllegalStateException if what this JVM trusts by default cannot be read
   * @throws java.io.UncheckedIOException if the file cannot be written
   * @see <a
   *     href="https://docs.oracle.com/en/java/javase/17/security/java-secure-socket-extension-jsse-reference-guide.html">The
   *     JDK's system properties for TLS</a>
   */
  public static Path trustStore() {
    return TrustStore.file();
  }

  /**
   * The endpoint's name, which a token must be signed for. No DNS server resolves it.
   *
   * @return the name, such as {@code orders.c9akciq32rgb.eu-central-1.rds.amazonaws.com}
   */
  public String host() {
    return endpoint.host();
  }

  /**
   * The endpoint's port, which a token must be signed for.
   *
   * @return the {@link #listeningPort()}, unless it was {@linkplain Builder#endpointPort set}
   */
  public int port() {
    return endpoint.port();
  }

  /**
   * The port on 127.0.0.1 that clients connect to.
   *
   * @return the port
   */
  public int listeningPort() {
    return listeningPort;
  }

  /**
   * The region, which a token must be signed for.
   *
   * @return the region, such as {@code eu-central-1}
   */
  public String region() {
    return endpoint.region();
  }

  /**
   * The accounts' database.
   *
   * @return its name
   */
  public String database() {
    return database;
  }

  /**
   * The database user that logs in with a token; the first, if there are several.
   *
   * @return its name
   */
  public String account() {
    return account;
  }

  /**
   * What it stands in for.
   *
   * @return the service
   */
  public Service service() {
    return service;
  }

  /**
   * The database engine.
   *
   * @return {@code postgres}, for Aurora DSQL too, or {@code mariadb}, for MySQL too
   */
  public String engine() {
    return engine.rdsName;
  }

  /**
   * The AWS account that it belongs to.
   *
   * @return twelve digits
   */
  public String awsAccount() {
    return awsAccount;
  }

  /**
   * The id that policies name the instance or cluster by.
   *
   * @return the id, such as {@code db-ABCDEFGHIJKL01234}; of Aurora DSQL, what the endpoint's name
   *     begins with
   */
  public String resourceId() {
    return resourceId;
  }

  /**
   * What a policy must allow.
   *
   * @param user the database user
   * @return {@code rds-db:connect}, or on Aurora DSQL {@code dsql:DbConnect} or {@code
   *     dsql:DbConnectAdmin}
   */
  public String action(String user) {
    return service.action(user);
  }

  /**
   * The resource on which a policy must allow the {@linkplain #action(String) action}.
   *
   * @param user the database user
   * @return the user's ARN, such as {@code
   *     arn:aws:rds-db:us-east-2:123456789012:dbuser:db-ABCDEFGHIJKL01234/app}; for Aurora DSQL the
   *     cluster's ARN for every user, such as {@code
   *     arn:aws:dsql:us-east-2:123456789012:cluster/local4btxv7r2wm5q3jd6hnysu}
   */
  public String resource(String user) {
    if (service == Service.DSQL) {
      return String.join(
          ":",
          "arn",
          endpoint.partition(),
          "dsql",
          endpoint.region(),
          awsAccount,
          "cluster/" + resourceId);
    }
    return String.join(
        ":",
        "arn",
        endpoint.partition(),
        "rds-db",
        endpoint.region(),
        awsAccount,
        "dbuser",
        resourceId + "/" + user);
  }

  /**
   * Whether clients can log in with IAM.
   *
   * @return true unless it was {@linkplain #iamLogin(boolean) disabled}
   */
  public boolean iamLogin() {
    return authenticator.iamLogin();
  }

  /**
   * Enables or disables IAM login. While it is disabled, every login is refused like one with a
   * wrong password. Open sessions stay open.
   *
   * @param enabled whether clients can log in with IAM
   * @throws IllegalStateException if {@code enabled} is false for Aurora DSQL, which has no other
   *     login
   */
  public void iamLogin(boolean enabled) {
    if (!enabled) {
      service.demandRds("another login than by IAM");
    }
    authenticator.iamLogin(enabled);
  }

  /**
   * Links an account to the owners of the known keys, as {@code AWS IAM GRANT} does on Aurora DSQL,
   * or unlinks it, as {@code AWS IAM REVOKE} does. Each account is linked from the start. Logins of
   * an account that is not linked are refused; open sessions stay open.
   *
   * @param user an account
   * @param linked whether it is linked
   * @throws IllegalStateException if this is not a stand-in for Aurora DSQL
   * @throws IllegalArgumentException for {@code admin}, which Aurora DSQL does not link
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html">Using
   *     database roles and IAM authentication</a>
   */
  public void linked(String user, boolean linked) {
    service.demandDsql("AWS IAM GRANT");
    if (user.equals(Service.ADMIN)) {
      throw new IllegalArgumentException(
          "The role admin of Aurora DSQL is not linked by AWS IAM GRANT. Link another account.");
    }
    authenticator.linked(user, linked);
  }

  /**
   * Sets how many connections to Aurora DSQL there can be at once. Further ones are refused,
   * whatever their token; open ones stay open.
   *
   * @param limit the number; 0 for no limit
   * @throws IllegalArgumentException if it is negative
   * @throws IllegalStateException if this is not a stand-in for Aurora DSQL
   */
  public void mostConnections(int limit) {
    service.demandDsql("a limit of connections");
    connections.set(checkLimit(limit));
  }

  /**
   * Sets how many logins a second it accepts, and how many at once after a second without any.
   * Further ones are refused, whatever their token: by RDS like a wrong password, by Aurora DSQL
   * with an SQLSTATE of its own.
   *
   * @param limit the number; 0 for no limit
   * @throws IllegalArgumentException if it is negative
   */
  public void loginsPerSecond(int limit) {
    this.limit.set(checkLimit(limit));
  }

  private static int checkLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("The limit must be 0 (none) or more, and is " + limit);
    }
    return limit;
  }

  /**
   * Whether it accepts connections.
   *
   * @return false while it is {@linkplain #stop() stopped}, and after {@link #close()}
   */
  public synchronized boolean isRunning() {
    return !closed.get() && reservation == null;
  }

  /**
   * A JDBC URL at 127.0.0.1, without user, password and TLS mode.
   *
   * @return {@code jdbc:postgresql:...} for PostgreSQL, {@code jdbc:mysql:...} for MariaDB and
   *     MySQL
   */
  public String jdbcUrl() {
    return jdbcUrl(ADDRESS);
  }

  /**
   * A JDBC URL with another name of this machine.
   *
   * @param host the name, such as {@link #host()} in a JVM that runs with {@code
   *     -Djdk.net.hosts.file}
   * @return the URL
   */
  public String jdbcUrl(String host) {
    return engine.jdbc + "//" + host + ":" + listeningPort + "/" + PercentEncoding.encode(database);
  }

  /**
   * A JDBC URL that has all a client needs but the user and the token: the server at 127.0.0.1, TLS
   * that verifies it, and {@code iam_host} and {@code iam_region}, which iam-hikari reads and
   * drivers ignore. It is for the drivers of PostgreSQL and MariaDB. MySQL Connector/J takes {@link
   * #jdbcUrl()}, and trusts the server by {@link #trustStore()}.
   *
   * @return {@code jdbc:postgresql:...} or {@code jdbc:mariadb:...}
   */
  public String clientUrl() {
    return clientSettings().url();
  }

  /**
   * The same as {@link #clientUrl()} and the {@linkplain #account() user} as properties of a pool:
   * {@code jdbcUrl}, {@code username} and some that begin with {@code dataSource.}. Constructors of
   * {@code IamHikariDataSource} and {@code HikariConfig} take them.
   *
   * @return new properties, which the caller may change
   */
  public Properties hikariProperties() {
    return clientSettings().properties();
  }

  ClientSettings clientSettings() {
    String authority = hasOwnCertificate ? certificateAuthority().toString() : null;
    return ClientSettings.of(this, engine, authority);
  }

  /**
   * The certificate of the authority that issued the server's certificate, for a client that
   * verifies it. The server's names are {@link #host()}, {@code localhost} and 127.0.0.1. All
   * stand-ins of a JVM have the same authority, which is good for 30 days.
   *
   * @return a PEM file, deleted by {@link #close()}
   * @throws IllegalStateException if the server's certificate was {@linkplain Builder#tls set}
   */
  public Path certificateAuthority() {
    if (!hasOwnCertificate) {
      throw new IllegalStateException(
          "The certificate was set by tls(SSLContext), so its authority is not known here.");
    }
    return directory.resolve("ca.pem");
  }

  /**
   * The attempts to log in so far, with their results. Attempts that ended before they named a user
   * are left out.
   *
   * @return the attempts, oldest first; a copy
   */
  public List<Login> logins() {
    return authenticator.logins();
  }

  /**
   * Adds an access key: tokens signed with it are accepted from now on.
   *
   * @param key the key, in place of a known one of the same id
   */
  public void add(AccessKey key) {
    authenticator.add(key);
  }

  /**
   * Adds an access key whose owner has a policy: tokens signed with it are accepted from now on
   * where the policy allows.
   *
   * @param key the key, in place of a known one of the same id
   * @param policy what its owner may log in to
   */
  public void add(AccessKey key, LoginPolicy policy) {
    authenticator.add(key, user -> policy.refuse(action(user), resource(user)));
  }

  /**
   * Revokes an access key: tokens signed with it, before or after, are refused. Open sessions stay
   * open, as on RDS.
   *
   * @param accessKeyId the key's id; nothing happens if no such key is known
   */
  public void revoke(String accessKeyId) {
    authenticator.revoke(accessKeyId);
  }

  /**
   * Lets every token expire that has been signed so far, as if 15 minutes had passed. Tokens that
   * are signed after this call are accepted; open sessions stay open, as on RDS.
   *
   * <p>Tokens are dated to the second, so this call returns in the next second.
   */
  public void expireTokens() {
    authenticator.expireTokens();
  }

  /**
   * Ends all sessions and refuses connections, like an instance that is stopped or restarts, until
   * {@link #resume()}. The data stays. Does nothing if it is stopped already.
   */
  public synchronized void stop() {
    if (closed.get() || reservation != null) {
      return;
    }
    gateway.close();
    try {
      reservation = Gateway.reserve(listeningPort);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Accepts clients again, on the same port. Does nothing unless it is {@linkplain #stop()
   * stopped}.
   */
  public synchronized void resume() {
    try {
      if (!closed.get() && freePort()) {
        gateway = Gateway.start(Gateway.listen(listeningPort), protocol, tls, server.port());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Undoes what was switched since the start: {@linkplain #resume() resumes}, and sets IAM login,
   * limits and links as the builder described them. Access keys and data stay.
   */
  public void reset() {
    resume();
    switchesOfTheBuilder.run();
  }

  private boolean freePort() throws IOException {
    Socket bound = reservation;
    reservation = null;
    if (bound == null) {
      return false;
    }
    bound.close();
    return true;
  }

  /**
   * Ends all sessions, stops the database and deletes its files. When it returns, the gateway's
   * threads and the database's processes have ended. A server that ran before keeps running,
   * without the accounts and the database. A second call does nothing.
   */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    synchronized (this) {
      gateway.close();
      try {
        freePort();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    server.close();
    TemporaryFiles.delete(directory);
    TemporaryFiles.closed(this);
  }

  /** The server, if it is a PostgreSQL of local-rds' own. */
  PostgresDatabase postgresServer() {
    if (service == Service.RDS && server instanceof PostgresDatabase postgres) {
      return postgres;
    }
    throw new IllegalStateException(
        "A cluster needs LocalRds.postgres(): other databases have no standby here.");
  }

  /** Endpoint and JDBC URL. */
  @Override
  public String toString() {
    return "LocalRds[" + endpoint + " at " + jdbcUrl() + "]";
  }

  /**
   * Describes a {@link LocalRds} and starts it. Not safe for use by several threads. Can start
   * several servers, one after another.
   */
  public static final class Builder {

    private final Service service;
    private final Engine engine;
    private final Database.Start server;
    private final String password = AccessKey.randomHex(20);
    private final Set<String> accounts = new LinkedHashSet<>();
    private final Map<String, AccessKey> keys = new LinkedHashMap<>();
    private String host;
    private @Nullable String region;
    private int endpointPort;
    private int port;
    private String database;
    private String awsAccount = ACCOUNT;
    private String resourceId = "db-" + AccessKey.randomHex(13).toUpperCase(Locale.ROOT);
    private boolean iamLogin = true;
    private Duration tokenLifetime;
    private Duration connectionLifetime = Duration.ofMinutes(60);
    private int mostConnections;
    private InstantSource clock = InstantSource.system();
    private LongSupplier nanoTime = System::nanoTime;
    private int loginsPerSecond;
    private @Nullable SSLContext tls;

    private Builder(Service service, Engine engine, Database.Start server) {
      this.service = service;
      this.engine = engine;
      this.server = server;
      this.host = service.host();
      this.database = service.database();
      this.tokenLifetime = service.longestLifetime();
    }

    /**
     * Sets the endpoint's name.
     *
     * @param host a full name; one of region {@code us-east-2} unless set
     * @return this
     */
    public Builder endpoint(String host) {
      this.host = host;
      return this;
    }

    /**
     * Sets the region.
     *
     * @param region the region; what the endpoint's name says unless set
     * @return this
     */
    public Builder region(String region) {
      this.region = region;
      return this;
    }

    /**
     * Sets the endpoint's port, where it differs from the one that clients connect to, as with a
     * tunnel.
     *
     * @param endpointPort the port; 0, the default, for that one
     * @return this
     */
    public Builder endpointPort(int endpointPort) {
      this.endpointPort = checkPort(endpointPort);
      return this;
    }

    /**
     * Sets the port on 127.0.0.1 that clients connect to.
     *
     * @param port the port; 0, the default, for a free one
     * @return this
     */
    public Builder port(int port) {
      this.port = checkPort(port);
      return this;
    }

    /**
     * Adds a database user that logs in with a token.
     *
     * @param user any name that the engine allows; {@code app_user} alone unless set. Aurora DSQL
     *     has {@code admin} as well
     * @return this
     */
    public Builder account(String user) {
      accounts.add(checkName(user));
      return this;
    }

    /**
     * Adds an access key that is known from the start. There is none unless added, here or
     * {@linkplain LocalRds#add later}.
     *
     * @param key the key, in place of one of the same id
     * @return this
     */
    public Builder credentials(AccessKey key) {
      keys.put(key.id(), key);
      return this;
    }

    /**
     * Sets the AWS account that it belongs to.
     *
     * @param awsAccount twelve digits; {@code 123456789012} unless set
     * @return this
     */
    public Builder awsAccount(String awsAccount) {
      this.awsAccount = awsAccount;
      return this;
    }

    /**
     * Sets the id that policies name the instance or cluster by.
     *
     * @param resourceId such as {@code db-ABCDEFGHIJKL01234}; a random one for each builder unless
     *     set. Aurora DSQL's is part of the endpoint's name
     * @return this
     * @throws IllegalStateException if this describes a stand-in for Aurora DSQL
     */
    public Builder resourceId(String resourceId) {
      service.demandRds("an id of its own");
      this.resourceId = resourceId;
      return this;
    }

    /**
     * Sets whether clients can log in with IAM.
     *
     * @param enabled true unless set
     * @return this
     * @throws IllegalStateException if {@code enabled} is false for Aurora DSQL, which has no other
     *     login
     * @see LocalRds#iamLogin(boolean)
     */
    public Builder iamLogin(boolean enabled) {
      if (!enabled) {
        service.demandRds("another login than by IAM");
      }
      this.iamLogin = enabled;
      return this;
    }

    /**
     * Sets how many connections to Aurora DSQL there can be at once, of which a cluster takes
     * 10,000.
     *
     * @param limit the number; 0, the default, for no limit
     * @return this
     * @throws IllegalArgumentException if it is less
     * @throws IllegalStateException if this does not describe a stand-in for Aurora DSQL
     * @see LocalRds#mostConnections(int)
     */
    public Builder mostConnections(int limit) {
      service.demandDsql("a limit of connections");
      this.mostConnections = checkLimit(limit);
      return this;
    }

    /**
     * Sets how long a connection to Aurora DSQL lives.
     *
     * @param lifetime more than zero; 60 minutes unless set, as AWS documents
     * @return this
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if this does not describe a stand-in for Aurora DSQL
     */
    public Builder connectionLifetime(Duration lifetime) {
      service.demandDsql("a longest life of connections");
      if (lifetime.isZero() || lifetime.isNegative()) {
        throw new IllegalArgumentException(
            "The lifetime of connections must be more than 0 s, and is " + lifetime);
      }
      this.connectionLifetime = lifetime;
      return this;
    }

    /**
     * Sets how many logins it takes in a second, of which an instance of RDS takes about 200 and a
     * cluster of Aurora DSQL 100.
     *
     * @param limit the number; 0, the default, for no limit
     * @return this
     * @throws IllegalArgumentException if it is less
     * @see LocalRds#loginsPerSecond(int)
     */
    public Builder loginsPerSecond(int limit) {
      this.loginsPerSecond = checkLimit(limit);
      return this;
    }

    /**
     * Sets the name of the accounts' database.
     *
     * @param name any name that the engine allows; {@code app} unless set. The one database of
     *     Aurora DSQL is {@code postgres}
     * @return this
     * @throws IllegalStateException if this describes a stand-in for Aurora DSQL
     */
    public Builder database(String name) {
      service.demandRds("a name for its database");
      this.database = checkName(name);
      return this;
    }

    /**
     * Sets how long a token can be used.
     *
     * @param lifetime more than zero and at most 900 seconds, or a week for Aurora DSQL, which are
     *     the defaults; a token with a shorter {@code X-Amz-Expires} lives that long
     * @return this
     * @throws IllegalArgumentException if it is out of bounds
     */
    public Builder tokenLifetime(Duration lifetime) {
      if (lifetime.isZero()
          || lifetime.isNegative()
          || lifetime.compareTo(service.longestLifetime()) > 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The lifetime of tokens must be more than 0 s and at most %d s, and is %s",
                service.longestLifetime().toSeconds(),
                lifetime));
      }
      this.tokenLifetime = lifetime;
      return this;
    }

    /**
     * Sets the clock by which tokens are verified.
     *
     * @param clock the clock, asked by several threads; the system's unless set
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Sets the clocks for tokens, and for the limits of logins and connections.
     *
     * @param clock the clock of tokens, asked by several threads; the system's unless set
     * @param nanoTime the clock of logins and connections, asked by several threads; {@link
     *     System#nanoTime()} unless set
     * @return this
     */
    public Builder clock(InstantSource clock, LongSupplier nanoTime) {
      this.nanoTime = nanoTime;
      return clock(clock);
    }

    /**
     * Sets the server's certificate, for example one that has expired or is for another name, to
     * test how clients react.
     *
     * @param tls a context with a key and its certificate; one for {@link LocalRds#host()}, issued
     *     by the {@linkplain LocalRds#certificateAuthority() authority} of this JVM, unless set
     * @return this
     */
    public Builder tls(SSLContext tls) {
      this.tls = tls;
      return this;
    }

    /**
     * Starts it. This takes some seconds, most for the first one of a JVM, which unpacks the
     * database.
     *
     * @return the running stand-in; to be closed by the caller
     * @throws IllegalArgumentException if no region was set and the endpoint's name contains none
     * @throws IllegalStateException if the port is in use, the disk is full or the database does
     *     not start; the message says which
     */
    public LocalRds start() {
      return start(server, port, endpointPort);
    }

    /**
     * Starts a cluster: a primary and its standby, with this endpoint, these accounts and these
     * access keys. This takes about a second more than one server.
     *
     * @return the running cluster; to be closed by the caller
     * @throws IllegalArgumentException if no region was set and the endpoint's name contains none
     * @throws IllegalStateException if the port is in use, a database does not start, or the engine
     *     is not a PostgreSQL server, of version 15 or later, that local-rds starts itself
     */
    public LocalCluster startCluster() {
      return LocalCluster.start(this);
    }

    /** Starts a standby of one that this has started. It listens on a free port. */
    LocalRds startStandby(LocalRds primary) {
      return start(
          (directory, accounts) -> primary.postgresServer().startStandby(directory),
          0,
          primary.port());
    }

    private LocalRds start(Database.Start database, int listeningPort, int signedPort) {
      String endpointRegion =
          region != null
              ? region
              : Endpoint.regionOf(host)
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "The endpoint's name "
                                  + host
                                  + " contains no region. Set it by region(...)."));
      if (accounts.isEmpty()) {
        accounts.add("app_user");
      }
      ServerSocket listener = listen(listeningPort);
      Path directory = TemporaryFiles.createDirectory();
      try {
        return new LocalRds(this, database, signedPort, endpointRegion, directory, listener);
      } catch (Exception e) {
        close(listener);
        TemporaryFiles.delete(directory);
        throw new IllegalStateException(
            "The database behind " + host + " did not start: " + e.getMessage(), e);
      }
    }

    private static ServerSocket listen(int port) {
      try {
        return Gateway.listen(port);
      } catch (IOException e) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "local-rds cannot listen at %s:%d: %s. Stop the program that uses this port, or"
                    + " choose another port; port 0 is any free one.",
                ADDRESS,
                port,
                e.getMessage()),
            e);
      }
    }

    private static void close(ServerSocket listener) {
      try {
        listener.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Who can log in, and DSQL's {@code admin}. */
    private Set<String> users() {
      Set<String> users = new LinkedHashSet<>(accounts);
      if (service == Service.DSQL) {
        users.add(Service.ADMIN);
      }
      return Collections.unmodifiableSet(users);
    }

    private static int checkPort(int port) {
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("The port must be from 0 to 65535, and is " + port);
      }
      return port;
    }

    private static String checkName(String name) {
      if (name.isEmpty() || name.codePoints().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException(
            "The name \"" + name + "\" is empty or has control characters.");
      }
      return name;
    }
  }
}
