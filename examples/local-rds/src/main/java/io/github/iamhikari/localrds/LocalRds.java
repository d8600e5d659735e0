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
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for one endpoint of RDS or Aurora DSQL: a real database on this machine, behind a
 * gateway that speaks TLS and lets in whoever has a valid IAM token, as strictly as the service
 * does.
 *
 * <p>It listens on 127.0.0.1, but a token must be signed for the endpoint's {@linkplain #host()
 * name}, {@linkplain #port() port} and {@linkplain #region() region}. An account may do all it
 * likes in the one {@linkplain #database() database}.
 *
 * <p>Safe for use by several threads. It runs until it is {@linkplain #close() closed} or the JVM
 * ends; either way, no process and no file of it is left.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class LocalRds implements AutoCloseable {

  /** The AWS account that it belongs to, unless another one is set. */
  public static final String ACCOUNT = "123456789012";

  /** Where all of it listens. */
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
  private Gateway gateway;

  // Holds the port while nobody listens on it, lest an outgoing connection is given it.
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
    limit.set(builder.loginsPerSecond);
    this.connections = new ConnectionLimit(builder.nanoTime, builder.connectionLifetime);
    connections.set(builder.mostConnections);
    this.authenticator =
        new Authenticator(
            new TokenVerifier(service, endpoint, builder.tokenLifetime),
            builder.users(),
            builder.clock,
            limit);
    authenticator.iamLogin(builder.iamLogin);
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

  private LoginProtocol login(String password) {
    if (service == Service.DSQL) {
      Dsql dsql = new Dsql(endpoint, resource(account), connections);
      return new PostgresLogin(authenticator, password, dsql);
    }
    return engine.login(authenticator, password);
  }

  /**
   * Begins to describe a stand-in for RDS for PostgreSQL.
   *
   * @return a builder that can start it as it is
   */
  public static Builder postgres() {
    return new Builder(Service.RDS, Engine.POSTGRES, Engine.POSTGRES::start);
  }

  /**
   * Begins to describe a stand-in for RDS for MariaDB, which is also reached by the clients of
   * MySQL.
   *
   * @return a builder that can start it as it is
   */
  public static Builder mariaDb() {
    return new Builder(Service.RDS, Engine.MARIADB, Engine.MARIADB::start);
  }

  /**
   * Begins to describe a stand-in for a cluster of Aurora DSQL, whose database is a PostgreSQL that
   * takes all of PostgreSQL's SQL.
   *
   * <p>A login is as strict as DSQL's: in TLS, with the endpoint's name in it (SNI) or with the
   * cluster's id as {@code options=-c amzn-cluster-id=...}; by a token whose action is {@code
   * DbConnectAdmin} for {@code admin}, who is always there, and {@code DbConnect} for everybody
   * else. A connection lives for 60 minutes by the {@linkplain Builder#clock(InstantSource,
   * LongSupplier) clock of logins}; then what its client sends next is not answered.
   *
   * @return a builder that can start it as it is
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
   * Begins to describe a stand-in for RDS whose database is a server that runs already, such as one
   * in a container: PostgreSQL, MySQL or MariaDB. Accounts and database are made in it; they must
   * not be there yet, and are dropped when the stand-in is {@linkplain LocalRds#close() closed}.
   * The server itself goes on.
   *
   * <p>The gateway speaks no TLS with it, so it must be on this machine, and must not insist on
   * TLS.
   *
   * @param jdbcUrl the server, such as {@code jdbc:mysql://127.0.0.1:32768/}; only the engine
   *     ({@code postgresql}, {@code mysql} or {@code mariadb}) and the port are taken from it
   * @param administrator a user of the server who may create accounts and databases
   * @param password that user's password
   * @return a builder that can start it as it is
   * @throws IllegalArgumentException if the URL is of another engine or machine, or has no port
   */
  public static Builder inFrontOf(String jdbcUrl, String administrator, String password) {
    RunningServer running = new RunningServer(jdbcUrl, administrator, password);
    return new Builder(
        Service.RDS, running.engine(), (directory, accounts) -> running.start(accounts));
  }

  /**
   * A key store by which a JVM trusts the stand-ins of this one, whatever the driver, as long as it
   * asks the JVM whom to trust. One line does it for this JVM, before its first TLS connection:
   *
   * <pre>{@code
   * System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
   * }</pre>
   *
   * <p>Another JVM gets the file by {@code -Djavax.net.ssl.trustStore}. Type and password need not
   * be set.
   *
   * <p>It holds the authority of all stand-ins of this JVM, those that start later too, and the
   * roots that this JVM trusted by default when the file was made, which the first call does. Any
   * thread may call it.
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
   * The endpoint's name, which a token must be signed for. No name server knows it.
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
   * The database that was made for the accounts.
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
   * What a policy must allow the {@linkplain #action(String) action} for.
   *
   * @param user the database user
   * @return the user's ARN, such as {@code
   *     arn:aws:rds-db:us-east-2:123456789012:dbuser:db-ABCDEFGHIJKL01234/app}; of Aurora DSQL the
   *     cluster's, whoever the user is, such as {@code
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
   * Enables or disables IAM login. While it is disabled, every login is refused as one by a wrong
   * password. Sessions that are open stay open.
   *
   * @param enabled whether clients can log in with IAM
   * @throws IllegalStateException if it is to be disabled on Aurora DSQL, which has no other login
   */
  public void iamLogin(boolean enabled) {
    if (!enabled) {
      service.demandRds("another login than by IAM");
    }
    authenticator.iamLogin(enabled);
  }

  /**
   * Links an account to whom the known keys belong, as {@code AWS IAM GRANT} does on Aurora DSQL,
   * or to nobody any more, as {@code AWS IAM REVOKE}. Each account is linked from the start. Who is
   * not linked is refused; sessions that are open stay open.
   *
   * @param user an account
   * @param linked whether it is linked
   * @throws IllegalStateException if this is not a stand-in for Aurora DSQL
   * @throws IllegalArgumentException for {@code admin}, whom Aurora DSQL does not link
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/using-database-and-iam-roles.html">Using
   *     database roles and IAM authentication</a>
   */
  public void linked(String user, boolean linked) {
    service.demandDsql("AWS IAM GRANT");
    if (user.equals(Service.ADMIN)) {
      throw new IllegalArgumentException("the role admin needs no AWS IAM GRANT");
    }
    authenticator.linked(user, linked);
  }

  /**
   * Sets how many connections to Aurora DSQL there can be at once. A further one is refused,
   * whatever its token; those that are open stay open.
   *
   * @param limit the number; 0 for no limit
   * @throws IllegalArgumentException if it is less
   * @throws IllegalStateException if this is not a stand-in for Aurora DSQL
   */
  public void mostConnections(int limit) {
    service.demandDsql("a limit of connections");
    connections.set(checkLimit(limit));
  }

  /**
   * Sets how many logins it takes in a second, and at once after a second without any. A further
   * one is refused, whatever its token: by RDS as one by a wrong password, by Aurora DSQL in words
   * of its own.
   *
   * @param limit the number; 0 for no limit
   * @throws IllegalArgumentException if it is less
   */
  public void loginsPerSecond(int limit) {
    this.limit.set(checkLimit(limit));
  }

  private static int checkLimit(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("a limit is 0 or more, not " + limit);
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
   * A JDBC URL to connect with, at 127.0.0.1. It says nothing of user, password and TLS.
   *
   * @return {@code jdbc:postgresql:...} for PostgreSQL, {@code jdbc:mysql:...} for MariaDB and
   *     MySQL
   */
  public String jdbcUrl() {
    return jdbcUrl(ADDRESS);
  }

  /**
   * A JDBC URL to connect with, by another name of this machine.
   *
   * @param host the name, such as {@link #host()} in a JVM that runs with {@code
   *     -Djdk.net.hosts.file}
   * @return the URL
   */
  public String jdbcUrl(String host) {
    return engine.jdbc + "//" + host + ":" + listeningPort + "/" + PercentEncoding.encode(database);
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
          "the certificate was set by tls(SSLContext), so local-rds does not know its authority");
    }
    return directory.resolve("ca.pem");
  }

  /**
   * What has become of each attempt to log in so far. One that did not get as far as to name its
   * user is not among them.
   *
   * @return the attempts, oldest first; a copy
   */
  public List<Login> logins() {
    return authenticator.logins();
  }

  /**
   * Makes an access key known: what is signed with it opens the database from now on.
   *
   * @param key the key, in place of a known one of the same id
   */
  public void add(AccessKey key) {
    authenticator.add(key);
  }

  /**
   * Makes an access key known whose owner may not log in everywhere: what is signed with it opens
   * the database from now on as far as the policy allows.
   *
   * @param key the key, in place of a known one of the same id
   * @param policy what its owner may log in to
   */
  public void add(AccessKey key, LoginPolicy policy) {
    authenticator.add(key, user -> policy.refuse(action(user), resource(user)));
  }

  /**
   * Forgets an access key: what is or was signed with it opens the database no more. Sessions that
   * are open stay open, as on RDS.
   *
   * @param accessKeyId the key's id; nothing happens if no such key is known
   */
  public void revoke(String accessKeyId) {
    authenticator.revoke(accessKeyId);
  }

  /**
   * Cuts all sessions and refuses connections, as an instance that is stopped or restarts, until it
   * {@linkplain #resume() resumes}. The data stays. Nothing happens if it is stopped.
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
   * Lets clients in again, on the same port. Nothing happens unless it is {@linkplain #stop()
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
   * Cuts all sessions, stops the database and deletes its files. When it returns, the gateway's
   * threads and the database's processes are gone. A server that ran before goes on, without what
   * was made there. A second call does nothing.
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
        "a cluster is made of PostgreSQL servers of RDS that local-rds starts itself");
  }

  /** Where and what it is, in one line. */
  @Override
  public String toString() {
    return "LocalRds[" + endpoint + " at " + jdbcUrl() + "]";
  }

  /** Describes a {@link LocalRds} and starts it. For one thread; can start several, one by one. */
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
     * Sets the endpoint's port, if it is not the one that clients connect to, as with a tunnel.
     *
     * @param endpointPort the port, or 0 for that one, as it is unless set
     * @return this
     */
    public Builder endpointPort(int endpointPort) {
      this.endpointPort = checkPort(endpointPort);
      return this;
    }

    /**
     * Sets the port on 127.0.0.1 that clients connect to.
     *
     * @param port the port, or 0 for a free one, as it is unless set
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
     *     set. That of Aurora DSQL stands in the endpoint's name
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
     * @throws IllegalStateException if it is to be disabled on Aurora DSQL, which has no other
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
     * @param limit the number; 0 for no limit, as it is unless set
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
     * @param lifetime more than nothing; 60 minutes unless set, as a cluster has it
     * @return this
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if this does not describe a stand-in for Aurora DSQL
     */
    public Builder connectionLifetime(Duration lifetime) {
      service.demandDsql("a longest life of connections");
      if (lifetime.isZero() || lifetime.isNegative()) {
        throw new IllegalArgumentException("a connection lives more than 0 s, not " + lifetime);
      }
      this.connectionLifetime = lifetime;
      return this;
    }

    /**
     * Sets how many logins it takes in a second, of which an instance of RDS takes about 200 and a
     * cluster of Aurora DSQL 100.
     *
     * @param limit the number; 0 for no limit, as it is unless set
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
     * @param lifetime more than nothing and at most 900 seconds, or a week for Aurora DSQL, as it
     *     is unless set; a token that says less by {@code X-Amz-Expires} can be used for that
     * @return this
     * @throws IllegalArgumentException if it is none of these
     */
    public Builder tokenLifetime(Duration lifetime) {
      if (lifetime.isZero()
          || lifetime.isNegative()
          || lifetime.compareTo(service.longestLifetime()) > 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "a token lives more than 0 s and at most %d s, not %s",
                service.longestLifetime().toSeconds(),
                lifetime));
      }
      this.tokenLifetime = lifetime;
      return this;
    }

    /**
     * Sets the clock that tokens are judged by.
     *
     * @param clock the clock, asked by several threads; the system's unless set
     * @return this
     */
    public Builder clock(InstantSource clock) {
      this.clock = clock;
      return this;
    }

    /**
     * Sets the clocks that tokens, the number of logins and the age of connections are judged by.
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
     * Sets what the server speaks TLS with, for example with a certificate that has expired or is
     * for another name, so that a test sees what a client makes of it.
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
     * Starts it. Takes some seconds, the longest for the first one of a JVM.
     *
     * @return the running stand-in; to be closed by the caller
     * @throws IllegalArgumentException if no region was set and the endpoint's name tells none
     * @throws IllegalStateException if the port is in use or the database does not start
     */
    public LocalRds start() {
      return start(server, port, endpointPort);
    }

    /**
     * Starts two of it, as a cluster of RDS has them: a primary and its standby, with this
     * endpoint, these accounts and these access keys. Takes about a second more than one.
     *
     * @return the running cluster; to be closed by the caller
     * @throws IllegalArgumentException if no region was set and the endpoint's name tells none
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
                      () -> new IllegalArgumentException("no region in " + host + ": set it"));
      if (accounts.isEmpty()) {
        accounts.add("app_user");
      }
      Path directory = TemporaryFiles.createDirectory();
      try {
        ServerSocket listener = Gateway.listen(listeningPort);
        try {
          return new LocalRds(this, database, signedPort, endpointRegion, directory, listener);
        } catch (Exception e) {
          listener.close();
          throw e;
        }
      } catch (Exception e) {
        TemporaryFiles.delete(directory);
        throw new IllegalStateException("the stand-in for " + host + " did not start", e);
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
        throw new IllegalArgumentException("a port is from 0 to 65535, not " + port);
      }
      return port;
    }

    private static String checkName(String name) {
      if (name.isEmpty() || name.codePoints().anyMatch(Character::isISOControl)) {
        throw new IllegalArgumentException("not a name: \"" + name + "\"");
      }
      return name;
    }
  }
}
