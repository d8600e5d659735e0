package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import io.github.iamhikari.core.IamDataSource;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a configuration with IAM logins. It gets them when HikariCP validates it, which it does
 * once and right before it starts the pool.
 */
final class LoginConfig extends HikariConfig {

  private static final Logger logger = LoggerFactory.getLogger(IamHikariDataSource.class);

  private final @Nullable DataSource readyDataSource;
  private final WaitingCallers waitingCallers = new WaitingCallers();
  private final UnaryOperator<IamDataSource.Builder> customizer;

  LoginConfig(HikariConfig config, UnaryOperator<IamDataSource.Builder> customizer) {
    config.copyStateTo(this);
    this.readyDataSource = getDataSource();
    this.customizer = customizer;
  }

  /** {@return what was set as the dataSource} */
  @Nullable DataSource readyDataSource() {
    return readyDataSource;
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
        logins(config, readyDataSource).failureListener(waitingCallers::loginFailed);
    IamDataSource dataSource = customizer.apply(builder).build();
    if (config.getPassword() != null) {
      logger.warn(
          "{} - A password is configured; it is ignored, the IAM token is sent.",
          config.getPoolName());
    }
    config.setCredentials(Credentials.of(dataSource.getUser(), null));
    config.setDataSource(dataSource);
    return dataSource;
  }

  /**
   * How a configuration logs in.
   *
   * @param readyDataSource what was set as the dataSource, if anything
   * @throws IllegalArgumentException if it says so in a way that cannot be
   */
  static IamDataSource.Builder logins(HikariConfig config, @Nullable DataSource readyDataSource) {
    DriverConnections.refuseCredentialsProvider(config);
    IamDataSource.Builder builder =
        IamDataSource.builder()
            .name(config.getPoolName())
            .user(userOf(config))
            .properties(config.getDataSourceProperties());
    DriverConnections.use(config, readyDataSource, builder);
    return builder;
  }

  /** A subclass may name the user by {@code getCredentials()} alone. */
  private static @Nullable String userOf(HikariConfig config) {
    String user = config.getUsername();
    return user == null ? config.getCredentials().getUsername() : user;
  }
}
