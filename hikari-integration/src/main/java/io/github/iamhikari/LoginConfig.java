package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.iamhikari.core.IamDataSource;
import java.time.Duration;
import java.util.Properties;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a configuration with IAM logins. It gets them when HikariCP validates it, which it does
 * once and right before it starts the pool.
 */
final class LoginConfig extends HikariConfig {

  private static final long DEFAULT_MAX_LIFETIME = 1_800_000;

  private final @Nullable DataSource readyDataSource;
  private final boolean hasPassword;
  private final WaitingCallers waitingCallers = new WaitingCallers();
  private final UnaryOperator<IamDataSource.Builder> customizer;

  LoginConfig(HikariConfig config, UnaryOperator<IamDataSource.Builder> customizer) {
    config.copyStateTo(this);
    this.readyDataSource = getDataSource();
    this.hasPassword = getPassword() != null;
    this.customizer = customizer;
  }

  /** {@return what was set as the dataSource} */
  @Nullable DataSource readyDataSource() {
    return readyDataSource;
  }

  /** {@return whether a password was set, which the pool forgets when it starts} */
  boolean hasPassword() {
    return hasPassword;
  }

  /** {@return those who learn of a login that failed} */
  WaitingCallers waitingCallers() {
    return waitingCallers;
  }

  @Override
  public void validate() {
    super.validate();
    installLogins(this, readyDataSource, waitingCallers, customizer);
  }

  /**
   * Puts an {@link IamDataSource} between the pool and the driver.
   *
   * @param readyDataSource what was set as the dataSource, if anything
   * @param waitingCallers learn of a login that failed
   * @param customizer says more of how the logins are made
   * @return what was put there
   */
  static IamDataSource installLogins(
      HikariConfig config,
      @Nullable DataSource readyDataSource,
      WaitingCallers waitingCallers,
      UnaryOperator<IamDataSource.Builder> customizer) {
    IamDataSource.Builder builder =
        logins(config, readyDataSource, config.getPassword() != null)
            .failureListener(waitingCallers::loginFailed);
    PoolConnections connections = PoolConnections.install(config);
    builder.pool(connections::openConnections, connections::poolSize);
    if (!config.isReadOnly()) {
      builder.demotionListener(connections::evict);
    }
    IamDataSource dataSource = customizer.apply(builder).build();
    config.setCredentials(Credentials.of(dataSource.getUser(), null));
    config.setDataSource(dataSource);
    return dataSource;
  }

  /**
   * How a configuration logs in.
   *
   * @param readyDataSource what was set as the dataSource, if anything
   * @param hasPassword whether a password was configured, of which is warned
   * @throws IllegalArgumentException if it says so in a way that cannot be
   */
  static IamDataSource.Builder logins(
      HikariConfig config, @Nullable DataSource readyDataSource, boolean hasPassword) {
    DriverConnections.refuseCredentialsProvider(config);
    long maxLifetime = // a negative one becomes HikariCP's default
        config.getMaxLifetime() < 0 ? DEFAULT_MAX_LIFETIME : config.getMaxLifetime();
    IamDataSource.Builder builder =
        IamDataSource.builder()
            .name(config.getPoolName())
            .user(userOf(config))
            .maxLifetime(Duration.ofMillis(maxLifetime))
            .properties(
                hasPassword
                    ? withPassword(config.getDataSourceProperties())
                    : config.getDataSourceProperties());
    DriverConnections.use(config, readyDataSource, builder);
    return builder;
  }

  /** With a property that is warned of as the password is, and does not hold it. */
  private static Properties withPassword(Properties properties) {
    Properties all = new Properties(properties);
    all.putAll(properties);
    all.setProperty("password", "");
    return all;
  }

  /** A subclass may name the user by {@code getCredentials()} alone. */
  private static @Nullable String userOf(HikariConfig config) {
    String user = config.getUsername();
    return user == null ? config.getCredentials().getUsername() : user;
  }
}
