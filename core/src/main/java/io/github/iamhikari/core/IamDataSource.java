package io.github.iamhikari.core;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/**
 * Opens connections to Amazon RDS and Aurora with an IAM token as the password. Each connection is
 * a physical one: any connection pool can stand on this DataSource.
 *
 * <p>A token is signed when the first connection is opened, and again when it is due. If a server
 * refuses one that was in use already, a new one is tried once within the same {@code
 * getConnection}. Whatever a server refuses for good leaves as an {@link SQLException} with the
 * driver's SQLState and error code, and the driver's exception as its cause.
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

  private final String name;
  private final Duration expiration;
  private final DataSource driver;
  private final TokenSigner signer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final LoginStatistics statistics;
  private final AutoCloseable opened;
  private final String user;
  private volatile IamLogins logins;
  private volatile boolean isClosed;

  private IamDataSource(
      Builder builder, IamSettings settings, TokenRequest request, DataSource driver) {
    this.name = builder.name;
    this.expiration = settings.expiration();
    this.driver = driver;
    this.clock = builder.clock;
    this.nanoTime = builder.nanoTime;
    this.statistics = new LoginStatistics(clock);
    this.user = request.user();
    AwsCredentialsProvider given = builder.credentialsProvider;
    if (given != null) {
      this.signer = new RdsTokenSigner(given, clock);
      this.opened = () -> {};
    } else {
      DefaultCredentials share = DefaultCredentials.of(settings.awsProfile());
      this.signer = new RdsTokenSigner(share.provider(), clock);
      this.opened = share;
    }
    this.logins = loginsOf(request);
  }

  /** {@return a builder without settings} */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * {@return the user who logs in where {@link #getConnection(String, String)} is not told of
   * another one}
   */
  public String getUser() {
    return user;
  }

  /**
   * The token for a login of this user now, for a pool that hands user and password to {@link
   * #getConnection(String, String)} itself. It is a secret; log it nowhere.
   *
   * @param user the user who is to log in
   * @return the token, or null if none can be made; {@code getConnection(user, null)} then tells
   *     why
   */
  public @Nullable String currentToken(String user) {
    try {
      return loginsOf(user).tokens().current().value();
    } catch (SQLException e) {
      logger.debug("{} - No token: {}", name, e.getMessage());
      return null;
    }
  }

  /**
   * Opens a connection.
   *
   * @throws SQLException if no token can be signed, the server refuses the login or {@linkplain
   *     LoginState#HELD_BACK did so just now}, the connection fails for another reason, or this is
   *     closed
   */
  @Override
  public Connection getConnection() throws SQLException {
    return getConnection(user, null);
  }

  /**
   * Opens a connection.
   *
   * @param user the user who logs in
   * @param password what {@link #currentToken} gave, which is then sent. Anything else is never
   *     sent: a current token takes its place.
   * @throws SQLException if no token can be signed, the server refuses the login or {@linkplain
   *     LoginState#HELD_BACK did so just now}, the connection fails for another reason, or this is
   *     closed
   */
  @Override
  public Connection getConnection(String user, @Nullable String password) throws SQLException {
    throwIfClosed();
    Connection connection = loginsOf(user).open(driver, password);
    if (isClosed) {
      connection.close(); // HikariCP drops one that comes after its end
    }
    throwIfClosed();
    return connection;
  }

  private void throwIfClosed() throws SQLException {
    if (isClosed) {
      throw new SQLException(this + " has been closed.", "08003");
    }
  }

  /** {@return what is to be expected of the next login} */
  public LoginState getLoginState() {
    return logins.state();
  }

  /**
   * What the server said to the last login, if it refused it and the token was new.
   *
   * @return a new exception, as {@link #getConnection} throws it; empty unless the state is {@link
   *     LoginState#REFUSED} or {@link LoginState#HELD_BACK}
   */
  public Optional<SQLException> getRefusal() {
    return logins.refusal();
  }

  /** {@return how the tokens fare, for an operator} */
  public TokenStatus getTokenStatus() {
    return logins.tokens().status();
  }

  /**
   * Signs a new token for the logins that follow, and lets the next one be sent even if the last
   * one was refused. That is never needed to keep logging in; it is for an operator who has just
   * changed something.
   *
   * @throws SQLException if none can be signed; the old one is kept
   */
  public void renewToken() throws SQLException {
    logins.renew();
  }

  /** One user at a time: if a pool's user is changed while it runs, so is the token. */
  private IamLogins loginsOf(String user) {
    IamLogins seen = logins;
    TokenRequest request = seen.request();
    if (request.user().equals(user)) {
      return seen;
    }
    IamLogins other =
        loginsOf(new TokenRequest(request.host(), request.port(), request.region(), user));
    logins = other;
    return other;
  }

  private IamLogins loginsOf(TokenRequest request) {
    CachedToken tokens =
        new CachedToken(name, request, expiration, signer, clock, nanoTime, statistics);
    return new IamLogins(name, request, tokens, statistics, clock, nanoTime);
  }

  /**
   * Gives up its share in the AWS credentials provider, if none was given, and opens no connection
   * any more. Open connections stay open.
   */
  @Override
  public void close() {
    isClosed = true;
    try {
      opened.close();
    } catch (Exception e) {
      logger.warn("{} - The AWS credentials provider did not close", name, e);
    }
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return driver.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    driver.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
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
    return "IamDataSource (" + logins.request() + ")";
  }

  /** Collects the settings of an {@link IamDataSource}. Not for several threads. */
  public static final class Builder {

    private @Nullable String jdbcUrl;
    private @Nullable DataSource dataSource;
    private @Nullable String user;
    private Properties properties = new Properties();
    private @Nullable AwsCredentialsProvider credentialsProvider;
    private BiFunction<String, Properties, DataSource> driver = DriverManagerDataSource::new;
    private String name = "iam-hikari";
    private InstantSource clock = InstantSource.system();
    private LongSupplier nanoTime = System::nanoTime;

    private Builder() {}

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
     * Sets who logs in.
     *
     * @param user the database user, or null if the URL or the properties name it
     * @return this
     */
    public Builder user(@Nullable String user) {
      this.user = user;
      return this;
    }

    /**
     * Sets what the driver is told beside the URL, and the {@code iam_*} settings, which it is not
     * told.
     *
     * @param properties copied when {@link #build} is called
     * @return this
     * @see IamSettings
     */
    public Builder properties(Properties properties) {
      this.properties = properties;
      return this;
    }

    /**
     * Sets where AWS credentials come from.
     *
     * @param credentialsProvider asked once per token, and left open; null for the SDK's default
     *     chain
     * @return this
     */
    public Builder awsCredentialsProvider(@Nullable AwsCredentialsProvider credentialsProvider) {
      this.credentialsProvider = credentialsProvider;
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
     * other, {@code iam_host} and {@code iam_default_port} say what it connects to.
     *
     * @param dataSource used as long as what is built
     * @return this
     */
    public Builder dataSource(@Nullable DataSource dataSource) {
      this.dataSource = dataSource;
      return this;
    }

    /**
     * Sets what stands first in log lines.
     *
     * @param name the pool's name
     * @return this
     */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** For tests that advance the time. */
    Builder clock(InstantSource clock, LongSupplier nanoTime) {
      this.clock = clock;
      this.nanoTime = nanoTime;
      return this;
    }

    /**
     * Checks the settings. Nothing is sent, to the database or to AWS.
     *
     * @return what opens connections as this builder was told
     * @throws IllegalArgumentException if a setting is wrong or missing; the message says which and
     *     what to write instead
     */
    public IamDataSource build() {
      Properties written = texts(properties);
      if (dataSource != null) {
        return over(dataSource, written);
      }
      if (jdbcUrl == null) {
        throw new IllegalArgumentException(
            "No JDBC URL is set; write jdbc:postgresql://host:port/database, or mysql or mariadb");
      }
      JdbcUrl url = JdbcUrl.parse(jdbcUrl);
      IamSettings settings = settings(written, url.settings());
      Properties driverProperties = withoutSettings(written);
      JdbcTarget target = JdbcTarget.parse(url.forDriver());
      TokenRequest request =
          target.tokenRequest(settings, oneOf(user, driverProperties.getProperty("user")));
      if (!TransportSecurity.require(target, driverProperties)) {
        warnOfUnknownTransport();
      }
      return built(settings, request, driver.apply(url.forDriver(), driverProperties));
    }

    private IamDataSource over(DataSource connections, Properties written) {
      IamSettings settings = settings(written, new Properties());
      DriverBean bean = new DriverBean(connections);
      Optional<JdbcTarget> told = bean.target();
      JdbcTarget target = told.orElseGet(() -> JdbcTarget.ofUnknown(connections));
      target.refuseSettings();
      TokenRequest request = target.tokenRequest(settings, oneOf(user, bean.user()));
      if (!bean.requireTls(target, withoutSettings(written))) {
        warnOfUnknownTransport();
      }
      return built(settings, request, connections);
    }

    private IamDataSource built(
        IamSettings settings, TokenRequest request, DataSource connections) {
      if (settings.awsProfile() != null && credentialsProvider != null) {
        throw new IllegalArgumentException(
            IamSettings.AWS_PROFILE
                + " is \""
                + settings.awsProfile()
                + "\" and an AWS credentials provider is given; leave one out");
      }
      RdsHost endpoint = RdsHost.parse(request.host()).orElseThrow();
      String region = request.region();
      if (endpoint.kind() == RdsHost.Kind.CUSTOM) {
        logger.warn(
            "{} - {} is an Aurora custom endpoint, for which Amazon's guide says that no token can be"
                + " signed; set {} to the cluster's endpoint.",
            name,
            endpoint.name(),
            IamSettings.HOST);
      }
      if (endpoint.region() != null && !endpoint.region().equals(region)) {
        logger.warn(
            "{} - {} is {}, which is not the region in {}; {} is used.",
            name,
            IamSettings.REGION,
            region,
            endpoint.name(),
            region);
      }
      if (!Region.regions().contains(Region.of(region))) {
        logger.warn("{} - The AWS SDK does not know the region {}; it is used.", name, region);
      }
      logger.info(
          "{} - Logs in with IAM as {}, with AWS credentials of {}; a token is used for {} s.",
          name,
          request,
          nameOfProvider(settings),
          settings.expiration().toSeconds());
      return new IamDataSource(this, settings, request, connections);
    }

    private String nameOfProvider(IamSettings settings) {
      if (credentialsProvider != null) {
        return "a " + credentialsProvider.getClass().getSimpleName();
      }
      return settings.awsProfile() == null
          ? "the default chain"
          : "the default chain with the profile \"" + settings.awsProfile() + "\"";
    }

    private IamSettings settings(Properties written, Properties inUrl) {
      Properties merged = new Properties();
      merged.putAll(inUrl);
      for (String property : written.stringPropertyNames()) {
        String value = written.getProperty(property);
        if (IamSettings.isSetting(property) && !value.isBlank()) {
          Object other = merged.setProperty(property, value);
          if (other != null && !other.equals(value)) {
            logger.warn(
                "{} - {} is {} in the JDBC URL and {} beside it; {} is used.",
                name,
                property,
                other,
                value,
                value);
          }
        }
      }
      return IamSettings.from(merged);
    }

    private Properties withoutSettings(Properties written) {
      Properties driverProperties = (Properties) written.clone();
      driverProperties.keySet().removeIf(IamSettings::isSetting);
      if (driverProperties.remove("password") != null) {
        logger.warn("{} - A password is configured; it is ignored, the IAM token is sent.", name);
      }
      return driverProperties;
    }

    private void warnOfUnknownTransport() {
      logger.warn(
          "{} - It cannot be told here whether this driver uses TLS; see to it that it does, since"
              + " an IAM token is a password.",
          name);
    }

    private static @Nullable String oneOf(
        @Nullable String configured, @Nullable String ofTheDriver) {
      if (configured == null || configured.isBlank()) {
        return ofTheDriver;
      }
      if (ofTheDriver != null && !ofTheDriver.isBlank() && !ofTheDriver.equals(configured)) {
        throw new IllegalArgumentException(
            "The driver's own property user is \""
                + ofTheDriver
                + "\" and the pool's username \""
                + configured
                + "\"; leave one out");
      }
      return configured;
    }

    /** As text, which is what drivers read. */
    private static Properties texts(Properties properties) {
      Properties texts = new Properties();
      for (String property : properties.stringPropertyNames()) {
        texts.setProperty(property, properties.getProperty(property));
      }
      properties.forEach((key, value) -> texts.setProperty(key.toString(), value.toString()));
      return texts;
    }
  }
}
