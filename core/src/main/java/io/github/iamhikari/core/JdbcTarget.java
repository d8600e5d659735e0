package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a JDBC URL names: whose driver it is for, where that connects to, and as whom.
 *
 * @param protocol whose driver
 * @param protocolName the protocol as the URL writes it
 * @param addresses where it connects to; several where the URL names several hosts
 * @param severalHosts whether it does so, or asks its driver for a mode of several hosts
 * @param user the user, or null where the URL names none
 * @param parameters the URL's parameters, by their names in lower case
 */
record JdbcTarget(
    Protocol protocol,
    String protocolName,
    List<Address> addresses,
    boolean severalHosts,
    @Nullable String user,
    Map<String, String> parameters) {

  /** The protocols whose drivers this library knows how to keep on TLS, and all others. */
  enum Protocol {
    POSTGRESQL(5432),
    MYSQL(3306),
    MARIADB(3306),
    OTHER(0);

    private final int defaultPort;

    Protocol(int defaultPort) {
      this.defaultPort = defaultPort;
    }

    private static Protocol of(String name) {
      return switch (name.replaceFirst("\\+srv$", "")) {
        case "postgresql" -> POSTGRESQL;
        case "mysql" -> MYSQL;
        case "mariadb" -> MARIADB;
        default -> OTHER;
      };
    }
  }

  /**
   * One host of a URL.
   *
   * @param host its name or address, without brackets
   * @param port its port, or null where the URL leaves it to the driver
   */
  record Address(String host, @Nullable Integer port) {}

  private static final String AN_ENDPOINT = "\"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"";

  /** What the drivers connect to where a URL names no host. */
  private static final String NO_HOST = "localhost";

  /** Prefixes with which other drivers wrap the URL of the real one. */
  private static final Pattern WRAPPERS = Pattern.compile("^jdbc:(?:(?:aws-wrapper|otel|p6spy):)+");

  private static final Pattern URL =
      Pattern.compile(
          "jdbc:(?<protocol>[A-Za-z][\\w+.-]*):(?:(?<mode>[\\w-]+):(?=//))?"
              + "(?://(?<authority>[^/?]*))?[^?]*(?:\\?(?<query>.*))?",
          Pattern.DOTALL);

  private static final Pattern HOST_AND_PORT =
      Pattern.compile(
          "(?:\\[(?<address>[0-9a-fA-F:.%]*)]|(?<name>[^:\\[\\]()=]*))(?::(?<port>[^:]*))?");

  private static final Pattern KEY_AND_VALUE = Pattern.compile("(\\w+)\\s*=\\s*([^,()]*)");

  private static final Pattern BETWEEN_HOSTS = Pattern.compile(",(?![^(]*\\))(?![^\\[]*])");

  /** Parameters by which pgjdbc goes elsewhere than to the URL's host and port. */
  private static final Set<String> HOST_DETOURS = Set.of("host", "pghost");

  private static final Set<String> PORT_DETOURS = Set.of("port", "pgport");

  /**
   * Reads a URL of the form {@code jdbc:protocol://host:port/database?parameters}, or what comes of
   * it where it names several hosts.
   *
   * @throws IllegalArgumentException if it has no known form or carries a password. The message
   *     does not repeat the URL, which may hold a secret.
   */
  static JdbcTarget parse(String url) {
    Matcher parts = URL.matcher(WRAPPERS.matcher(url).replaceFirst("jdbc:"));
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "The JDBC URL has none of the known forms;"
              + " write jdbc:postgresql://host:port/database, or mysql or mariadb in its place");
    }
    String protocolName = parts.group("protocol");
    Protocol protocol = Protocol.of(protocolName);
    String query = parts.group("query");
    Map<String, String> parameters = query == null ? Map.of() : JdbcUrl.parameters(query);
    Authority authority =
        Authority.parse(Objects.requireNonNullElse(parts.group("authority"), ""), protocol);
    if (authority.hasPassword || parameters.containsKey("password")) {
      throw new IllegalArgumentException(
          "The JDBC URL holds a password, which could be sent instead of the IAM token;"
              + " take it out of the URL");
    }
    if (protocol == Protocol.POSTGRESQL) {
      refuseDetours(parameters, authority.addresses);
    }
    String user = authority.user != null ? authority.user : parameters.get("user");
    boolean severalHosts =
        authority.addresses.size() > 1
            || parts.group("mode") != null
            || protocolName.endsWith("+srv");
    return new JdbcTarget(
        protocol,
        protocolName,
        authority.addresses,
        severalHosts,
        user == null || user.isEmpty() ? null : user,
        parameters);
  }

  /** What a DataSource connects to that does not tell. */
  static JdbcTarget ofUnknown(DataSource dataSource) {
    String name = dataSource.getClass().getName();
    return new JdbcTarget(Protocol.OTHER, name, List.of(), false, null, Map.of());
  }

  /** Refuses settings in a URL that is a DataSource's own, from which they cannot be taken out. */
  void refuseSettings() {
    for (String name : parameters.keySet()) {
      if (IamSettings.isSetting(name)) {
        throw new IllegalArgumentException(
            "The DataSource's own URL holds "
                + name
                + ", which is not for the driver; set it as a data source property of the pool");
      }
    }
  }

  /** Without the parameters of these names. */
  JdbcTarget without(Set<String> names) {
    Map<String, String> others =
        parameters.entrySet().stream()
            .filter(parameter -> !names.contains(parameter.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return new JdbcTarget(protocol, protocolName, addresses, severalHosts, user, others);
  }

  /**
   * What a token for this target is signed for.
   *
   * @throws IllegalArgumentException if the endpoint, its port or its region cannot be told, or no
   *     user is named, or two are
   */
  TokenRequest tokenRequest(IamSettings settings, @Nullable String configuredUser) {
    RdsHost endpoint = endpoint(settings);
    String region = settings.region() != null ? settings.region() : endpoint.region();
    if (region == null) {
      throw new IllegalArgumentException(
          endpoint.name()
              + " is a global endpoint, whose name tells no region; set "
              + IamSettings.REGION
              + " to the region of its writer");
    }
    return new TokenRequest(endpoint.name(), signedPort(settings), region, login(configuredUser));
  }

  /** The endpoint whose name is signed. */
  private RdsHost endpoint(IamSettings settings) {
    String iamHost = settings.host();
    if (iamHost != null) {
      return RdsHost.parse(iamHost)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      IamSettings.HOST
                          + " is \""
                          + iamHost
                          + "\", which is not the name of an Amazon RDS or Aurora endpoint;"
                          + " write one such as "
                          + AN_ENDPOINT));
    }
    if (severalHosts) {
      throw new IllegalArgumentException(
          "The JDBC URL may lead to several hosts, and a token fits one endpoint; name one host"
              + " alone, or set "
              + IamSettings.HOST
              + " to the endpoint that stands for all of them");
    }
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException(
          "It cannot be told where \""
              + protocolName
              + "\" connects to; set "
              + IamSettings.HOST
              + " to the endpoint, such as "
              + AN_ENDPOINT);
    }
    String host = addresses.get(0).host();
    return RdsHost.parse(host)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "The host \""
                        + host
                        + "\" in the JDBC URL is not the name of an Amazon RDS or Aurora endpoint,"
                        + " and a token is signed for that name; set "
                        + IamSettings.HOST
                        + " to it, such as "
                        + AN_ENDPOINT));
  }

  private int signedPort(IamSettings settings) {
    if (settings.defaultPort() != null) {
      return settings.defaultPort();
    }
    List<Optional<Integer>> ports =
        addresses.stream().map(address -> Optional.ofNullable(address.port())).distinct().toList();
    if (ports.size() > 1) {
      throw new IllegalArgumentException(
          "The JDBC URL names hosts with several ports, and a token is signed for one; set "
              + IamSettings.DEFAULT_PORT
              + " to the endpoint's port");
    }
    Optional<Integer> port = ports.isEmpty() ? Optional.empty() : ports.get(0);
    if (port.isPresent()) {
      IamSettings.checkPort(port.get(), "The port in the JDBC URL");
      return port.get();
    }
    if (protocol == Protocol.OTHER) {
      throw new IllegalArgumentException(
          "The port of \""
              + protocolName
              + "\" is not known here; set "
              + IamSettings.DEFAULT_PORT
              + " to the endpoint's port");
    }
    return protocol.defaultPort;
  }

  private String login(@Nullable String configured) {
    if (configured == null || configured.isBlank()) {
      if (user == null) {
        throw new IllegalArgumentException(
            "No database user is named; set username to the one that logs in with IAM");
      }
      return user;
    }
    if (user != null && !user.equals(configured)) {
      throw new IllegalArgumentException(
          "The JDBC URL names the user \""
              + user
              + "\" and the configuration the user \""
              + configured
              + "\"; leave one out");
    }
    return configured;
  }

  private static void refuseDetours(Map<String, String> parameters, List<Address> addresses) {
    if (parameters.containsKey("service")) {
      throw detour("service");
    }
    for (Address address : addresses) {
      String port = String.valueOf(address.port());
      parameters.forEach(
          (name, value) -> {
            boolean otherHost = HOST_DETOURS.contains(name) && !value.equals(address.host());
            boolean otherPort = PORT_DETOURS.contains(name) && !value.equals(port);
            if (otherHost || otherPort) {
              throw detour(name);
            }
          });
    }
  }

  private static IllegalArgumentException detour(String parameter) {
    return new IllegalArgumentException(
        "The JDBC URL's parameter "
            + parameter
            + " could lead the driver to another server than the token is signed for;"
            + " write jdbc:postgresql://host:port/database");
  }

  /** What stands between a URL's slashes. */
  private static final class Authority {

    private final List<Address> addresses = new ArrayList<>();
    private @Nullable String user;
    private boolean hasPassword;

    private static Authority parse(String text, Protocol protocol) {
      Authority authority = new Authority();
      for (String host : BETWEEN_HOSTS.split(text, -1)) {
        String withoutUser = authority.takeUser(host);
        boolean inBrackets = withoutUser.matches("(?s)\\[.*,.*]");
        String hosts =
            inBrackets ? withoutUser.substring(1, withoutUser.length() - 1) : withoutUser;
        for (String one : BETWEEN_HOSTS.split(hosts, -1)) {
          authority.read(authority.takeUser(one), protocol);
        }
      }
      return authority;
    }

    private void read(String host, Protocol protocol) {
      if (host.matches("(?is)(address=)?\\(.*\\)")) {
        readKeys(host);
        return;
      }
      readHost(host, protocol);
    }

    private String takeUser(String host) {
      int at = host.lastIndexOf('@');
      int parenthesis = host.indexOf('(');
      if (at < 0 || (parenthesis >= 0 && parenthesis < at)) {
        return host;
      }
      String login = host.substring(0, at);
      int colon = login.indexOf(':');
      hasPassword |= colon >= 0;
      user = JdbcUrl.decoded(colon < 0 ? login : login.substring(0, colon));
      return host.substring(at + 1);
    }

    /** Connector/J's {@code (host=...,port=...)}, and {@code address=(host=...)(port=...)}. */
    private void readKeys(String keys) {
      String host = NO_HOST;
      Integer port = null;
      for (Matcher key = KEY_AND_VALUE.matcher(keys); key.find(); ) {
        String value = key.group(2).strip();
        switch (key.group(1).toLowerCase(Locale.ROOT)) {
          case "host" -> host = value;
          case "port" -> port = port(value);
          case "user" -> user = value;
          case "password" -> hasPassword = true;
          default -> {} // what else a driver may be told of a host is its own business
        }
      }
      addresses.add(new Address(host, port));
    }

    private void readHost(String text, Protocol protocol) {
      Matcher host = HOST_AND_PORT.matcher(text);
      if (!host.matches()) {
        if (protocol == Protocol.OTHER) {
          return; // its own form, in which iam_host and iam_default_port say what is signed
        }
        throw new IllegalArgumentException(
            "The JDBC URL's host cannot be read; write jdbc:protocol://host:port/database");
      }
      String name = host.group("address") != null ? host.group("address") : host.group("name");
      addresses.add(new Address(name.isEmpty() ? NO_HOST : name, port(host.group("port"))));
    }

    private static @Nullable Integer port(@Nullable String digits) {
      if (digits == null || digits.isEmpty()) {
        return null;
      }
      if (!digits.matches("\\d{1,5}")
          || Integer.parseInt(digits) < 1
          || Integer.parseInt(digits) > 65_535) {
        throw new IllegalArgumentException(
            "The port in the JDBC URL is \"" + digits + "\"; write one from 1 to 65535");
      }
      return Integer.valueOf(digits);
    }
  }
}
