package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import java.util.Properties;

/**
 * A database to log in to, and for how long a token is used for that.
 *
 * @param jdbcUrl where it listens
 * @param host the endpoint that tokens are signed for
 * @param port the endpoint's port
 * @param region the endpoint's region
 * @param user who logs in
 * @param password what plain HikariCP sends
 * @param expiration for how many seconds a token is used
 * @param driver what the driver is told, such as to verify the server's certificate
 */
record Target(
    String jdbcUrl,
    String host,
    int port,
    String region,
    String user,
    String password,
    int expiration,
    Properties driver) {

  /** As long as this library and Amazon's wrapper use a token unless told otherwise: 14.5 min. */
  static final int LONGEST_EXPIRATION = 870;

  /** What the pools of all subjects have in common. */
  HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(jdbcUrl);
    config.setUsername(user);
    config.setDataSourceProperties(driver);
    return config;
  }

  /** All but the password. */
  @Override
  public String toString() {
    return "Target[" + user + " at " + jdbcUrl + "]";
  }
}
