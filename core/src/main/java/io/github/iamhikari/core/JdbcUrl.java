package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The syntax of a JDBC URL, read as the driver reads it that the URL is for. What comes of it is
 * decided by {@link LoginTarget}.
 *
 * @param forDriver the URL without the {@code iam_*} settings among its parameters
 * @param settings these settings
 * @param protocol whose driver it is for
 * @param protocolName the protocol as the URL writes it
 * @param addresses where it connects to; several where the URL names several hosts
 * @param severalHosts whether it does so, or asks its driver for a mode of several hosts
 * @param user the user, or null where the URL names none
 * @param holdsPassword whether it names a password
 * @param parameters the driver's parameters, of the URL and of its hosts
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

  /** The protocols whose drivers this library knows how to keep on TLS, and all others. */
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

    /** As a URL writes it, or empty where it is not known. */
    String protocolName() {
      return protocolName;
    }

    /** The port of the engine, or 0 where it is not known. */
    int defaultPort() {
      return defaultPort;
    }

    /** As in a message. */
    String driver() {
      return driver;
    }
  }

  /**
   * One host of a URL.
   *
   * @param host its name or address, without brackets, or null where the URL leaves it to the
   *     driver
   * @param port its port, or null where the URL leaves it to the driver
   */
  record Address(@Nullable String host, @Nullable Integer port) {}

  /** A parameter, without percent-encoding where the driver takes that off. */
  record Parameter(String name, String value) {

    boolean isNamed(String other) {
      return name.equalsIgnoreCase(other);
    }

    /** Shows no value, which may be a secret. */
    @Override
    public String toString() {
      return "a parameter";
    }
  }

  /**
   * Reads a URL of the form {@code jdbc:protocol://host:port/database?parameters}, or what comes of
   * it where it names several hosts.
   *
   * @throws IllegalArgumentException if the driver would not read it, or not as it is meant. The
   *     message repeats of the URL nothing but a port's digits and names that are known here, since
   *     anything else may be a secret.
   */
  static JdbcUrl parse(String url) {
    return new JdbcUrlParser(url).parse();
  }

  /** What is connected to by something that does not tell. */
  static JdbcUrl ofUnknown(Class<?> type) {
    return unknown(type.getName(), List.of());
  }

  /** What a DataSource connects to that logs in with tokens already. */
  static JdbcUrl of(TokenRequest request) {
    return unknown("", List.of(new Address(request.host(), request.port())));
  }

  private static JdbcUrl unknown(String name, List<Address> addresses) {
    return new JdbcUrl(
        "", new Properties(), Protocol.OTHER, name, addresses, false, null, false, List.of());
  }

  /** Without the parameters of this name. */
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

  /** Whether there is a parameter of this name, in whatever case. */
  boolean has(String name) {
    for (Parameter parameter : parameters) {
      if (parameter.isNamed(name)) {
        return true;
      }
    }
    return false;
  }

  /** Shows only what cannot be a secret. */
  @Override
  public String toString() {
    return "a JDBC URL of " + protocol.driver();
  }

  /** Whether this can be repeated in a message: a host's name, or an IP address. */
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
