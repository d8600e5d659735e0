package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A parsed JDBC URL, as the URL's own driver parses it. {@link LoginTarget} interprets it.
 *
 * @param forDriver the URL without the {@code iam_*} settings among its parameters
 * @param settings the {@code iam_*} settings
 * @param protocol the database's protocol
 * @param protocolName the protocol as written in the URL
 * @param addresses the hosts and ports in the URL
 * @param severalHosts whether the URL has several hosts, or selects a driver mode for several hosts
 * @param user the user, or null if the URL has none
 * @param holdsPassword whether the URL contains a password
 * @param parameters the driver's parameters, for the URL and for its hosts
 */
record JdbcUrl(
    String forDriver,
    Properties settings,
    Protocol protocol,
    String protocolName,
    List<Address> addresses,
    boolean severalHosts,
    @Nullable String user,
    boolean holdsPassword,
    List<Parameter> parameters) {

  /** The protocols whose drivers this library can configure for TLS, and {@code OTHER}. */
  enum Protocol {
    POSTGRESQL("postgresql", "PostgreSQL's driver", 5432),
    MYSQL("mysql", "MySQL's driver", 3306),
    MARIADB("mariadb", "MariaDB's driver", 3306),
    OTHER("", "this driver", 0);

    private final String protocolName;
    private final String driver;
    private final int defaultPort;

    Protocol(String protocolName, String driver, int defaultPort) {
      this.protocolName = protocolName;
      this.driver = driver;
      this.defaultPort = defaultPort;
    }

    static Protocol of(String name) {
      return switch (name) {
        case "postgresql" -> POSTGRESQL;
        case "mysql", "mysql+srv" -> MYSQL;
        case "mariadb" -> MARIADB;
        default -> OTHER;
      };
    }

    /** The name in a URL; empty if it is unknown. */
    String protocolName() {
      return protocolName;
    }

    /** The engine's default port; 0 if it is unknown. */
    int defaultPort() {
      return defaultPort;
    }

    /** The driver's name in messages. */
    String driver() {
      return driver;
    }
  }

  /**
   * One host of a URL.
   *
   * @param host the name or IP address, without brackets, or null if the URL leaves it to the
   *     driver
   * @param port the port, or null if the URL leaves it to the driver
   */
  record Address(@Nullable String host, @Nullable Integer port) {}

  /** A parameter, percent-decoded if the driver decodes it. */
  record Parameter(String name, String value) {

    boolean isNamed(String other) {
      return name.equalsIgnoreCase(other);
    }

    /** Omits the value, which may be a secret. */
    @Override
    public String toString() {
      return "a parameter";
    }
  }

  /**
   * Parses a URL of the form {@code jdbc:protocol://host:port/database?parameters}, or one with
   * several hosts.
   *
   * @throws IllegalArgumentException if the driver would reject it or misread it. The message
   *     repeats nothing of the URL but a port's digits and known names, since anything else may be
   *     a secret.
   */
  static JdbcUrl parse(String url) {
    return new JdbcUrlParser(url).parse();
  }

  /** The URL of something whose target is unknown. */
  static JdbcUrl ofUnknown(Class<?> type) {
    return unknown(type.getName(), List.of());
  }

  /** The URL of a DataSource that already logs in with tokens. */
  static JdbcUrl of(TokenRequest request) {
    return unknown("", List.of(new Address(request.host(), request.port())));
  }

  private static JdbcUrl unknown(String name, List<Address> addresses) {
    return new JdbcUrl(
        "", new Properties(), Protocol.OTHER, name, addresses, false, null, false, List.of());
  }

  /** A copy without the parameters of this name. */
  JdbcUrl without(String name) {
    List<Parameter> others = new ArrayList<>(parameters);
    others.removeIf(parameter -> parameter.isNamed(name));
    return new JdbcUrl(
        forDriver,
        settings,
        protocol,
        protocolName,
        addresses,
        severalHosts,
        user,
        holdsPassword,
        others);
  }

  /** Whether there is a parameter of this name, ignoring case. */
  boolean has(String name) {
    for (Parameter parameter : parameters) {
      if (parameter.isNamed(name)) {
        return true;
      }
    }
    return false;
  }

  /** Omits everything that could be a secret. */
  @Override
  public String toString() {
    return "a JDBC URL of " + protocol.driver();
  }

  /** Whether a text looks like a host name or IP address, so that messages may repeat it. */
  static boolean isHostName(String text) {
    boolean isAddress = text.indexOf(':') >= 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean fits =
          isAddress
              ? Character.digit(c, 16) >= 0 || c == ':' || c == '.'
              : isAsciiLetterOrDigit(c) || c == '-' || c == '.';
      if (!fits || c > 'z') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  static boolean isAsciiLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }
}
