package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.IamDriver;
import java.util.Locale;
import java.util.Properties;
import javax.naming.InitialContext;
import javax.naming.NamingException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds what opens a pool's connections in the same order as HikariCP: the {@code dataSource}, else
 * {@code dataSourceClassName}, {@code jdbcUrl} or {@code dataSourceJNDI}.
 */
final class DriverConnections {

  private DriverConnections() {}

  /**
   * Configures a builder.
   *
   * @param readyDataSource the dataSource set by the user, if any
   * @throws IllegalArgumentException if the configuration names a driver, class or JNDI entry that
   *     is missing or unusable
   */
  static void use(
      HikariConfig config, @Nullable DataSource readyDataSource, IamDataSource.Builder builder) {
    if (readyDataSource != null) {
      builder.dataSource(readyDataSource);
    } else if (config.getDataSourceClassName() != null) {
      builder.dataSource(DataSourceClass.newInstance(config));
    } else if (config.getJdbcUrl() != null) {
      String configured = config.getDriverClassName();
      boolean isOurs = IamDriver.class.getName().equals(configured); // this library does its job
      String driverClassName = isOurs ? null : configured;
      builder
          .jdbcUrl(config.getJdbcUrl())
          .driver((url, properties) -> driver(url, driverClassName, properties));
    } else if (config.getDataSourceJNDI() != null) {
      builder.dataSource(lookedUp(config.getDataSourceJNDI()));
    }
  }

  /**
   * Rejects a configuration with a {@code credentialsProvider}, which exists since HikariCP 7.0 and
   * would be used instead of the token.
   */
  static void refuseCredentialsProvider(HikariConfig config) {
    Object provider;
    try {
      provider = HikariConfig.class.getMethod("getCredentialsProvider").invoke(config);
    } catch (ReflectiveOperationException e) {
      return; // an older HikariCP
    }
    if (provider != null) {
      throw new IllegalArgumentException(
          "credentialsProvider is set to a "
              + provider.getClass().getName()
              + ", which HikariCP would use instead of IAM tokens; remove it");
    }
  }

  private static DataSource driver(
      String url, @Nullable String driverClassName, Properties properties) {
    try {
      return new DriverDataSource(url, driverClassName, properties, null, null);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(whyNoDriver(url, driverClassName), e);
    }
  }

  private static String whyNoDriver(String url, @Nullable String driverClassName) {
    String protocol = url.replaceFirst("^(jdbc:[^:/?]*).*", "$1:");
    if (driverClassName != null) {
      return String.format(
          Locale.ROOT,
          "The driver %s does not accept URLs that start with \"%s\"; remove driverClassName, or set"
              + " it to the driver for this URL",
          driverClassName,
          protocol);
    }
    return String.format(
        Locale.ROOT,
        "No JDBC driver on the class path accepts URLs that start with \"%s\"; add the driver as a"
            + " dependency, or put its jar next to iam-hikari's",
        protocol);
  }

  @SuppressWarnings("BanJNDI") // the name comes from the configuration, as in HikariCP
  private static DataSource lookedUp(String name) {
    try {
      // left open, as by HikariCP: closing some contexts invalidates the object
      return (DataSource) new InitialContext().lookup(name);
    } catch (NamingException | ClassCastException e) {
      throw new IllegalArgumentException(
          "dataSourceJNDI is "
              + name
              + ", but no DataSource is bound to that name; use the JNDI name of a"
              + " javax.sql.DataSource",
          e);
    }
  }
}
