package io.github.iamhikari.core;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DataSource that opens connections to Amazon RDS, Aurora and Aurora DSQL with an IAM token as
 * the password. Each connection is a physical one, so any connection pool can use this DataSource.
 *
 * <p>The first connection triggers the signing of a token; later ones reuse it until it is due for
 * renewal. Signing runs on a short-lived thread of its own. If the server rejects a token that has
 * worked before, the same {@code getConnection} call tries once more with a new token. A rejected
 * login throws an {@link SQLException} with the driver's SQLState and error code, and with the
 * driver's exception as its cause.
 *
 * <p>PostgreSQL's, MySQL's and MariaDB's drivers are configured to send tokens over TLS only.
 * Unless the configuration sets up TLS itself, they also verify the server first: its certificate
 * must be issued for the endpoint's name, whatever host the URL names, and must chain to one of
 * Amazon's root certificates for the endpoint's region, which this library includes, or to one that
 * the JVM trusts.
 *
 * <p>Thread-safe. All instances without an AWS credentials provider of their own share the SDK's
 * default chain, one per profile, which the first instance opens and the last one closes. Call
 * {@link #close()} when the instance is no longer needed; open connections stay open.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamDataSource implements DataSource, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** How often a waiting login checks whether an operator or a lost connection ends its wait. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How long a login waits for a token if no login timeout is set. */
  private static final Duration DEFAULT_LOGIN_TIMEOUT = Duration.ofSeconds(30);

  /** SQLSTATE: invalid authorization specification. */
  private static final String NO_SUCH_USER = "28000";

  private final String name;
  private final TokenRequest request;
  private final Duration expiration;
  private final DataSource driver;
  private final Runnable failureListener;
  private final IntSupplier openConnections;
  private final LongSupplier nanoTime;
  private final TokenFactory factory;
  private final PerUser<Login> logins;
  private final @Nullable WriterVerification verification;
  private final @Nullable WriterWatch watch;

  /** Ends the waits for the writer, and for a login's turn. */
  private final CountDownLatch closing = new CountDownLatch(1);

  /** The login of the user who logged in last. */
  private volatile Login lastLogin;

  private volatile Duration loginTimeout = DEFAULT_LOGIN_TIMEOUT;
  private volatile boolean isClosed;

  private IamDataSource(Builder builder, LoginConfiguration login, DataSource driver) {
    this.name = builder.name;
    this.request = login.request();
    this.expiration = login.settings().expiration();
    this.driver = driver;
    this.failureListener = builder.failureListener;
    this.openConnections = builder.openConnections;
    this.nanoTime = builder.nanoTime;
    this.factory = new TokenFactory(builder, login, null);
    this.logins =
        new PerUser<>(request, of -> factory.loginOf(of, builder.poolSize), Login::isIdle);
    this.lastLogin = logins.ofConfigured();
    this.verification =
        login.settings().verifyWriter()
            ? new WriterVerification(request, builder.nanoTime, this::awaitClosing)
            : null;
    this.watch = builder.watchOf(login);
  }

  /** What the tokens of the configured user are signed for. */
  TokenRequest request() {
    return request;
  }

  /** {@return a new builder} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the user who logs in unless {@link #getConnection(String, String)} names another} */
  public String getUser() {
    return request.user();
  }

  /**
   * Returns the token that a login of this user would send now, for a pool that exposes its
   * credentials. The token is a secret; do not log it. {@link #getConnection(String, String)} does
   * not need it.
   *
   * @param user the database user
   * @param patience how long to wait if there is no usable token; zero starts the signing without
   *     waiting for it
   * @return the token; empty if there is none within this time, or if {@code iam_expiration} is 0,
   *     because each login then has a token of its own
   */
  public Optional<String> getToken(String user, Duration patience) {
    if (expiration.isZero()) {
      return Optional.empty();
    }
    CachedToken tokens = logins.of(user).tokens();
    if (patience.isZero()) {
      return Optional.ofNullable(tokens.living()).map(IamToken::value);
    }
    try {
      return Optional.of(tokens.current(patience).value());
    } catch (SQLException e) {
      logger.debug("{} - Could not get a token: {}", name, e.getMessage());
      return Optional.empty();
    }
  }

  /** The login of the configured user. */
  Login login() {
    return logins.ofConfigured();
  }

  /**
   * Reports that the pool has lost all of its connections at once, as in a restart or a failover of
   * the server. A server that comes back may reject valid tokens because too many clients log in at
   * once. For the next 5 minutes {@link #getProblem} therefore reports no problem after a
   * rejection, and a rejected token is not replaced at once.
   */
  public void connectionsLost() {
    lastLogin.serverWasAway();
  }

  /**
   * Opens a connection for the configured user.
   *
   * @throws SQLException if no token can be signed within the {@linkplain #setLoginTimeout login
   *     timeout}; if the server rejects the login, or did so a moment ago; if the connection fails
   *     for another reason; if this DataSource is closed; or, with {@code iam_verify_writer}, if
   *     the endpoint does not lead to the writer within the login timeout
   */
  @Override
  public Connection getConnection() throws SQLException {
    return open(logins.ofConfigured(), loginTimeout);
  }

  /** Opens a connection for the configured user, waiting at most this long for a token. */
  Connection getConnection(Duration patience) throws SQLException {
    return open(logins.ofConfigured(), patience);
  }

  /**
   * Opens a connection for another user, with a token signed for that user.
   *
   * @param user the user who logs in
   * @param ignored the password; never sent
   * @throws SQLException as {@link #getConnection()} does, and if the name is blank, in quotes, or
   *     begins or ends with a blank
   */
  @Override
  public Connection getConnection(String user, @Nullable String ignored) throws SQLException {
    try {
      return open(logins.of(LoginTarget.checked(user)), loginTimeout);
    } catch (IllegalArgumentException e) {
      throw new SQLException(e.getMessage(), NO_SUCH_USER, e);
    }
  }

  /**
   * The token that the next {@link #getConnection()} will send.
   *
   * @throws SQLException if none can be signed within the login timeout
   */
  IamToken token() throws SQLException {
    return lastLogin.tokens().current(loginTimeout);
  }

  private Connection open(Login login, Duration patience) throws SQLException {
    throwIfClosed();
    lastLogin = login;
    long start = nanoTime.getAsLong();
    Connection connection = null;
    while (connection == null) {
      awaitTurn(login);
      try {
        connection = opened(login, patience, start);
      } catch (SQLException e) {
        failureListener.run();
        if (openConnections.getAsInt() != 0 || !login.isHeld(remaining(patience, start))) {
          throw e;
        }
      }
    }
    if (isClosed) {
      connection.close(); // a closed HikariCP pool would drop it
    }
    throwIfClosed();
    return connection;
  }

  /** Waits until the next login is allowed, unless that would delay a caller. */
  private void awaitTurn(Login login) throws SQLException {
    while (true) {
      int connections = openConnections.getAsInt();
      Duration wait = connections < 0 ? Duration.ZERO : login.timeToTurn(connections > 0);
      if (wait.compareTo(Duration.ZERO) <= 0) {
        return;
      }
      try {
        awaitClosing(wait.compareTo(LOOK_AGAIN) < 0 ? wait : LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new SQLException("Interrupted while waiting to log in", "08001", e);
      }
      throwIfClosed();
    }
  }

  private Duration remaining(Duration patience, long start) {
    return patience.minusNanos(nanoTime.getAsLong() - start);
  }

  private Connection opened(Login login, Duration patience, long start) throws SQLException {
    return verification == null
        ? opened(login, patience)
        : verification.open(
            () -> opened(login, patience), login::serverWasAway, remaining(patience, start));
  }

  private Connection opened(Login login, Duration patience) throws SQLException {
    throwIfClosed();
    if (watch == null) {
      return login.open(driver, patience);
    }
    while (true) {
      int demotions = watch.demotions();
      Connection connection = login.open(driver, patience);
      if (watch.takes(connection, demotions)) {
        return connection;
      }
      connection.close();
      login.serverWasAway();
    }
  }

  private void awaitClosing(Duration time) throws InterruptedException {
    boolean ignored = closing.await(time.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Reports an exception of one of the connections, which may show that the server was unavailable,
   * as {@link #connectionsLost} does, or that it is no longer the writer. Returns quickly, unless
   * the server rejected a write.
   *
   * @param e the driver's exception
   * @return true if the pool should close the connection; always false without a {@linkplain
   *     Builder#demotionListener demotion listener}
   */
  public boolean connectionFailed(SQLException e) {
    if (LoginFailure.saysThatServerIsAway(e)) {
      lastLogin.serverWasAway();
    }
    return watch != null && watch.failed(e);
  }

  private void throwIfClosed() throws SQLException {
    if (isClosed) {
      throw new SQLException(this + " has been closed.", "08003");
    }
  }

  /**
   * Returns the reason why a login of the user who logged in last would fail now, if that is known
   * without logging in and waiting is unlikely to help. There are two such reasons. The server has
   * just rejected a login: this holds for 1 to 2 s after the first rejection, and for up to 10 s
   * after repeated ones. Or a token has just failed to be signed, and either none was ever signed
   * or there are no AWS credentials at all: this holds for 1 s after the first failure, and for up
   * to 5 s after repeated ones. A rejection counts as throttling, and not as a problem, for up to 5
   * minutes if the server has accepted this user before and was unavailable since, or if Aurora
   * DSQL reports too many logins.
   *
   * @return a new exception, as {@link #getConnection()} would throw it; empty if the next call
   *     would try to log in
   */
  public Optional<SQLException> getProblem() {
    return lastLogin.problem();
  }

  /** {@return the state of the token of the user who logged in last, for monitoring} */
  public TokenStatus getTokenStatus() {
    return lastLogin.tokens().status();
  }

  /**
   * Signs a new token for the user who logged in last, and allows the next login at once even if
   * the last one was rejected. Tokens are renewed without this method; it is for an operator who
   * has just changed a policy, a user or credentials.
   *
   * @throws SQLException if no token can be signed within the {@linkplain #setLoginTimeout login
   *     timeout}; the old token is kept
   */
  public void renewToken() throws SQLException {
    lastLogin.renew(loginTimeout);
  }

  /** {@return how many users other than the configured one have a login here} */
  int otherUsers() {
    return logins.others();
  }

  /**
   * Closes this DataSource: no further connections are opened, callers that wait for a token fail
   * immediately, and the share in the default AWS credentials chain is released. Open connections
   * stay open, and so does an AWS credentials provider that was passed in. Further calls have no
   * effect.
   */
  @Override
  public void close() {
    isClosed = true;
    closing.countDown();
    logins.forEach(login -> login.tokens().close());
    factory.close();
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return driver.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    driver.setLogWriter(out);
  }

  /**
   * Sets how long a login waits for a token if there is no usable one, and the driver's own login
   * timeout. HikariCP sets this to its {@code connectionTimeout}.
   *
   * @param seconds the timeout in seconds; zero for 30 seconds and the driver's own default
   */
  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    loginTimeout = seconds == 0 ? DEFAULT_LOGIN_TIMEOUT : Duration.ofSeconds(seconds);
    driver.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return driver.getLoginTimeout();
  }

  @Override
  public java.util.logging.Logger getParentLogger() throws SQLFeatureNotSupportedException {
    return driver.getParentLogger();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    if (type.isInstance(this)) {
      return type.cast(this);
    }
    return type.isInstance(driver) ? type.cast(driver) : driver.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return type.isInstance(this) || type.isInstance(driver) || driver.isWrapperFor(type);
  }

  /** {@return the user and the endpoint, without secrets} */
  @Override
  public String toString() {
    return "IamDataSource (" + request + ")";
  }

  /** Builds an {@link IamDataSource}. Not thread-safe. */
  public static final class Builder extends LoginBuilder<Builder> {

    private @Nullable String jdbcUrl;
    private @Nullable DataSource dataSource;
    private BiFunction<String, Properties, DataSource> driver = DriverManagerDataSource::new;
    private Runnable failureListener = () -> {};
    private IntSupplier openConnections = () -> -1;
    private IntSupplier poolSize = () -> 10;
    private @Nullable Runnable demotionListener;
    private @Nullable Duration maxLifetime;

    private Builder() {}

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets the JDBC URL to connect to.
     *
     * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, or {@code jdbc:mysql:} or {@code
     *     jdbc:mariadb:}
     * @return this
     */
    public Builder jdbcUrl(String jdbcUrl) {
      this.jdbcUrl = jdbcUrl;
      return this;
    }

    /**
     * Sets how connections are opened from the URL; by default through {@link
     * java.sql.DriverManager}.
     *
     * @param driver creates a DataSource from the URL and the driver's properties, whose {@link
     *     DataSource#getConnection(String, String)} then opens the connections
     * @return this
     */
    public Builder driver(BiFunction<String, Properties, DataSource> driver) {
      this.driver = driver;
      return this;
    }

    /**
     * Sets a DataSource that opens the connections, instead of a URL: a driver's own, such as
     * {@code PGSimpleDataSource}. Connections are opened with {@link
     * DataSource#getConnection(String, String)}. A DataSource of pgjdbc, Connector/J or MariaDB's
     * driver is configured to require TLS; for any other one, set {@code iam_host} and {@code
     * iam_default_port} to the endpoint that it connects to. If it is another {@code
     * IamDataSource}, its driver and endpoint are reused, with separate logins.
     *
     * @param dataSource the DataSource; must remain usable as long as the built one, and is not
     *     closed with it
     * @return this
     */
    public Builder dataSource(@Nullable DataSource dataSource) {
      this.dataSource = dataSource;
      return this;
    }

    /**
     * Sets a callback that runs when a connection could not be opened, before {@code getConnection}
     * throws.
     *
     * @param failureListener runs on the caller's thread; see {@link #getProblem} for the reason
     * @return this
     */
    public Builder failureListener(Runnable failureListener) {
      this.failureListener = failureListener;
      return this;
    }

    /**
     * Sets the size of a pool that opens its connections on a background thread. {@code
     * getConnection} then makes that thread wait for the next allowed login, up to 10 s after a
     * rejected one, instead of throwing at once. While the server accepts some logins and rejects
     * others, as RDS does above about 200 per second, a pool that has connections waits for up to 2
     * minutes to let pools without any go first. If the server was unavailable before, {@code
     * getConnection} of a pool without connections retries by itself for as long as the login
     * timeout allows. {@link #close()}, {@link #renewToken()} and an interrupt end these waits.
     *
     * @param openConnections the number of open connections, polled often; negative if waiting
     *     would delay a caller, as during the pool's start
     * @param poolSize the number of connections that the pool wants
     * @return this
     */
    public Builder pool(IntSupplier openConnections, IntSupplier poolSize) {
      this.openConnections = openConnections;
      this.poolSize = poolSize;
      return this;
    }

    /**
     * Sets a callback that runs when the server behind a writer endpoint turns out to be no longer
     * the writer, as after a failover. The pool should then close its connections, those in use
     * when they are returned. The callback runs once each time the endpoint loses its writer, and
     * again when a new connection leads to the writer, before that connection is in the pool.
     *
     * @param demotionListener runs on the thread that saw the error or opened the connection; null
     *     for a pool that only reads
     * @return this
     * @see IamDataSource#connectionFailed
     */
    public Builder demotionListener(@Nullable Runnable demotionListener) {
      this.demotionListener = demotionListener;
      return this;
    }

    /**
     * Sets how long the pool keeps a connection. {@link #build()} logs a warning if the server ends
     * sessions earlier, as Aurora DSQL does after 60 minutes.
     *
     * @param maxLifetime the pool's limit; zero for none
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @see <a
     *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html">Quotas
     *     of Aurora DSQL</a>
     */
    public Builder maxLifetime(Duration maxLifetime) {
      if (maxLifetime.isNegative()) {
        throw new IllegalArgumentException(
            "maxLifetime is negative; set it to the time that the pool keeps a connection, or to"
                + " zero for no limit");
      }
      this.maxLifetime = maxLifetime;
      return this;
    }

    private @Nullable WriterWatch watchOf(LoginConfiguration login) {
      EndpointName server = login.target().server();
      return demotionListener == null || !server.isWriter() || server.isOfDsql()
          ? null
          : new WriterWatch(
              name,
              login.request(),
              login.url().protocol() == JdbcUrl.Protocol.POSTGRESQL,
              nanoTime,
              demotionListener);
    }

    /**
     * Checks the settings and builds the DataSource. Sends nothing to the database or to AWS.
     *
     * @return a new DataSource
     * @throws IllegalArgumentException if a setting is wrong or missing; the message says which and
     *     what to write instead
     */
    public IamDataSource build() {
      LoginConfiguration login = configuration(this::warn);
      DataSource connections = connections(login);
      login.announce(name, credentialsProvider);
      return new IamDataSource(this, login, connections);
    }

    /** Whether connections are opened from a URL and not from a driver's DataSource. */
    boolean hasUrl() {
      return dataSource == null;
    }

    @Nullable String jdbcUrl() {
      return jdbcUrl;
    }

    /**
     * Checks the settings, as {@link #build()} does.
     *
     * @param warnings receives each warning
     */
    LoginConfiguration configuration(Consumer<String> warnings) {
      LoginConfiguration login = checked(warnings);
      login.warnOfLifetime(warnings, maxLifetime);
      return login;
    }

    private LoginConfiguration checked(Consumer<String> warnings) {
      if (dataSource == null) {
        return LoginConfiguration.ofUrl(name, warnings, jdbcUrl, user, properties);
      }
      if (dataSource instanceof IamDataSource other) {
        return LoginConfiguration.ofOther(name, warnings, other.request, user, properties);
      }
      return LoginConfiguration.ofDataSource(name, warnings, dataSource, user, properties);
    }

    /** The DataSource that opens the connections; opens none itself. */
    DataSource connections(LoginConfiguration login) {
      if (dataSource == null) {
        return driver.apply(login.urlForDriver(), login.driverProperties());
      }
      return dataSource instanceof IamDataSource other ? other.driver : dataSource;
    }
  }
}
