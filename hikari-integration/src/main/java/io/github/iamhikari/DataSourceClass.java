package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.PropertyElf;
import io.github.iamhikari.core.IamSettings;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Creates a driver's DataSource from {@code dataSourceClassName} and the data source properties, as
 * HikariCP does, but with error messages that name the cause.
 */
final class DataSourceClass {

  /** The properties that set the server of the known drivers' DataSources. */
  private static final Set<String> ADDRESSES = Set.of("servername", "servernames", "url");

  private enum KnownDriver {
    POSTGRESQL("org.postgresql.", "org.postgresql.ds.PGSimpleDataSource", "serverName"),
    MYSQL("com.mysql.", "com.mysql.cj.jdbc.MysqlDataSource", "serverName"),
    MARIADB("org.mariadb.", "org.mariadb.jdbc.MariaDbDataSource", "url");

    private final String packageName;
    private final String dataSource;
    private final String address;

    KnownDriver(String packageName, String dataSource, String address) {
      this.packageName = packageName;
      this.dataSource = dataSource;
      this.address = address;
    }

    private static Optional<KnownDriver> of(String className) {
      return Arrays.stream(values())
          .filter(driver -> className.startsWith(driver.packageName))
          .findFirst();
    }
  }

  private DataSourceClass() {}

  /**
   * {@return a new instance of the configured class}
   *
   * @throws IllegalArgumentException if it cannot be created, or rejects a property
   */
  static DataSource newInstance(HikariConfig config) {
    String className = config.getDataSourceClassName();
    Properties properties = new Properties();
    properties.putAll(config.getDataSourceProperties());
    properties.keySet().removeIf(IamSettings::isSetting);
    properties.keySet().removeIf(name -> name.toString().equalsIgnoreCase("password"));
    if (config.getJdbcUrl() != null) {
      refuseWithoutAddress(className, properties);
    }
    DataSource instance = newInstance(className);
    properties.forEach((name, value) -> set(instance, name.toString(), value));
    return instance;
  }

  /** Rejects a known DataSource without a server, whose jdbcUrl HikariCP would ignore. */
  private static void refuseWithoutAddress(String className, Properties properties) {
    boolean hasAddress =
        properties.keySet().stream()
            .anyMatch(name -> ADDRESSES.contains(name.toString().toLowerCase(Locale.ROOT)));
    KnownDriver driver = KnownDriver.of(className).orElse(null);
    if (driver != null && !hasAddress) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "dataSourceClassName is %s, so HikariCP ignores the jdbcUrl, and no property names a"
                  + " server; remove dataSourceClassName, or set dataSource.%s instead of the jdbcUrl",
              className,
              driver.address));
    }
  }

  private static DataSource newInstance(String className) {
    Object instance;
    try {
      instance = load(className).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "dataSourceClassName is %s, which cannot be instantiated: %s",
              className,
              RootCause.of(e)),
          e);
    }
    if (instance instanceof DataSource dataSource) {
      return dataSource;
    }
    String remedy =
        KnownDriver.of(className)
            .map(driver -> driver.dataSource)
            .orElse("the driver's DataSource class");
    throw new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "dataSourceClassName is %s, which is not a javax.sql.DataSource; use %s",
            className,
            remedy));
  }

  /** Tries the same class loaders as HikariCP, in the same order. */
  private static Class<?> load(String className) throws ClassNotFoundException {
    ClassLoader context = Thread.currentThread().getContextClassLoader();
    if (context != null) {
      try {
        return context.loadClass(className);
      } catch (ClassNotFoundException e) {
        // try the other one
      }
    }
    return HikariConfig.class.getClassLoader().loadClass(className);
  }

  private static void set(DataSource instance, String name, Object value) {
    Properties alone = new Properties();
    alone.put(name, value);
    try {
      PropertyElf.setTargetFromProperties(instance, alone);
    } catch (LinkageError e) {
      throw refusal(instance, name, RootCause.of(e), e);
    } catch (RuntimeException e) {
      if (e.getCause() == null) { // no setter
        String question =
            PropertyNames.of(instance.getClass())
                .meantBy(name)
                .map(meant -> "; did you mean " + meant + "?")
                .orElse("");
        throw refusal(instance, name, "there is no such property" + question, e);
      }
      // the value may be a secret, and the setter may have put it in its message
      boolean repeatsTheValue = messages(e).contains(value.toString());
      throw repeatsTheValue
          ? refusal(instance, name, "the value is invalid", null)
          : refusal(instance, name, RootCause.of(e), e);
    }
  }

  private static IllegalArgumentException refusal(
      DataSource instance, String name, String reason, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "dataSourceClassName is %s, which rejects the property %s: %s",
            instance.getClass().getName(),
            name,
            reason),
        cause);
  }

  private static String messages(@Nullable Throwable failure) {
    StringBuilder messages = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      messages.append(cause.getMessage()).append('\n');
    }
    return messages.toString();
  }
}
