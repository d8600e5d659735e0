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
 * A copy of a configuration, with IAM logins. They are installed when HikariCP validates the copy,
 * which happens once, right before the pool starts.
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

  /** {@return the dataSource set by the user, if any} */
  @Nullable DataSource readyDataSource() {
    return readyDataSource;
  }

  /** {@return whether a password was set; the pool drops it when it starts} */
  boolean hasPassword() {
    return hasPassword;
  }

  /** {@return the callers to notify of failed logins} */
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
   * @param readyDataSource the dataSource set by the user, if any
   * @param waitingCallers are notified of failed logins
   * @param customizer changes the logins before they are built
   * @return the DataSource that was installed
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
   * Returns a builder of the logins that a configuration describes.
   *
   * @param readyDataSource the dataSource set by the user, if any
   * @param hasPassword whether a password was configured, which logs a warning
   * @throws IllegalArgumentException if the configuration is invalid
   */
  static IamDataSource.Builder logins(
      HikariConfig config, @Nullable DataSource readyDataSource, boolean hasPassword) {
    DriverConnections.refuseCredentialsProvider(config);
    long maxLifetime = // HikariCP replaces a negative value with its default
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

  /** Adds an empty password property, which triggers the warning without passing on the secret. */
  private static Properties withPassword(Properties properties) {
    Properties all = new Properties(properties);
    all.putAll(properties);
    all.setProperty("password", "");
    return all;
  }

  /** Also asks {@code getCredentials()}, because a subclass may set the user only there. */
  private static @Nullable String userOf(HikariConfig config) {
    String user = config.getUsername();
    return user == null ? config.getCredentials().getUsername() : user;
  }
}
