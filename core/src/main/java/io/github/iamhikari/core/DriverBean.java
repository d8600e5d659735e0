package io.github.iamhikari.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A driver's own DataSource, such as {@code PGSimpleDataSource}, accessed through its bean
 * properties. The properties of pgjdbc, Connector/J and MariaDB's driver are known here.
 */
final class DriverBean {

  /** The text that MariaDB's driver shows instead of a secret. */
  private static final String MASKED = "***";

  /** Connector/J sends these instead of the given password. */
  private static final List<String> MORE_PASSWORDS = List.of("password1", "password2", "password3");

  private static final List<String> OTHER_LOGINS =
      List.of("authenticationPluginClassName", "authenticationPlugins");

  private static final Map<String, String> UNSET_IN_POSTGRES =
      Map.of(
          "sslmode", "prefer",
          "sslfactory", "org.postgresql.ssl.LibPQFactory",
          "sslNegotiation", "postgres");

  /**
   * A property that nobody sets: its presence shows that a PGSimpleDataSource with a URL reports
   * all defaults.
   */
  private static final String ONE_OF_ALL_DEFAULTS = "escapeSyntaxCallMode";

  /** The defaults of a MysqlDataSource for TLS and sockets. */
  private static final Map<String, String> UNSET_IN_MYSQL =
      Map.of(
          "sslMode", "PREFERRED",
          "useSSL", "true",
          "verifyServerCertificate", "false",
          "requireSSL", "false",
          "socketFactory", "com.mysql.cj.protocol.StandardSocketFactory",
          "trustCertificateKeyStoreUrl", "",
          "clientCertificateKeyStoreUrl", "",
          "fipsCompliantJsse", "false");

  /** The properties that this class sets when this library verifies the server. */
  private static final List<String> MYSQL_TLS =
      List.of("sslMode", "socketFactory", "trustCertificateKeyStoreUrl");

  private static final List<String> MARIADB_TLS =
      List.of("sslMode", "tlsSocketType", MariaDbTlsPlugin.ARGUMENT, "serverSslCert");

  private final DataSource bean;

  DriverBean(DataSource bean) {
    this.bean = bean;
  }

  /** The URL that it connects to; empty if unknown. */
  Optional<JdbcUrl> url() {
    return read("Url")
        .or(() -> read("URL"))
        .map(JdbcUrl::parse)
        .filter(url -> url.protocol() != JdbcUrl.Protocol.OTHER);
  }

  /** The user set in the DataSource, if any. */
  @Nullable String user() {
    return read("User").orElse(null);
  }

  /**
   * Rejects a DataSource that logs in with something other than the token.
   *
   * @throws IllegalArgumentException if it is configured to
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
                "The DataSource has a %s, which could be sent instead of the IAM token; remove it",
                password));
      }
    }
  }

  /**
   * Makes the DataSource require TLS and, if possible, verify the server. A fallback to clear text
   * may be configured or the driver's default, which the properties do not distinguish; both become
   * a mode that requires TLS.
   *
   * @param target the endpoint that the token is sent to
   * @param written the configured properties, as far as known; the TLS negotiation is added to them
   * @return a warning: that the DataSource is unknown and was not configured, or why the server is
   *     not verified
   * @throws IllegalArgumentException if it is configured not to use TLS
   */
  Optional<String> requireTls(JdbcUrl url, LoginTarget target, Properties written) {
    return switch (url.protocol()) {
      case POSTGRESQL -> requireTlsOfPostgres(url, target, written);
      case MYSQL -> requireTlsOfMysql(url, target, written);
      case MARIADB -> requireTlsOfMariaDb(url, target, written);
      case OTHER -> TransportSecurity.require(url, target, (Properties) written.clone());
    };
  }

  private Optional<String> requireTlsOfPostgres(
      JdbcUrl url, LoginTarget target, Properties written) {
    Properties properties = (Properties) written.clone();
    Optional<String> warning = TransportSecurity.require(asWritten(url), target, properties);
    write("SslMode", properties.getProperty("sslmode"));
    writeNew("Sslfactory", properties, written);
    writeNew("SslFactoryArg", properties, written);
    writeNew("SslRootCert", properties, written);
    if (read("SslNegotiation").isPresent()) { // missing in drivers before 42.7.4
      writeNew("SslNegotiation", properties, written);
      read("SslNegotiation")
          .ifPresent(now -> written.setProperty(TransportSecurity.NEGOTIATION, now));
    }
    return warning;
  }

  private Optional<String> requireTlsOfMysql(JdbcUrl url, LoginTarget target, Properties written) {
    Properties before = (Properties) written.clone();
    boolean isWrittenHere =
        read("SocketFactory").filter(MySqlSocketFactory.NAME::equals).isPresent();
    for (Map.Entry<String, String> unset : UNSET_IN_MYSQL.entrySet()) {
      if (!isWrittenHere || !MYSQL_TLS.contains(unset.getKey())) {
        addUnlessSet(before, unset.getKey(), unset.getValue());
      }
    }
    Properties properties = (Properties) before.clone();
    Optional<String> warning = TransportSecurity.require(url, target, properties);
    write("SslMode", properties.getProperty("sslMode"));
    writeNew("SocketFactory", properties, before);
    writeNew("TrustCertificateKeyStoreUrl", properties, before);
    return warning;
  }

  private Optional<String> requireTlsOfMariaDb(
      JdbcUrl url, LoginTarget target, Properties written) {
    Properties properties = (Properties) written.clone();
    JdbcUrl bare = withoutOurs(url);
    Optional<String> warning = TransportSecurity.require(bare, target, properties);
    for (String name : MARIADB_TLS) {
      if (properties.containsKey(name) && !written.containsKey(name)) {
        addToUrl(bare, name, properties.getProperty(name));
      }
    }
    return warning;
  }

  private void writeNew(String property, Properties properties, Properties before) {
    for (String name : properties.stringPropertyNames()) {
      if (name.equalsIgnoreCase(property) && !before.containsKey(name)) {
        write(property, properties.getProperty(name));
      }
    }
  }

  /**
   * The configured part of a URL. A PGSimpleDataSource with a URL reports its driver's defaults,
   * too, and one used by an earlier pool reports what that pool set.
   */
  private static JdbcUrl asWritten(JdbcUrl url) {
    JdbcUrl written = url;
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      boolean isWritten =
          parameter.isNamed(TransportSecurity.NEGOTIATION) && !url.has(ONE_OF_ALL_DEFAULTS);
      if (!isWritten && parameter.value().equals(UNSET_IN_POSTGRES.get(parameter.name()))) {
        written = written.without(parameter.name());
      }
      if (parameter.value().equals(PostgresSslFactory.class.getName())) {
        written = written.without("sslfactory").without("sslfactoryarg").without("sslmode");
      }
    }
    return written;
  }

  private void addUnlessSet(Properties properties, String name, String unset) {
    read(upperCased(name))
        .filter(value -> !value.equalsIgnoreCase(unset))
        .ifPresent(value -> properties.putIfAbsent(name, value));
  }

  /** Removes from a URL what an earlier pool with this DataSource has added. */
  private JdbcUrl withoutOurs(JdbcUrl url) {
    String text = read("Url").orElse("");
    if (!text.contains("tlsSocketType=" + MariaDbTlsPlugin.TYPE) || text.contains(MASKED)) {
      return url;
    }
    JdbcUrl bare = url;
    for (String name : MARIADB_TLS) {
      text = text.replaceFirst("[?&]" + name + "=[^&]*", "");
      bare = bare.without(name);
    }
    write("Url", text.contains("?") ? text : text.replaceFirst("&", "?"));
    return bare;
  }

  private void addToUrl(JdbcUrl url, String name, String value) {
    if (url.has(name)) {
      return;
    }
    String text = read("Url").orElseThrow();
    if (text.contains(MASKED)) {
      throw new IllegalArgumentException(
          "The DataSource's URL does not configure TLS, and iam-hikari cannot change it because it"
              + " contains a secret; add sslMode=verify-full and serverSslCert (Amazon's bundle) to"
              + " it, or sslMode=trust to skip verification");
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

  /** Names the failure; repeats its message, which may contain a URL, for a missing class only. */
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
