package io.github.iamhikari.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A driver's own DataSource, such as {@code PGSimpleDataSource}, read and set by its bean
 * properties. Which of them it has differs from driver to driver; those of pgjdbc, Connector/J and
 * MariaDB's driver are known here.
 */
final class DriverBean {

  /** What MariaDB's driver shows in the place of a secret. */
  private static final String MASKED = "***";

  private final DataSource bean;

  DriverBean(DataSource bean) {
    this.bean = bean;
  }

  /** Where it connects to; empty for a DataSource that does not tell. */
  Optional<JdbcTarget> target() {
    return read("Url")
        .or(() -> read("URL"))
        .map(JdbcTarget::parse)
        .filter(target -> target.protocol() != JdbcTarget.Protocol.OTHER);
  }

  /** The user that it was given, if any. */
  @Nullable String user() {
    return read("User").orElse(null);
  }

  /**
   * Sees to it that it insists on TLS. Its properties do not tell a fallback to clear text that
   * somebody wrote from one that is the driver's default: both become a mode that insists.
   *
   * @param written what somebody wrote, where that is known
   * @return false if it is none of those that are known here, and was told nothing
   * @throws IllegalArgumentException if it was told to do without TLS
   */
  boolean requireTls(JdbcTarget target, Properties written) {
    Properties properties = (Properties) written.clone();
    switch (target.protocol()) {
      case POSTGRESQL -> {
        boolean silent = "prefer".equals(target.parameters().get("sslmode"));
        JdbcTarget told = silent ? target.without(Set.of("sslmode")) : target;
        TransportSecurity.require(told, properties);
        write("SslMode", properties.getProperty("sslmode"));
      }
      case MYSQL -> {
        addUnlessSet(properties, "sslMode", "PREFERRED");
        addUnlessSet(properties, "useSSL", "true");
        addUnlessSet(properties, "verifyServerCertificate", "false");
        TransportSecurity.require(target, properties);
        write("SslMode", properties.getProperty("sslMode"));
      }
      case MARIADB -> {
        TransportSecurity.require(target, properties);
        addToUrl(target, "sslMode", properties.getProperty("sslMode"));
      }
      case OTHER -> {
        return false;
      }
    }
    return true;
  }

  private void addUnlessSet(Properties properties, String name, String unset) {
    String property = name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
    read(property)
        .filter(value -> !value.equalsIgnoreCase(unset))
        .ifPresent(value -> properties.putIfAbsent(name, value));
  }

  private void addToUrl(JdbcTarget target, String name, String value) {
    if (target.parameters().containsKey(name.toLowerCase(Locale.ROOT))) {
      return;
    }
    String url = read("Url").orElseThrow();
    if (url.contains(MASKED)) {
      throw new IllegalArgumentException(
          "The DataSource's URL does not say that TLS is to be used, and holds a secret with which"
              + " it cannot be changed here; write "
              + name
              + "="
              + value
              + " into it");
    }
    write("Url", url + (url.contains("?") ? "&" : "?") + name + "=" + value);
  }

  private Optional<String> read(String property) {
    try {
      Method getter = bean.getClass().getMethod("get" + property);
      return Optional.ofNullable(getter.invoke(bean)).map(Object::toString);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return Optional.empty();
    } catch (InvocationTargetException e) {
      throw cannot("read", property, e);
    }
  }

  private void write(String property, String value) {
    try {
      bean.getClass().getMethod("set" + property, String.class).invoke(bean, value);
    } catch (ReflectiveOperationException e) {
      throw cannot("set", property, e);
    }
  }

  private IllegalArgumentException cannot(String what, String property, Exception cause) {
    return new IllegalArgumentException(
        "Cannot " + what + " the property " + property + " of a " + bean.getClass().getName(),
        cause);
  }
}
