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
 * Opens connections to Amazon RDS, Aurora and Aurora DSQL with an IAM token as the password. Each
 * connection is a physical one: any connection pool can stand on this DataSource.
 *
 * <p>A token is signed when the first connection is opened, and again when it is due, on a thread
 * of its own that ends with the signing. If a server refuses a token that was in use already, a new
 * one is tried once within the same {@code getConnection}. A refused login is thrown as an {@link
 * SQLException} with the driver's SQLState and error code, and the driver's exception as its cause.
 *
 * <p>A token is sent to nobody but the endpoint. Where the configuration says nothing of TLS, the
 * server's certificate must lead to one of Amazon's roots of the endpoint's region, which come
 * along, or to one that the JVM trusts, and be for the endpoint's name, whatever the URL names.
 *
 * <p>May be shared between threads. Those that are given no AWS credentials provider share the
 * SDK's default chain, one per profile, opened by the first and closed by the last; {@link
 * #close()} ends that, and closes no connection.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
public final class IamDataSource implements DataSource, AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** An operator may end the wait for a login's turn, and a pool lose its last connection. */
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  /** How long a login waits for a token where nobody has set a login timeout. */
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

  /** Of the user who logged in last. */
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

  /** What the configured user's tokens are signed for. */
  TokenRequest request() {
    return request;
  }

  /** {@return a builder without settings} */
  public static Builder builder() {
    return new Builder();
  }

  /** {@return the user who logs in unless {@link #getConnection(String, String)} names another} */
  public String getUser() {
    return request.user();
  }

  /**
   * Returns the token that a login of a user would send now, for a pool that shows its credentials.
   * It is a secret; do not log it. {@link #getConnection(String, String)} does not need it.
   *
   * @param user the database user
   * @param patience how long to wait for a token if none lives; zero to start its signing and not
   *     to wait
   * @return the token; empty if there is none by then, or if {@code iam_expiration} is 0, with
   *     which a token is signed for each login
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
   * Tells that the pool has lost all of its connections at once, as when the server is restarted or
   * fails over. What such a server then refuses may be too many logins at once: for 5 minutes
   * {@link #getProblem} has callers wait, and a refused token is not followed at once by another.
   */
  public void connectionsLost() {
    lastLogin.serverWasAway();
  }

  /**
   * Opens a connection for the configured user.
   *
   * @throws SQLException if no token can be signed within the {@linkplain #setLoginTimeout login
   *     timeout}, the server refuses the login or did so just now, the connection fails for another
   *     reason, or this is closed; or, with {@code iam_verify_writer}, if within the login timeout
   *     the endpoint leads to no server that is the writer
   */
  @Override
  public Connection getConnection() throws SQLException {
    return open(logins.ofConfigured(), loginTimeout);
  }

  /** Opens a connection for the configured user, and waits no longer than this for a token. */
  Connection getConnection(Duration patience) throws SQLException {
    return open(logins.ofConfigured(), patience);
  }

  /**
   * Opens a connection for a user, with a token of that user.
   *
   * @param user the user who logs in
   * @param ignored a password, which is never sent
   * @throws SQLException as {@link #getConnection()} does, and if the name is blank, in quotes or
   *     has blanks at its ends
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
   * A token that is good for a login now, as the next {@link #getConnection()} sends it.
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
      connection.close(); // HikariCP drops one that comes after its end
    }
    throwIfClosed();
    return connection;
  }

  /** Waits until a login may be sent, if that does not hold up a caller. */
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
   * Tells of what one of its connections threw: that the server was away, as {@link
   * #connectionsLost}, or that it is not the writer any more. Takes no time, unless the server
   * refused a write.
   *
   * @param e as the driver throws it
   * @return whether the pool should close that connection; never without a {@linkplain
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
   * Returns why a login of the user who logged in last would fail now, if that is known without
   * sending one, and waiting is not likely to help: the server has refused one just now, for 1 to 2
   * s after the first refusal and up to 10 s after more of them; or no token could be signed just
   * now, for 1 s after the first failure and up to 5 s after more of them, and none ever was or
   * there are no AWS credentials at all. Where the server had let this user in and was away since,
   * a refusal is taken for one of too many logins, for 5 minutes, as is one of Aurora DSQL that
   * says so: then it is no problem yet.
   *
   * @return a new exception, as {@link #getConnection()} would throw it; empty if a login would be
   *     sent
   */
  public Optional<SQLException> getProblem() {
    return lastLogin.problem();
  }

  /** {@return the state of the token of the user who logged in last, for an operator} */
  public TokenStatus getTokenStatus() {
    return lastLogin.tokens().status();
  }

  /**
   * Signs a new token for the user who logged in last, and lets the next one be sent even if the
   * last one was refused. That is never needed to keep logging in; it is for an operator who has
   * just changed something.
   *
   * @throws SQLException if none can be signed within the {@linkplain #setLoginTimeout login
   *     timeout}; the old one is kept
   */
  public void renewToken() throws SQLException {
    lastLogin.renew(loginTimeout);
  }

  /** {@return how many users other than the configured one are remembered} */
  int otherUsers() {
    return logins.others();
  }

  /**
   * Gives up its share in the AWS credentials provider, if none was given, lets go whoever waits
   * for a token, and opens no connection any more. Open connections stay open.
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
   * Sets for how long a login waits for a token if none lives, and what the driver makes of it. A
   * pool of HikariCP sets its {@code connectionTimeout}.
   *
   * @param seconds zero for 30 seconds, and the driver's own default
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

  /** Who logs in where; no secret. */
  @Override
  public String toString() {
    return "IamDataSource (" + request + ")";
  }

  /** Collects the settings of an {@link IamDataSource}. Not for several threads. */
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
     * Sets where to connect to.
     *
     * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, or mysql or mariadb
     * @return this
     */
    public Builder jdbcUrl(String jdbcUrl) {
      this.jdbcUrl = jdbcUrl;
      return this;
    }

    /**
     * Sets how connections are made from a URL: by {@link java.sql.DriverManager} unless told
     * otherwise.
     *
     * @param driver makes, of the URL and the driver's properties, what is then asked for
     *     connections by {@link DataSource#getConnection(String, String)}
     * @return this
     */
    public Builder driver(BiFunction<String, Properties, DataSource> driver) {
      this.driver = driver;
      return this;
    }

    /**
     * Sets what makes the connections, instead of a URL: a driver's DataSource, such as {@code
     * PGSimpleDataSource}. It is asked for connections by {@link DataSource#getConnection(String,
     * String)}. If it is pgjdbc's, Connector/J's or MariaDB's, it is told to insist on TLS; of any
     * other, {@code iam_host} and {@code iam_default_port} say what it connects to. What another
     * {@code IamDataSource} stands on is used for the same endpoint, with logins of its own.
     *
     * @param dataSource used as long as what is built
     * @return this
     */
    public Builder dataSource(@Nullable DataSource dataSource) {
      this.dataSource = dataSource;
      return this;
    }

    /**
     * Sets what is run when a connection could not be opened, before {@code getConnection} throws.
     *
     * @param failureListener run on the caller's thread; {@link #getProblem} tells it more
     * @return this
     */
    public Builder failureListener(Runnable failureListener) {
      this.failureListener = failureListener;
      return this;
    }

    /**
     * Sets how many connections a pool has that opens them on a thread of its own. That thread is
     * then held until the next login may be sent, instead of an exception at once: after a refused
     * one for up to 10 s. While the server accepts some logins and refuses others, as RDS does with
     * more than about 200 a second, a pool that has connections gives way to those that have none,
     * for up to 2 minutes; and where the server was away before, {@code getConnection} of a pool
     * that has none logs in again by itself, for as long as the login timeout allows. These waits
     * end with {@link #close()}, {@link #renewToken()} and an interrupt.
     *
     * @param openConnections asked again and again; less than 0 where a caller would be held up, as
     *     while the pool starts
     * @param poolSize how many it wants
     * @return this
     */
    public Builder pool(IntSupplier openConnections, IntSupplier poolSize) {
      this.openConnections = openConnections;
      this.poolSize = poolSize;
      return this;
    }

    /**
     * Sets what is run when the server of a writer's endpoint turns out not to be the writer any
     * more, as after a failover: a pool then closes the connections that it has, those in use when
     * they are returned. It is run once for each time that the endpoint loses its writer, and again
     * when a new connection leads to the writer, before that is in the pool.
     *
     * @param demotionListener run on the thread that met the error, or that opened a connection;
     *     null for a pool that only reads
     * @return this
     * @see IamDataSource#connectionFailed
     */
    public Builder demotionListener(@Nullable Runnable demotionListener) {
      this.demotionListener = demotionListener;
      return this;
    }

    /**
     * Sets for how long a pool keeps a connection. Logs a warning if the server ends sessions
     * before that, as Aurora DSQL does after 60 minutes.
     *
     * @param maxLifetime zero for a pool that sets no limit
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
     * Checks the settings. Nothing is sent, to the database or to AWS.
     *
     * @return what opens connections as this builder was told
     * @throws IllegalArgumentException if a setting is wrong or missing; the message says which and
     *     what to write instead
     */
    public IamDataSource build() {
      LoginConfiguration login = configuration(this::warn);
      DataSource connections = connections(login);
      login.announce(name, credentialsProvider);
      return new IamDataSource(this, login, connections);
    }

    /** Whether the driver is told a URL, and not a DataSource of it. */
    boolean hasUrl() {
      return dataSource == null;
    }

    @Nullable String jdbcUrl() {
      return jdbcUrl;
    }

    /**
     * Checks the settings, as {@link #build()} does.
     *
     * @param warnings takes what is to be warned of
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

    /** What is asked for connections, of which none is opened here. */
    DataSource connections(LoginConfiguration login) {
      if (dataSource == null) {
        return driver.apply(login.urlForDriver(), login.driverProperties());
      }
      return dataSource instanceof IamDataSource other ? other.driver : dataSource;
    }
  }
}
