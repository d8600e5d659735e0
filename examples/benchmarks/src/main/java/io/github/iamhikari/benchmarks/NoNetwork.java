package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.IamSettings;
import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A driver whose connections lead nowhere and cost nothing, and what stands on it. */
final class NoNetwork implements DataSource {

  static final String USER = "app";

  private static final AwsCredentialsProvider CREDENTIALS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

  /** A pool of ten of HikariCP alone. */
  static HikariDataSource hikariPool() {
    HikariConfig config = config();
    config.setPassword("password");
    return new HikariDataSource(config);
  }

  /** The same pool with IAM logins. */
  static HikariDataSource iamHikariPool() {
    HikariConfig config = config();
    config.setDataSourceProperties(settings(IamSettings.DEFAULT_EXPIRATION.toSeconds()));
    return new IamHikariDataSource(config, CREDENTIALS);
  }

  /**
   * IAM logins without a pool.
   *
   * @param expiration for how many seconds a token is used
   */
  static IamDataSource iamLogins(long expiration) {
    return IamDataSource.builder()
        .dataSource(new NoNetwork())
        .user(USER)
        .properties(settings(expiration))
        .awsCredentialsProvider(CREDENTIALS)
        .build();
  }

  private static HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(new NoNetwork());
    config.setUsername(USER);
    config.setMaximumPoolSize(10);
    return config;
  }

  private static Properties settings(long expiration) {
    Properties settings = new Properties();
    settings.setProperty(IamSettings.HOST, "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com");
    settings.setProperty(IamSettings.DEFAULT_PORT, "5432");
    settings.setProperty(IamSettings.EXPIRATION, Long.toString(expiration));
    return settings;
  }

  @Override
  public Connection getConnection(String user, String password) {
    return (Connection)
        Proxy.newProxyInstance(
            NoNetwork.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (connection, method, arguments) ->
                switch (method.getName()) {
                  case "isValid", "getAutoCommit" -> true;
                  case "isReadOnly", "isClosed" -> false;
                  case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                  case "getNetworkTimeout" -> 0;
                  default -> null;
                });
  }

  @Override
  public Connection getConnection() {
    return getConnection(USER, "");
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) {
    throw new IllegalArgumentException("wraps no " + type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
