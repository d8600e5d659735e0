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
 * instead of a password. HikariCP asks it for the current IAM token each time it opens a physical
 * connection; everything else works as in {@code HikariDataSource}.
 *
 * <p>The {@code iam_*} settings are stored in the {@linkplain #getDataSourceProperties() data
 * source properties}, so they can be set in every way that HikariCP can be configured; they are not
 * passed to the driver. A configured password is ignored. TLS is enabled unless the configuration
 * sets the driver's own TLS options.
 *
 * <p>As with {@code HikariDataSource}, a pool created from a {@link HikariConfig} starts
 * immediately, and borrowing a connection from it is slightly faster. A pool created with the
 * no-argument constructor starts with the first {@link #getConnection()}. Instances are safe for
 * use by multiple threads. {@link #close()} closes the pool and the AWS credentials provider,
 * unless the provider was passed in.
 *
 * <p>This class may be subclassed. A subclass that overrides {@link #getCredentials()} sets the
 * user; the password it returns is not sent. As with {@code HikariDataSource}, a pool created from
 * a configuration starts before the fields of a subclass are initialized.
 *
 * <p>An invalid configuration throws an {@link IllegalArgumentException} when the pool starts,
 * before anything is sent. A failed login is a {@link java.sql.SQLException} with the driver's
 * SQLState and error code. A starting pool throws it according to {@code
 * initializationFailTimeout}; a running pool throws it as the cause of a connection timeout. If a
 * running pool has no connections, its callers fail as soon as a login is rejected or no AWS
 * credentials are available.
 *
 * @see IamSettings
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 */
@SuppressWarnings("this-escape") // HikariDataSource starts the pool in its constructor
public class IamHikariDataSource extends HikariDataSource {

  // HikariDataSource(HikariConfig) starts the pool before these fields are initialized, so methods
  // that it calls must not use them. It validates the configuration, not this object.
  private @Nullable AwsCredentialsProvider awsCredentialsProvider;

  // The user's own dataSource, if any. A start that failed is retried with it.
  private @Nullable DataSource readyDataSource;

  // HikariCP drops the password when the pool starts.
  private boolean hadPassword;

  // The DataSource that replaced the user's.
  private volatile @Nullable IamDataSource installed;

  // The configuration of the last attempt to start.
  private List<@Nullable Object> startedWith = List.of();

  // Why the last caller failed while the pool had no connections.
  private volatile @Nullable Exception failure;

  // The registry of the token meters, if it is not the pool's metric registry.
  private volatile @Nullable Object tokenRegistry;

  private final AtomicReference<@Nullable TokenMonitor> monitor = new AtomicReference<>();

  private final WaitingCallers waitingCallers;

  /** Creates a pool to configure with setters. It starts with the first {@code getConnection()}. */
  public IamHikariDataSource() {
    this.waitingCallers = new WaitingCallers();
  }

  /**
   * Creates and starts a pool that uses the SDK's default credentials chain.
   *
   * @param config is copied and not changed
   * @throws IllegalArgumentException if the configuration is invalid or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, subject to {@link #setInitializationFailTimeout}
   */
  public IamHikariDataSource(HikariConfig config) {
    this(config, builder -> builder);
  }

  /**
   * Creates and starts a pool.
   *
   * @param config is copied and not changed
   * @param awsCredentialsProvider is asked once per token; closing the pool does not close it
   * @throws IllegalArgumentException if the configuration is invalid or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, subject to {@link #setInitializationFailTimeout}
   */
  public IamHikariDataSource(HikariConfig config, AwsCredentialsProvider awsCredentialsProvider) {
    this(config, builder -> builder.awsCredentialsProvider(requireNonNull(awsCredentialsProvider)));
    this.awsCredentialsProvider = awsCredentialsProvider;
  }

  /**
   * Creates and starts a pool that uses the SDK's default credentials chain.
   *
   * @param properties HikariCP's properties and the {@code iam_*} settings, which may have the
   *     prefix {@code dataSource.}
   * @throws IllegalArgumentException if HikariCP rejects a property, or the configuration is
   *     invalid or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, subject to {@link #setInitializationFailTimeout}
   */
  public IamHikariDataSource(Properties properties) {
    this(PoolProperties.config(properties));
  }

  /**
   * Creates and starts a pool that uses the SDK's default credentials chain.
   *
   * @param propertyFileName a file, or else a class path resource, with the properties that {@link
   *     #IamHikariDataSource(Properties)} accepts
   * @throws IllegalArgumentException if there is no such file, HikariCP rejects a property, or the
   *     configuration is invalid or incomplete
   * @throws com.zaxxer.hikari.pool.HikariPool.PoolInitializationException if no connection can be
   *     opened, subject to {@link #setInitializationFailTimeout}
   */
  public IamHikariDataSource(String propertyFileName) {
    this(PoolProperties.read(propertyFileName));
  }

  /** Creates and starts a pool whose logins are customized. */
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

  /** {@return the endpoint to sign tokens for, or null to use the JDBC URL's host} */
  public @Nullable String getIamHost() {
    return settings().host();
  }

  /**
   * Sets the endpoint to sign tokens for. It is required if the JDBC URL contains a custom domain,
   * an IP address or the local end of a tunnel.
   *
   * @param iamHost the endpoint's host name, or null to use the JDBC URL's host
   */
  public void setIamHost(@Nullable String iamHost) {
    set(IamSettings.HOST, iamHost);
  }

  /** {@return the port to sign tokens for, or 0 to use the JDBC URL's port} */
  public int getIamDefaultPort() {
    Integer port = settings().defaultPort();
    return port == null ? 0 : port;
  }

  /**
   * Sets the port to sign tokens for, if it differs from the JDBC URL's port.
   *
   * @param iamDefaultPort the port, from 1 to 65535
   * @throws IllegalArgumentException if the port is out of range
   */
  public void setIamDefaultPort(int iamDefaultPort) {
    set(IamSettings.DEFAULT_PORT, iamDefaultPort);
  }

  /** {@return the AWS region, or null to take it from the endpoint's name or look it up} */
  public @Nullable String getIamRegion() {
    return settings().region();
  }

  /**
   * Sets the AWS region, if the endpoint's name does not contain it.
   *
   * @param iamRegion the region, such as {@code us-east-2}, or null to take it from the endpoint's
   *     name. For a global endpoint, null looks up the region of the writer, which requires the AWS
   *     SDK module {@code rds}.
   * @throws IllegalArgumentException if this is not a valid region name
   */
  public void setIamRegion(@Nullable String iamRegion) {
    set(IamSettings.REGION, iamRegion);
  }

  /** {@return how many seconds a token is used; 870 by default} */
  public int getIamExpiration() {
    return Math.toIntExact(settings().expiration().toSeconds());
  }

  /**
   * Sets how long a token is used.
   *
   * @param iamExpiration seconds, from 0 to 900, the lifetime of a token. With 0, each physical
   *     connection gets a new token.
   * @throws IllegalArgumentException if the value is out of range
   */
  public void setIamExpiration(int iamExpiration) {
    set(IamSettings.EXPIRATION, iamExpiration);
  }

  /** {@return the profile that supplies AWS credentials, or null for the SDK's default} */
  public @Nullable String getAwsProfile() {
    return settings().awsProfile();
  }

  /**
   * Sets the profile that the SDK's default chain reads AWS credentials from.
   *
   * @param awsProfile the profile's name, or null for the SDK's default
   */
  public void setAwsProfile(@Nullable String awsProfile) {
    set(IamSettings.AWS_PROFILE, awsProfile);
  }

  /** {@return the IAM role to sign tokens with, or null to use the AWS credentials directly} */
  public @Nullable String getIamRoleArn() {
    return settings().roleArn();
  }

  /**
   * Sets the IAM role to sign tokens with. It is assumed with the AWS credentials of the configured
   * provider or the SDK's default chain, by STS in the endpoint's region.
   *
   * @param iamRoleArn such as {@code arn:aws:iam::123456789012:role/orders-login}, or null for none
   * @throws IllegalArgumentException if this is not the ARN of a role
   */
  public void setIamRoleArn(@Nullable String iamRoleArn) {
    set(IamSettings.ROLE_ARN, iamRoleArn);
  }

  /** {@return the session name of the assumed role, or null for the pool's name} */
  public @Nullable String getIamRoleSessionName() {
    return settings().roleSessionName();
  }

  /**
   * Sets the session name of the assumed role, as it appears in CloudTrail.
   *
   * @param iamRoleSessionName 2 to 64 letters, digits and {@code _+=,.@-}, or null for the pool's
   *     name
   * @throws IllegalArgumentException if the name is invalid
   */
  public void setIamRoleSessionName(@Nullable String iamRoleSessionName) {
    set(IamSettings.ROLE_SESSION_NAME, iamRoleSessionName);
  }

  /** {@return the external ID to assume the role with, or null for none} */
  public @Nullable String getIamRoleExternalId() {
    return settings().roleExternalId();
  }

  /**
   * Sets the external ID that the role's trust policy requires.
   *
   * @param iamRoleExternalId 2 to 1,224 letters, digits and {@code _+=,.@:/-}, or null for none
   * @throws IllegalArgumentException if the ID is invalid
   */
  public void setIamRoleExternalId(@Nullable String iamRoleExternalId) {
    set(IamSettings.ROLE_EXTERNAL_ID, iamRoleExternalId);
  }

  /** {@return whether new connections are checked to be connected to the writer} */
  public boolean isIamVerifyWriter() {
    return settings().verifyWriter();
  }

  /**
   * Sets whether to check that the server of each new physical connection is the writer. A
   * connection to another server, which can happen for about a minute after a failover, is closed
   * and reopened until {@code connectionTimeout} elapses.
   *
   * @param iamVerifyWriter true only for a writer endpoint
   */
  public void setIamVerifyWriter(boolean iamVerifyWriter) {
    set(IamSettings.VERIFY_WRITER, iamVerifyWriter);
  }

  /** {@return the AWS credentials provider, or null for the SDK's default chain} */
  public @Nullable AwsCredentialsProvider getAwsCredentialsProvider() {
    return awsCredentialsProvider;
  }

  /**
   * Sets the AWS credentials provider.
   *
   * @param awsCredentialsProvider is asked once per token; closing the pool does not close it. Null
   *     uses the SDK's default chain.
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
   * Borrows a connection, as {@link HikariDataSource#getConnection()} does. If the pool has no
   * connections and the server rejects its logins, or no AWS credentials are available, this throws
   * as soon as the failure is known instead of waiting for {@code connectionTimeout}.
   *
   * @throws java.sql.SQLTransientConnectionException if no connection is available in time, or the
   *     pool has no connections and its logins fail
   * @throws SQLException if the pool is closed or fails to start, subject to {@link
   *     #setInitializationFailTimeout}
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
      return super.getConnection(); // throws
    }
    WaitingCallers.Caller caller = waitingCallers.enter(this);
    Optional<SQLException> known = Optional.empty();
    try {
      throwIfStartFailsAgain();
      known = hasStarted() ? problem() : Optional.empty();
      if (known.isEmpty()) {
        Connection connection = super.getConnection();
        caller.leave();
        return connection;
      }
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
    return connectionDespite(known.get());
  }

  /** Prevents an immediate second attempt to start with the configuration that just failed. */
  private void throwIfStartFailsAgain() throws SQLException {
    if (!hasStarted() && startedWith.equals(toStartWith())) {
      Optional<SQLException> problem = problem();
      if (problem.isPresent()) {
        throw problem.get();
      }
    }
  }

  /** {@return why a login would fail now, if known} */
  Optional<SQLException> problem() {
    return Optional.ofNullable(iamDataSource(this)).flatMap(IamDataSource::getProblem);
  }

  /**
   * Creates a doctor that diagnoses this pool's logins with the pool's settings, driver and AWS
   * credentials. It opens its own connections.
   *
   * @return a doctor that has not started yet
   * @throws IllegalArgumentException if the configuration names a driver, class or JNDI entry that
   *     is missing or unusable
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

  /** {@return why the last caller got no connection, if the pool still has none} */
  Optional<Exception> failure() {
    HikariPoolMXBean pool = getHikariPoolMXBean();
    return pool == null || pool.getTotalConnections() == 0
        ? Optional.ofNullable(failure)
        : Optional.empty();
  }

  /** {@return the state of the pool's tokens; empty before the first attempt to start} */
  Optional<TokenStatus> tokenStatus() {
    return Optional.ofNullable(iamDataSource(this)).map(IamDataSource::getTokenStatus);
  }

  /**
   * Returns a connection that was opened in the meantime, or throws. Asking HikariCP with a timeout
   * of 0 also counts the failure in its timeout metric.
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

  /** Mirrors HikariCP's own exception, whose cause is also its next exception. */
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

  /** Adds to HikariCP's timeout that the AWS credentials provider is not responding. */
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
   * Returns the user and the current token. HikariCP calls this before it opens a physical
   * connection. The {@link IamDataSource} under the pool ignores the token it is passed and sends
   * the one that is current at that moment.
   *
   * @return the user and the current token, after waiting up to {@code connectionTimeout} for a
   *     token if necessary. The token is null if none is available by then, the pool has not
   *     started, or {@code iam_expiration} is 0.
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
      iamDataSource.connectionsLost(); // a pool that keeps several has lost all of them
    }
    Duration patience = pool == null ? Duration.ZERO : Duration.ofMillis(getConnectionTimeout());
    return Credentials.of(user, iamDataSource.getToken(user, patience).orElse(null));
  }

  /**
   * Validates the configuration. HikariCP calls this right before it starts the pool.
   *
   * @throws IllegalArgumentException if the configuration is invalid or incomplete
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

  /** {@return the override set by the user, even after the pool has wrapped it} */
  @Override
  public @Nullable SQLExceptionOverride getExceptionOverride() {
    return hasStarted()
        ? PoolConnections.own(super.getExceptionOverride())
        : super.getExceptionOverride();
  }

  /** Copies the configuration as the user set it. The copy gets logins of its own. */
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
   * <p>A Micrometer registry also gets the token meters: {@code iamhikari.token.signing}, {@code
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
   * Registers the token meters only, for a pool whose {@code MetricsTrackerFactory} registers
   * HikariCP's meters.
   */
  void measureTokensIn(Object metricRegistry) {
    tokenRegistry = metricRegistry;
    TokenMonitor monitoring = monitor.get();
    if (monitoring != null) {
      monitoring.measureIn(metricRegistry);
    }
  }

  /**
   * Closes the pool and releases the AWS credentials provider, unless it was passed in. Logins that
   * are waiting for AWS credentials are aborted first, because HikariCP would wait for them.
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

  /** Registers the MBean and the meters of the tokens once the pool has started. */
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

  /** {@return the values that decide whether an attempt to start can succeed} */
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
    IamSettings.from(alone); // rejects an invalid value immediately
    addDataSourceProperty(name, alone.get(name));
  }

  private static @Nullable IamDataSource iamDataSource(HikariConfig config) {
    return config.getDataSource() instanceof IamDataSource iamDataSource ? iamDataSource : null;
  }
}
