package io.github.iamhikari.core;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a JDBC URL names: where the driver connects to, and as whom.
 *
 * @param protocol whose driver the URL is for
 * @param host the host's name or address, without brackets
 * @param port the port, or null where the URL leaves it to the driver
 * @param user the user, or null where the URL names none
 * @param parameters the URL's parameters, by their names in lower case
 */
record JdbcTarget(
    Protocol protocol,
    String host,
    @Nullable Integer port,
    @Nullable String user,
    Map<String, String> parameters) {

  private static final String AN_ENDPOINT = "\"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"";

  /** What the drivers connect to where a URL names no host. */
  private static final String NO_HOST = "localhost";

  private static final Pattern URL =
      Pattern.compile(
          "jdbc:(?<protocol>[^:/?]+):(?://(?<authority>[^/?]*))?(?<path>[^?]*)(?:\\?(?<query>.*))?",
          Pattern.DOTALL);

  private static final Pattern AUTHORITY =
      Pattern.compile(
          "(?:(?<user>[^:@]*)(?<password>:.*)?@)?"
              + "(?:\\[(?<address>[0-9a-fA-F:.%]+)]|(?<name>[^:\\[\\](),=@]*))(?::(?<port>[^:]*))?",
          Pattern.DOTALL);

  /** Parameters by which pgjdbc goes elsewhere than to the URL's host. */
  private static final List<String> DETOURS =
      List.of("host", "port", "pghost", "pgport", "service");

  /** The protocols whose drivers this library knows how to keep on TLS. */
  enum Protocol {
    POSTGRESQL(5432),
    MYSQL(3306),
    MARIADB(3306);

    private final int defaultPort;

    Protocol(int defaultPort) {
      this.defaultPort = defaultPort;
    }
  }

  /**
   * Reads a URL of the form {@code jdbc:protocol://host:port/database?parameters}.
   *
   * @throws IllegalArgumentException if it has another form, names several hosts or carries a
   *     password. The message does not repeat the URL, which may hold a secret.
   */
  static JdbcTarget parse(String url) {
    Matcher parts = URL.matcher(url);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "The JDBC URL has none of the known forms;"
              + " write jdbc:postgresql://host:port/database, or mysql or mariadb in its place");
    }
    Protocol protocol = protocol(parts.group("protocol"));
    if (parts.group("authority") == null && !parts.group("path").matches("[^:]*")) {
      throw new IllegalArgumentException(
          "The JDBC URL asks its driver for a mode of several hosts ("
              + parts.group("path").replaceFirst("^/*([^:]*):.*", "$1")
              + "); a token fits one endpoint:"
              + " write jdbc:protocol://host:port/database");
    }
    Map<String, String> parameters = parameters(parts.group("query"));
    String authority = parts.group("authority") == null ? "" : parts.group("authority");
    Matcher login = AUTHORITY.matcher(authority);
    if (authority.contains(",") || authority.contains("(")) {
      throw new IllegalArgumentException(
          "The JDBC URL names several hosts, or one in parentheses; a token fits one endpoint:"
              + " write jdbc:protocol://host:port/database");
    }
    if (!login.matches()) {
      throw new IllegalArgumentException(
          "The JDBC URL's host cannot be read; write jdbc:protocol://host:port/database");
    }
    if (login.group("password") != null || parameters.containsKey("password")) {
      throw new IllegalArgumentException(
          "The JDBC URL holds a password, which could be sent instead of the IAM token;"
              + " take it out of the URL");
    }
    if (protocol == Protocol.POSTGRESQL) {
      refuseDetours(parameters);
    }
    String name = login.group("address") != null ? login.group("address") : login.group("name");
    String user =
        login.group("user") != null ? decoded(login.group("user")) : parameters.get("user");
    return new JdbcTarget(
        protocol,
        name.isEmpty() ? NO_HOST : name,
        port(login.group("port")),
        user == null || user.isEmpty() ? null : user,
        parameters);
  }

  /**
   * What a token for this target is signed for.
   *
   * @throws IllegalArgumentException if the endpoint or its region cannot be told, or no user is
   *     named, or two are
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

  private RdsHost endpoint(IamSettings settings) {
    String iamHost = settings.host();
    Optional<RdsHost> endpoint = RdsHost.parse(iamHost == null ? host : iamHost);
    if (endpoint.isPresent()) {
      return endpoint.get();
    }
    if (iamHost != null) {
      throw new IllegalArgumentException(
          IamSettings.HOST
              + " is \""
              + iamHost
              + "\", which is not the name of an Amazon RDS or Aurora endpoint; write one such as "
              + AN_ENDPOINT);
    }
    throw new IllegalArgumentException(
        "The host \""
            + host
            + "\" in the JDBC URL is not the name of an Amazon RDS or Aurora endpoint,"
            + " and a token is signed for that name; set "
            + IamSettings.HOST
            + " to it, such as "
            + AN_ENDPOINT);
  }

  private int signedPort(IamSettings settings) {
    if (settings.defaultPort() != null) {
      return settings.defaultPort();
    }
    if (port == null) {
      return protocol.defaultPort;
    }
    IamSettings.checkPort(port, "The port in the JDBC URL");
    return port;
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

  private static Protocol protocol(String name) {
    for (Protocol protocol : Protocol.values()) {
      if (protocol.name().toLowerCase(Locale.ROOT).equals(name)) {
        return protocol;
      }
    }
    throw new IllegalArgumentException(
        "The JDBC URL is for \"" + name + "\"; IAM logins work with postgresql, mysql and mariadb");
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

  private static void refuseDetours(Map<String, String> parameters) {
    for (String detour : DETOURS) {
      if (parameters.containsKey(detour)) {
        throw new IllegalArgumentException(
            "The JDBC URL's parameter "
                + detour
                + " could lead the driver to another server than the token is"
                + " signed for; write jdbc:postgresql://host:port/database");
      }
    }
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query != null) {
      for (String parameter : query.split("&", -1)) {
        String[] parts = parameter.split("=", 2);
        String name = decoded(parts[0]).toLowerCase(Locale.ROOT);
        String value = parts.length == 1 ? "" : decoded(parts[1]);
        String other = parameters.put(name, value);
        if (other != null && !other.equals(value)) {
          throw new IllegalArgumentException(
              "The JDBC URL's parameter " + name + " is given twice; write it once");
        }
      }
    }
    return parameters;
  }

  private static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "The JDBC URL has a broken percent-encoding among its parameters", e);
    }
  }
}
