package io.github.iamhikari;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import com.zaxxer.hikari.pool.HikariPool;
import com.zaxxer.hikari.util.Credentials;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.IamDoctor;
import io.github.iamhikari.core.IamSettings;
import io.github.iamhikari.core.TokenStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * A {@link HikariDataSource} that logs in to Amazon RDS, Aurora and Aurora DSQL with AWS IAM
 * instead of a password. Its credentials are refreshed from the current IAM token before HikariCP
 * opens a physical connection; all else is HikariCP's own.
 *
 * <p>The {@code iam_*} settings are kept among the {@linkplain #getDataSourceProperties() data
 * source properties}, so that every way to configure HikariCP can give them; the driver never sees
 * them. A password in the configuration is ignored. TLS is switched on where the configuration is
 * silent about it.
 *
 * <p>As with {@code HikariDataSource}, a pool made from a {@link HikariConfig} starts at once and a
 * connection costs a little less to borrow from it; one made with the constructor without arguments
 * starts with the first {@link #getConnection()}. May be shared between threads. {@link #close()}
 * closes the pool and the AWS credentials provider, unless that was given.
 *
 * <p>It may be subclassed. A subclass that overrides {@link #getCredentials()} names the user; the
 * password that it gives is not sent. As with {@code HikariDataSource}, a pool made from a
 * configuration starts before the fields of a subclass exist.
 *
 * <p>What is wrong in the configuration is thrown as an {@link IllegalArgumentException} when the
 * pool starts, before anything is sent. A login that fails is an {@link java.sql.SQLException} with
 * the driver's SQLState and error code, which reaches the caller as HikariCP hands it on: a pool
 * that starts throws as {@code initializationFailTimeout} says, and a running one has it as the
 * cause when a connection is not available in time. Callers of a running pool that has no
 * connection at all learn of a refused login, or that there are no AWS credentials, as soon as it
 * is known.
 *
 * @see IamSettings
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
@SuppressWarnings("this-escape") // HikariDataSource starts the pool in its constructor
public class IamHikariDataSource extends HikariDataSource {

  // The constructors that start the pool do so before these fields exist: nothing that HikariCP
  // calls may use them, except validate(), which it calls for the other constructor only.
  private @Nullable AwsCredentialsProvider awsCredentialsProvider;

  // What was set as the dataSource: a start that fails is tried again with it.
  private @Nullable DataSource readyDataSource;

  // HikariCP forgets it when the pool starts.
  private boolean hadPassword;

  // What took its place.
  private volatile @Nullable IamDataSource installed;

  // What the pool was last told to start with.
  private List<@Nullable Object> startedWith = List.of();

  // Why the last caller got none, while the pool had no connection.
  private volatile @Nullable Exception failure;

  // For the meters of the tokens alone.
  private volatile @Nullable Object tokenRegistry;

  private final AtomicReference<@Nullable TokenMonitor> monitor = new AtomicReference<>();

  private final WaitingCallers waitingCallers;

  /** A pool to be configured by its setters; it starts with the first {@code getConnection()}. */
  public IamHikariDataSource() {
    this.waitingCallers = new WaitingCallers();
  }

  /**
   * A pool that starts now, with AWS credentials from the SDK's default chain.
   *
   * @param config copied, and not changed
   * @throws IllegalArgumentException if the configuration is wrong or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, as {@link #setInitializationFailTimeout} says
   */
  public IamHikariDataSource(HikariConfig config) {
    this(config, builder -> builder);
  }

  /**
   * A pool that starts now.
   *
   * @param config copied, and not changed
   * @param awsCredentialsProvider asked once per token; it stays open when the pool is closed
   * @throws IllegalArgumentException if the configuration is wrong or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, as {@link #setInitializationFailTimeout} says
   */
  public IamHikariDataSource(HikariConfig config, AwsCredentialsProvider awsCredentialsProvider) {
    this(config, builder -> builder.awsCredentialsProvider(requireNonNull(awsCredentialsProvider)));
    this.awsCredentialsProvider = awsCredentialsProvider;
  }

  /**
   * A pool that starts now, with AWS credentials from the SDK's default chain.
   *
   * @param properties those of HikariCP, and the {@code iam_*} settings as they are or, as HikariCP
   *     writes the driver's properties, behind {@code dataSource.}
   * @throws IllegalArgumentException if HikariCP does not take a property, or the configuration is
   *     wrong or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, as {@link #setInitializationFailTimeout} says
   */
  public IamHikariDataSource(Properties properties) {
    this(PoolProperties.config(properties));
  }

  /**
   * A pool that starts now, with AWS credentials from the SDK's default chain.
   *
   * @param propertyFileName a file, or else a resource of the class path, with properties as {@link
   *     #IamHikariDataSource(Properties)} takes them
   * @throws IllegalArgumentException if there is no such file, HikariCP does not take a property,
   *     or the configuration is wrong or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, as {@link #setInitializationFailTimeout} says
   */
  public IamHikariDataSource(String propertyFileName) {
    this(PoolProperties.read(propertyFileName));
  }

  /** With a customizer of how the logins are made. */
  IamHikariDataSource(HikariConfig config, UnaryOperator<IamDataSource.Builder> customizer) {
    this(new LoginConfig(config, customizer));
  }

  private IamHikariDataSource(LoginConfig config) {
    super(config);
    this.readyDataSource = config.readyDataSource();
    this.hadPassword = config.hasPassword();
    this.waitingCallers = config.waitingCallers();
    this.installed = iamDataSource(this);
    PoolConnections.belongsTo(this, config);
    monitorTokens();
  }

  /** {@return the endpoint that tokens are signed for, or null if it is the JDBC URL's host} */
  public @Nullable String getIamHost() {
    return settings().host();
  }

  /**
   * Sets the endpoint that tokens are signed for. It is needed where the JDBC URL names something
   * else: a domain of your own, an IP address, or the near end of a tunnel.
   *
   * @param iamHost the endpoint's name, or null for the JDBC URL's host
   */
  public void setIamHost(@Nullable String iamHost) {
    set(IamSettings.HOST, iamHost);
  }

  /** {@return the port that tokens are signed for, or 0 if it is the JDBC URL's} */
  public int getIamDefaultPort() {
    Integer port = settings().defaultPort();
    return port == null ? 0 : port;
  }

  /**
   * Sets the port that tokens are signed for, where it is not the JDBC URL's.
   *
   * @param iamDefaultPort the port, from 1 to 65535
   * @throws IllegalArgumentException if it is none
   */
  public void setIamDefaultPort(int iamDefaultPort) {
    set(IamSettings.DEFAULT_PORT, iamDefaultPort);
  }

  /** {@return the AWS region, or null if the endpoint's name tells it, or it is looked up} */
  public @Nullable String getIamRegion() {
    return settings().region();
  }

  /**
   * Sets the AWS region, where the endpoint's name does not tell it.
   *
   * @param iamRegion the region, such as {@code us-east-2}, or null for the one in the endpoint's
   *     name; that of a global endpoint's writer is then looked up, if the AWS SDK's module {@code
   *     rds} is there
   * @throws IllegalArgumentException if it has not the form of one
   */
  public void setIamRegion(@Nullable String iamRegion) {
    set(IamSettings.REGION, iamRegion);
  }

  /** {@return for how many seconds a token is used; 870 unless set} */
  public int getIamExpiration() {
    return Math.toIntExact(settings().expiration().toSeconds());
  }

  /**
   * Sets for how long a token is used.
   *
   * @param iamExpiration seconds, from 0, for a new token with each physical connection, to 900,
   *     which is as long as one lives
   * @throws IllegalArgumentException if it is none of these
   */
  public void setIamExpiration(int iamExpiration) {
    set(IamSettings.EXPIRATION, iamExpiration);
  }

  /** {@return the profile that AWS credentials come from, or null for the SDK's default} */
  public @Nullable String getAwsProfile() {
    return settings().awsProfile();
  }

  /**
   * Sets the profile from which the SDK's default chain takes AWS credentials.
   *
   * @param awsProfile the profile's name, or null for the SDK's default
   */
  public void setAwsProfile(@Nullable String awsProfile) {
    set(IamSettings.AWS_PROFILE, awsProfile);
  }

  /** {@return the IAM role that signs tokens, or null for whom the AWS credentials are of} */
  public @Nullable String getIamRoleArn() {
    return settings().roleArn();
  }

  /**
   * Sets the IAM role that signs tokens. It is assumed with the credentials of the SDK's default
   * chain, or of the credentials provider that is set, by STS in the endpoint's region.
   *
   * @param iamRoleArn such as {@code arn:aws:iam::123456789012:role/orders-login}, or null for none
   * @throws IllegalArgumentException if it is not the ARN of a role
   */
  public void setIamRoleArn(@Nullable String iamRoleArn) {
    set(IamSettings.ROLE_ARN, iamRoleArn);
  }

  /** {@return what AWS's logs call a session of the role, or null for the pool's name} */
  public @Nullable String getIamRoleSessionName() {
    return settings().roleSessionName();
  }

  /**
   * Sets what AWS's logs, such as CloudTrail, call a session of the role.
   *
   * @param iamRoleSessionName 2 to 64 letters, digits and {@code _+=,.@-}, or null for the pool's
   *     name
   * @throws IllegalArgumentException if it is none of these
   */
  public void setIamRoleSessionName(@Nullable String iamRoleSessionName) {
    set(IamSettings.ROLE_SESSION_NAME, iamRoleSessionName);
  }

  /** {@return the external ID that the role is assumed with, or null if with none} */
  public @Nullable String getIamRoleExternalId() {
    return settings().roleExternalId();
  }

  /**
   * Sets the external ID that the role's trust policy asks for.
   *
   * @param iamRoleExternalId 2 to 1,224 letters, digits and {@code _+=,.@:/-}, or null for none
   * @throws IllegalArgumentException if it is none of these
   */
  public void setIamRoleExternalId(@Nullable String iamRoleExternalId) {
    set(IamSettings.ROLE_EXTERNAL_ID, iamRoleExternalId);
  }

  /** {@return whether each new connection is asked if its server is the writer} */
  public boolean isIamVerifyWriter() {
    return settings().verifyWriter();
  }

  /**
   * Sets whether each new physical connection is asked if its server is the writer. One that is
   * not, as it may be for a minute after a failover, is closed, and others are opened until {@code
   * connectionTimeout} has passed.
   *
   * @param iamVerifyWriter true only for a writer's endpoint
   */
  public void setIamVerifyWriter(boolean iamVerifyWriter) {
    set(IamSettings.VERIFY_WRITER, iamVerifyWriter);
  }

  /** {@return where AWS credentials come from, or null if from the SDK's default chain} */
  public @Nullable AwsCredentialsProvider getAwsCredentialsProvider() {
    return awsCredentialsProvider;
  }

  /**
   * Sets where AWS credentials come from.
   *
   * @param awsCredentialsProvider asked once per token; it stays open when the pool is closed. Null
   *     for the SDK's default chain.
   * @throws IllegalStateException if the pool has started
   */
  public void setAwsCredentialsProvider(@Nullable AwsCredentialsProvider awsCredentialsProvider) {
    if (hasStarted()) {
      throw new IllegalStateException(
          "The AWS credentials provider cannot be changed once the pool has started");
    }
    this.awsCredentialsProvider = awsCredentialsProvider;
  }

  /**
   * Borrows a connection, as {@link HikariDataSource#getConnection()} does. Only if the pool has
   * none at all, and its logins fail because the server refuses them or because no AWS credentials
   * can be had, the reason is thrown as soon as it is known, and not after {@code
   * connectionTimeout}.
   *
   * @throws java.sql.SQLTransientConnectionException if none is available in time, or the pool has
   *     none and its logins fail
   * @throws SQLException if the pool is closed, or starts and cannot, as {@link
   *     #setInitializationFailTimeout} says
   */
  @Override
  public Connection getConnection() throws SQLException {
    HikariPoolMXBean pool = getHikariPoolMXBean();
    if (pool == null || pool.getTotalConnections() == 0) {
      try {
        Connection connection = connectionOfEmptyPool();
        failure = null;
        return connection;
      } catch (SQLException | RuntimeException e) {
        failure = e;
        throw e;
      }
    }
    try {
      return super.getConnection();
    } catch (SQLTransientConnectionException e) {
      throw withAwaitedCredentials(e);
    }
  }

  private Connection connectionOfEmptyPool() throws SQLException {
    if (isClosed()) {
      return super.getConnection(); // which says so
    }
    WaitingCallers.Caller caller = waitingCallers.enter(this);
    try {
      throwIfStartFailsAgain();
      Optional<SQLException> known = hasStarted() ? problem() : Optional.empty();
      if (known.isPresent()) {
        return connectionDespite(known.get());
      }
      Connection connection = super.getConnection();
      caller.leave();
      return connection;
    } catch (SQLException e) {
      Optional<SQLException> problem = caller.leave();
      if (problem.isPresent()) {
        return connectionDespite(problem.get());
      }
      throw e instanceof SQLTransientConnectionException timeout
          ? withAwaitedCredentials(timeout)
          : e;
    } finally {
      caller.leave();
      monitorTokens();
    }
  }

  /** A start is not tried again with what made it fail just now. */
  private void throwIfStartFailsAgain() throws SQLException {
    if (!hasStarted() && startedWith.equals(toStartWith())) {
      Optional<SQLException> problem = problem();
      if (problem.isPresent()) {
        throw problem.get();
      }
    }
  }

  /** Why a login would fail now, if that is known. */
  Optional<SQLException> problem() {
    return Optional.ofNullable(iamDataSource(this)).flatMap(IamDataSource::getProblem);
  }

  /**
   * Prepares an examination of this pool's login, with its settings, its driver and its AWS
   * credentials, and connections of its own.
   *
   * @return a doctor who has done nothing yet
   * @throws IllegalArgumentException if the configuration names a driver, a class or an entry of
   *     JNDI that is not there or cannot be used
   */
  public IamDoctor doctor() {
    boolean isInstalled = getDataSource() instanceof IamDataSource made && made == installed;
    return IamDoctor.of(
        LoginConfig.logins(
                this,
                isInstalled ? readyDataSource : getDataSource(),
                hadPassword || getPassword() != null)
            .awsCredentialsProvider(awsCredentialsProvider));
  }

  /** Why the last caller got no connection, if the pool still has none. */
  Optional<Exception> failure() {
    HikariPoolMXBean pool = getHikariPoolMXBean();
    return pool == null || pool.getTotalConnections() == 0
        ? Optional.ofNullable(failure)
        : Optional.empty();
  }

  /** The state of its tokens, once it has tried to start. */
  Optional<TokenStatus> tokenStatus() {
    return Optional.ofNullable(iamDataSource(this)).map(IamDataSource::getTokenStatus);
  }

  /**
   * A connection that has come to the pool meanwhile. HikariCP looks for it without a wait, and
   * counts the caller who gets none among its timeouts.
   */
  private Connection connectionDespite(SQLException problem) throws SQLException {
    if (!(getHikariPoolMXBean() instanceof HikariPool pool)) {
      throw problem;
    }
    try {
      return pool.getConnection(0);
    } catch (SQLTransientConnectionException e) {
      throw unavailable(problem);
    }
  }

  /** As HikariCP makes it: its cause is also its next exception. */
  private SQLException unavailable(SQLException problem) {
    SQLException cause =
        problem.getCause() instanceof SQLException answer
            ? answer
            : new SQLException(
                "No IAM token is available", problem.getSQLState(), problem.getCause());
    SQLException unavailable =
        new SQLTransientConnectionException(
            getPoolName() + " - Connection is not available. " + problem.getMessage(),
            problem.getSQLState(),
            problem.getErrorCode(),
            cause);
    unavailable.setNextException(cause);
    return unavailable;
  }

  /** HikariCP's exception, which says of credentials that hang only that there is no connection. */
  private SQLException withAwaitedCredentials(SQLTransientConnectionException timeout) {
    IamDataSource iamDataSource = iamDataSource(this);
    if (iamDataSource == null) {
      return timeout;
    }
    TokenStatus status = iamDataSource.getTokenStatus();
    if (status.awaited().isZero() || !status.remaining().isZero()) {
      return timeout;
    }
    SQLException explained =
        new SQLTransientConnectionException(
            String.format(
                Locale.ROOT,
                "%s. A login is waiting for the AWS credentials provider, which has not responded for"
                    + " %s s",
                timeout.getMessage(),
                Math.round(status.awaited().toMillis() / 100.0) / 10.0),
            timeout.getSQLState(),
            timeout.getErrorCode(),
            timeout.getCause());
    explained.setNextException(timeout.getNextException());
    return explained;
  }

  /**
   * User and token for a login now. HikariCP asks for them before it opens a physical connection.
   * What it hands on to the {@link IamDataSource} under the pool is not used there: that sends the
   * token that is current at that moment.
   *
   * @return the user and the current token, for which it waits up to {@code connectionTimeout} if
   *     none lives; the user alone if there is none by then, if the pool has not started, or if
   *     {@code iam_expiration} is 0
   */
  @Override
  public Credentials getCredentials() {
    String configured = super.getCredentials().getUsername();
    IamDataSource iamDataSource = iamDataSource(this);
    if (iamDataSource == null) {
      return Credentials.of(configured, null);
    }
    String user = configured == null ? iamDataSource.getUser() : configured;
    HikariPoolMXBean pool = getHikariPoolMXBean();
    if (pool != null && pool.getTotalConnections() == 0 && getMinimumIdle() > 1) {
      iamDataSource.connectionsLost(); // they leave one by one otherwise
    }
    Duration patience = pool == null ? Duration.ZERO : Duration.ofMillis(getConnectionTimeout());
    return Credentials.of(user, iamDataSource.getToken(user, patience).orElse(null));
  }

  /**
   * Checks the configuration, as HikariCP does right before it starts the pool.
   *
   * @throws IllegalArgumentException if it is wrong or incomplete
   */
  @Override
  public void validate() {
    super.validate();
    if (hasStarted()) {
      return;
    }
    IamDataSource previous = installed;
    if (getDataSource() != previous) {
      readyDataSource = getDataSource();
    }
    hadPassword = hadPassword || getPassword() != null;
    installed =
        LoginConfig.installLogins(
            this,
            readyDataSource,
            waitingCallers,
            builder -> builder.awsCredentialsProvider(awsCredentialsProvider));
    PoolConnections.belongsTo(this, this);
    startedWith = toStartWith();
    if (previous != null) {
      previous.close();
    }
  }

  /** {@return what was set, also once the pool has started with one of its own around it} */
  @Override
  public @Nullable SQLExceptionOverride getExceptionOverride() {
    return hasStarted()
        ? PoolConnections.own(super.getExceptionOverride())
        : super.getExceptionOverride();
  }

  /**
   * Copies the configuration, as HikariCP does, without what this pool made of it: a copy has
   * logins of its own.
   */
  @Override
  public void copyStateTo(HikariConfig other) {
    super.copyStateTo(other);
    if (installed != null && other.getDataSource() == installed) {
      other.setDataSource(readyDataSource);
    }
    other.setExceptionOverride(PoolConnections.own(other.getExceptionOverride()));
  }

  /**
   * {@inheritDoc}
   *
   * <p>One of Micrometer has meters of the tokens, too: {@code iamhikari.token.signing}, {@code
   * signed}, {@code failed}, {@code rejected} and {@code remaining}.
   */
  @Override
  public void setMetricRegistry(@Nullable Object metricRegistry) {
    super.setMetricRegistry(metricRegistry);
    TokenMonitor monitoring = monitor.get();
    if (monitoring != null) {
      monitoring.measureIn(getMetricRegistry());
    }
  }

  /**
   * Adds the meters of the tokens alone, where another {@code MetricsTrackerFactory} has those of
   * HikariCP.
   */
  void measureTokensIn(Object metricRegistry) {
    tokenRegistry = metricRegistry;
    TokenMonitor monitoring = monitor.get();
    if (monitoring != null) {
      monitoring.measureIn(metricRegistry);
    }
  }

  /**
   * Closes the pool, and its share in the AWS credentials provider unless that was given. A login
   * that waits for AWS credentials ends first: HikariCP would wait for it.
   */
  @Override
  public void close() {
    IamDataSource iamDataSource = installed;
    if (iamDataSource != null) {
      iamDataSource.close();
    }
    super.close();
    TokenMonitor monitoring = monitor.getAndSet(null);
    if (monitoring != null) {
      monitoring.close();
    }
  }

  /** Once the pool has started: shows its tokens to whom the configuration names. */
  private void monitorTokens() {
    IamDataSource iamDataSource = iamDataSource(this);
    if (monitor.get() != null || iamDataSource == null || !hasStarted() || isClosed()) {
      return;
    }
    TokenMonitor monitoring = new TokenMonitor(getPoolName(), iamDataSource);
    if (monitor.compareAndSet(null, monitoring)) {
      if (isRegisterMbeans()) {
        monitoring.registerMBean();
      }
      monitoring.measureIn(tokenRegistry == null ? getMetricRegistry() : tokenRegistry);
      if (isClosed()) {
        monitoring.close();
      }
    }
  }

  /** All that a start depends on which failed, and could fare better with other values. */
  private List<@Nullable Object> toStartWith() {
    return Arrays.asList(
        iamDataSource(this),
        getUsername(),
        getJdbcUrl(),
        getDataSourceClassName(),
        getDataSourceProperties().clone(),
        awsCredentialsProvider);
  }

  private boolean hasStarted() {
    return getHikariPoolMXBean() != null;
  }

  private IamSettings settings() {
    return IamSettings.from(getDataSourceProperties());
  }

  private void set(String name, @Nullable Object value) {
    Properties alone = new Properties();
    alone.put(name, value == null ? "" : value);
    IamSettings.from(alone); // refuses here and now what is out of bounds
    addDataSourceProperty(name, alone.get(name));
  }

  private static @Nullable IamDataSource iamDataSource(HikariConfig config) {
    return config.getDataSource() instanceof IamDataSource iamDataSource ? iamDataSource : null;
  }
}
