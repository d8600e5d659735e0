package io.github.iamhikari.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
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

  /** Connector/J sends these instead of the password that it is given. */
  private static final List<String> MORE_PASSWORDS = List.of("password1", "password2", "password3");

  private static final List<String> OTHER_LOGINS =
      List.of("authenticationPluginClassName", "authenticationPlugins");

  private final DataSource bean;

  DriverBean(DataSource bean) {
    this.bean = bean;
  }

  /** Where it connects to; empty for a DataSource that does not tell. */
  Optional<JdbcUrl> url() {
    return read("Url")
        .or(() -> read("URL"))
        .map(JdbcUrl::parse)
        .filter(url -> url.protocol() != JdbcUrl.Protocol.OTHER);
  }

  /** The user that it was given, if any. */
  @Nullable String user() {
    return read("User").orElse(null);
  }

  /**
   * Refuses one that logs in with something else than the token.
   *
   * @throws IllegalArgumentException if it was told to
   */
  void refuseOtherLogins(JdbcUrl url) {
    OtherLogins.refuse(url, new Properties());
    for (String property : OTHER_LOGINS) {
      read(upperCased(property)).ifPresent(value -> OtherLogins.refuse(property, value));
    }
    for (String password : MORE_PASSWORDS) {
      if (read(upperCased(password)).isPresent()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The DataSource has a %s, which could be sent instead of the IAM token; take it"
                    + " out",
                password));
      }
    }
  }

  /**
   * Sees to it that it insists on TLS. Its properties do not tell a fallback to clear text that
   * somebody wrote from one that is the driver's default: both become a mode that insists.
   *
   * @param written what somebody wrote, where that is known
   * @return false if it is none of those that are known here, and was told nothing
   * @throws IllegalArgumentException if it was told to do without TLS
   */
  boolean requireTls(JdbcUrl url, Properties written) {
    Properties properties = (Properties) written.clone();
    switch (url.protocol()) {
      case POSTGRESQL -> {
        TransportSecurity.require(withoutDefault(url), properties);
        write("SslMode", properties.getProperty("sslmode"));
      }
      case MYSQL -> {
        addUnlessSet(properties, "sslMode", "PREFERRED");
        addUnlessSet(properties, "useSSL", "true");
        addUnlessSet(properties, "verifyServerCertificate", "false");
        TransportSecurity.require(url, properties);
        write("SslMode", properties.getProperty("sslMode"));
      }
      case MARIADB -> {
        TransportSecurity.require(url, properties);
        addToUrl(url, "sslMode", properties.getProperty("sslMode"));
      }
      case OTHER -> {
        return false;
      }
    }
    return true;
  }

  private static JdbcUrl withoutDefault(JdbcUrl url) {
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      if (parameter.isNamed("sslmode") && parameter.value().equals("prefer")) {
        return url.without("sslmode");
      }
    }
    return url;
  }

  private void addUnlessSet(Properties properties, String name, String unset) {
    read(upperCased(name))
        .filter(value -> !value.equalsIgnoreCase(unset))
        .ifPresent(value -> properties.putIfAbsent(name, value));
  }

  private void addToUrl(JdbcUrl url, String name, String value) {
    if (url.has(name)) {
      return;
    }
    String text = read("Url").orElseThrow();
    if (text.contains(MASKED)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The DataSource's URL does not say that TLS is to be used, and holds a secret with"
                  + " which it cannot be changed here; write %s=%s into it",
              name,
              value));
    }
    write("Url", text + (text.contains("?") ? "&" : "?") + name + "=" + value);
  }

  private static String upperCased(String property) {
    return property.substring(0, 1).toUpperCase(Locale.ROOT) + property.substring(1);
  }

  private Optional<String> read(String property) {
    try {
      Method getter = bean.getClass().getMethod("get" + property);
      return Optional.ofNullable(getter.invoke(bean)).map(Object::toString);
    } catch (NoSuchMethodException | IllegalAccessException e) {
      return Optional.empty();
    } catch (InvocationTargetException e) {
      throw cannot("read", property, e.getCause());
    } catch (LinkageError e) {
      throw cannot("read", property, e);
    }
  }

  private void write(String property, String value) {
    try {
      bean.getClass().getMethod("set" + property, String.class).invoke(bean, value);
    } catch (InvocationTargetException e) {
      throw cannot("set", property, e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      throw cannot("set", property, e);
    }
  }

  /** Names what failed; of its message, which may show a URL, only that a class was missing. */
  private IllegalArgumentException cannot(String what, String property, @Nullable Throwable cause) {
    String reason =
        cause instanceof NoClassDefFoundError || cause instanceof ClassNotFoundException
            ? "the class path lacks " + String.valueOf(cause.getMessage()).replace('/', '.')
            : "it failed with a " + (cause == null ? "null" : cause.getClass().getName());
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "Cannot %s the property %s of a %s: %s",
            what,
            property,
            bean.getClass().getName(),
            reason),
        cause);
  }
}
