package io.github.iamhikari.core;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint and user that a token is signed for, derived from the URL, the properties and the
 * settings. Rejects every configuration for which that cannot be decided.
 *
 * @param endpoint the endpoint that tokens are signed for
 * @param named the endpoint in the URL, if there is a different one
 * @param request host, port, region and user
 */
record LoginTarget(EndpointName endpoint, Optional<EndpointName> named, TokenRequest request) {

  private static final String SERVICES = "RDS, Aurora or Aurora DSQL";

  private static final String AN_ENDPOINT = "\"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"";

  private static final String A_CLUSTER_ID = "abcdefghij0123456789klmnop";

  /** The suffix of the name of a VPC interface endpoint. */
  private static final String VPC_ENDPOINT = ".vpce.amazonaws.com";

  /** Parameters that send PostgreSQL's driver to another host than the URL's. */
  private static final List<String> HOST_DETOURS = List.of("host", "PGHOST");

  private static final List<String> PORT_DETOURS = List.of("port", "PGPORT");

  private static final String SERVICE = "service";

  private static final String PORT_OF_URL = "The port in the JDBC URL";

  /**
   * Derives the target.
   *
   * @param configuredUser the user set outside the URL, if any
   * @throws IllegalArgumentException if the endpoint, its port or its region cannot be determined;
   *     if no user is set, or two different ones are; or if the URL could lead elsewhere or
   *     contains a password
   */
  static LoginTarget of(JdbcUrl url, IamSettings settings, @Nullable String configuredUser) {
    if (url.holdsPassword()) {
      throw new IllegalArgumentException(
          "The JDBC URL contains a password, which could be sent instead of the IAM token; remove"
              + " it from the URL");
    }
    if (url.protocol() == JdbcUrl.Protocol.POSTGRESQL) {
      refuseDetours(url);
    }
    Optional<EndpointName> named = endpointOf(url);
    EndpointName endpoint =
        settings.host() == null ? theOne(url, named) : endpointOf(settings.host());
    String region = settings.region() != null ? settings.region() : endpoint.region();
    String missing = region == null ? AwsServices.missingFor("rds.RdsClient") : null;
    if (missing != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is a global endpoint, and the AWS SDK module that looks up its writer's region is"
                  + " not on the class path; add software.amazon.awssdk:%s, or set %s to the"
                  + " writer's region",
              endpoint.name(),
              missing,
              IamSettings.REGION));
    }
    refuseUnlessSpoken(url, endpoint);
    if (named.isPresent()) {
      refuseUnlessSpoken(url, named.get());
      refuseUnlessOfOneService(named.get(), endpoint);
    }
    int port = endpoint.isOfDsql() ? portOfDsql(url, settings, named) : portOf(url, settings);
    String user = user(url.user(), configuredUser);
    return new LoginTarget(
        endpoint,
        settings.host() == null ? Optional.empty() : named,
        new TokenRequest(endpoint.service(), endpoint.name(), port, region, user));
  }

  /** Whether this class reads a URL parameter, so that messages may name it. */
  static boolean readsParameter(String name) {
    return name.equalsIgnoreCase("user")
        || isDetour(HOST_DETOURS, name)
        || isDetour(PORT_DETOURS, name);
  }

  /** The endpoint that the driver connects to, as far as known. */
  EndpointName server() {
    return named.orElse(endpoint);
  }

  /**
   * The region whose root certificates verify the server: {@link RegionRoots#ALL} for a global
   * endpoint, since its writer moves. Global endpoints of commercial regions and of GovCloud share
   * a suffix.
   */
  String rootsRegion() {
    if (endpoint.region() != null) {
      return endpoint.region();
    }
    if (request.region() != null) {
      return request.region();
    }
    return endpoint.name().endsWith(".amazonaws.com") ? RegionRoots.ALL : RegionRoots.GLOBAL;
  }

  private static EndpointName endpointOf(String iamHost) {
    return EndpointName.parse(iamHost)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    String.format(
                        Locale.ROOT,
                        "%s is \"%s\", which is not an %s endpoint; set it to one such as %s",
                        IamSettings.HOST,
                        IamSettings.shown(iamHost),
                        SERVICES,
                        exampleFor(iamHost))));
  }

  /** An example, in quotes, of the endpoint that may have been meant by another name. */
  private static String exampleFor(String host) {
    String name = EndpointName.normalize(host);
    String[] labels = name.split("\\.", 4);
    boolean isPrivateLink = // the VPC endpoint's name contains the service
        name.endsWith(VPC_ENDPOINT) && labels.length == 4 && labels[1].startsWith("dsql-");
    if (isPrivateLink) {
      return "\"" + A_CLUSTER_ID + "." + labels[1] + "." + labels[2] + ".on.aws\"";
    }
    return name.endsWith(".on.aws")
        ? "\"" + A_CLUSTER_ID + ".dsql.us-east-2.on.aws\""
        : AN_ENDPOINT;
  }

  private static Optional<EndpointName> endpointOf(JdbcUrl url) {
    String host = url.addresses().size() == 1 ? url.addresses().get(0).host() : null;
    return host == null ? Optional.empty() : EndpointName.parse(host);
  }

  private static EndpointName theOne(JdbcUrl url, Optional<EndpointName> named) {
    if (url.severalHosts()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL can lead to several hosts, but a token is valid for one endpoint; name"
                  + " a single host, or set %s to the endpoint that represents all of them",
              IamSettings.HOST));
    }
    if (named.isPresent()) {
      return named.get();
    }
    if (url.addresses().isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The endpoint that \"%s\" connects to is unknown; set %s to it, such as %s",
              url.protocolName(),
              IamSettings.HOST,
              AN_ENDPOINT));
    }
    throw noEndpoint(url.addresses().get(0).host());
  }

  /**
   * The reason why tokens cannot be signed for the URL's host.
   *
   * @param host null if the URL has none
   */
  private static IllegalArgumentException noEndpoint(@Nullable String host) {
    if (host == null) {
      return new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL has no host; add the endpoint, such as %s, or set %s to it",
              AN_ENDPOINT,
              IamSettings.HOST));
    }
    if (JdbcUrl.isHostName(host) && EndpointName.normalize(host).endsWith(VPC_ENDPOINT)) {
      return new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The host \"%s\" in the JDBC URL is a VPC endpoint, but tokens are signed for the"
                  + " database's own endpoint; set %s to that, such as %s",
              host,
              IamSettings.HOST,
              exampleFor(host)));
    }
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "The host \"%s\" in the JDBC URL is not an %s endpoint, but tokens are signed for the"
                + " endpoint's name; set %s to it, such as %s",
            JdbcUrl.isHostName(host) ? host : "...",
            SERVICES,
            IamSettings.HOST,
            exampleFor(host)));
  }

  private static void refuseUnlessSpoken(JdbcUrl url, EndpointName endpoint) {
    boolean isMysql =
        url.protocol() == JdbcUrl.Protocol.MYSQL || url.protocol() == JdbcUrl.Protocol.MARIADB;
    if (isMysql && endpoint.isOfDsql()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is an Aurora DSQL endpoint, which speaks PostgreSQL and not MySQL; use"
                  + " jdbc:postgresql://%s/postgres",
              endpoint.name(),
              endpoint.name()));
    }
  }

  /** With {@code iam_host}, the URL may name another endpoint of the same database. */
  private static void refuseUnlessOfOneService(EndpointName named, EndpointName signedFor) {
    if (named.isOfDsql() != signedFor.isOfDsql()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL names %s, but %s is %s, an endpoint of %s, whose tokens %s does not"
                  + " accept; remove %s, or set it to an endpoint of the same database",
              named.name(),
              IamSettings.HOST,
              signedFor.name(),
              signedFor.service(),
              named.service(),
              IamSettings.HOST));
    }
  }

  /** The driver's port, for messages only: tokens for Aurora DSQL contain no port. */
  private static int portOfDsql(JdbcUrl url, IamSettings settings, Optional<EndpointName> named) {
    Integer port =
        url.addresses().isEmpty() ? settings.defaultPort() : url.addresses().get(0).port();
    if (port == null) {
      return JdbcUrl.Protocol.POSTGRESQL.defaultPort();
    }
    if (named.isPresent()) {
      IamSettings.checkPort(port, PORT_OF_URL, "the JDBC URL");
    }
    return port;
  }

  private static int portOf(JdbcUrl url, IamSettings settings) {
    if (settings.defaultPort() != null) {
      return settings.defaultPort();
    }
    Integer port = url.addresses().isEmpty() ? null : url.addresses().get(0).port();
    for (JdbcUrl.Address address : url.addresses()) {
      if (!Objects.equals(address.port(), port)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The JDBC URL names hosts with different ports, but a token is signed for one port;"
                    + " set %s to the endpoint's port",
                IamSettings.DEFAULT_PORT));
      }
    }
    if (port != null) {
      IamSettings.checkPort(port, PORT_OF_URL, IamSettings.DEFAULT_PORT);
      return port;
    }
    if (url.protocol() == JdbcUrl.Protocol.OTHER) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The port of \"%s\" is unknown; set %s to the endpoint's port",
              url.protocolName(),
              IamSettings.DEFAULT_PORT));
    }
    return url.protocol().defaultPort();
  }

  private static String user(@Nullable String ofUrl, @Nullable String configured) {
    if (configured == null || configured.isBlank()) {
      if (ofUrl == null) {
        throw new IllegalArgumentException(
            "No database user is set; set username to the user that logs in with IAM");
      }
      return checked(ofUrl);
    }
    checked(configured);
    if (ofUrl != null && !ofUrl.equals(configured)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL names a different user than the configuration, which names \"%s\";"
                  + " remove one of them",
              configured));
    }
    return configured;
  }

  /**
   * Returns a user's name unchanged.
   *
   * @throws IllegalArgumentException if it cannot be the name of a database user
   */
  static String checked(String user) {
    char first = user.isEmpty() ? ' ' : user.charAt(0);
    boolean isQuoted =
        user.length() > 1 && "\"'`".indexOf(first) >= 0 && user.charAt(user.length() - 1) == first;
    String fault =
        user.contains("${")
            ? "contains an unresolved placeholder ${...}"
            : isQuoted
                ? "is in quotes"
                : user.isBlank()
                    ? "is blank"
                    : !user.equals(user.strip()) ? "begins or ends with a blank" : "";
    if (!fault.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The database user %s; write the plain name, which the token is signed for",
              fault));
    }
    return user;
  }

  private static void refuseDetours(JdbcUrl url) {
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      if (parameter.isNamed(SERVICE)) {
        throw detour(SERVICE);
      }
      for (JdbcUrl.Address address : url.addresses()) {
        boolean otherHost =
            isDetour(HOST_DETOURS, parameter.name()) && !parameter.value().equals(address.host());
        boolean otherPort =
            isDetour(PORT_DETOURS, parameter.name())
                && !parameter.value().equals(String.valueOf(address.port()));
        if (otherHost || otherPort) {
          throw detour(parameter.name());
        }
      }
    }
  }

  private static boolean isDetour(List<String> detours, String name) {
    for (String detour : detours) {
      if (detour.equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  private static IllegalArgumentException detour(String parameter) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "The JDBC URL's parameter %s could send the driver to a different server than the token"
                + " is signed for; use jdbc:postgresql://host:port/database",
            parameter));
  }
}
