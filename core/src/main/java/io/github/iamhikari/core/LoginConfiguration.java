package io.github.iamhikari.core;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/**
 * The validated configuration of a login: what tokens are signed for, and what the driver gets.
 *
 * @param settings the {@code iam_*} settings, merged from the URL and the properties
 * @param url the JDBC URL, or what is known of it if a driver's DataSource has it
 * @param target what tokens are signed for
 * @param role the role to assume for signing, or null to sign with the AWS credentials themselves
 * @param driverProperties the driver's properties outside the URL, without settings, user and
 *     password
 */
record LoginConfiguration(
    IamSettings settings,
    JdbcUrl url,
    LoginTarget target,
    @Nullable Role role,
    Properties driverProperties) {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  private static final Duration LONGEST_SESSION_OF_DSQL = Duration.ofMinutes(60);

  /** The preset profiles of Amazon's driver, none of which logs in. */
  private static final String PRESET_PROFILE = "(SF_)?[A-I][0-2]?";

  /**
   * Validates a configuration with a JDBC URL.
   *
   * @param name the pool's name, the default name of a role's session
   * @param warnings receives each warning
   * @throws IllegalArgumentException if a setting is wrong or missing
   */
  static LoginConfiguration ofUrl(
      String name,
      Consumer<String> warnings,
      @Nullable String jdbcUrl,
      @Nullable String user,
      Properties properties) {
    if (jdbcUrl == null) {
      throw new IllegalArgumentException(
          "No JDBC URL is set; use jdbc:postgresql://host:port/database, or jdbc:mysql: or"
              + " jdbc:mariadb:");
    }
    Properties written = texts(properties);
    JdbcUrl url = JdbcUrl.parse(ofRealDriver(jdbcUrl));
    IamSettings settings = settings(warnings, written, url.settings());
    Properties driverProperties = forDriver(warnings, written);
    String driverUser = valueOf("user", written);
    LoginTarget target = LoginTarget.of(url, settings, user(warnings, user, driverUser));
    OtherLogins.refuse(url, driverProperties);
    TransportSecurity.require(url, target, driverProperties)
        .ifPresent(warning -> warnings.accept(warning + "."));
    warnOfProfile(warnings, url, driverProperties);
    warn(warnings, url, settings, target);
    return of(name, settings, url, target, driverProperties);
  }

  /** The real driver's URL, for a URL that may be one of {@link IamDriver}. */
  static String ofRealDriver(String jdbcUrl) {
    return jdbcUrl.startsWith(IamDriver.PREFIX)
        ? OtherLogins.withoutPassword("jdbc:".concat(jdbcUrl.substring(IamDriver.PREFIX.length())))
        : jdbcUrl;
  }

  /**
   * Validates a configuration with a driver's DataSource, and configures that for TLS.
   *
   * @param name the pool's name, the default name of a role's session
   * @param warnings receives each warning
   * @throws IllegalArgumentException if a setting is wrong or missing
   */
  static LoginConfiguration ofDataSource(
      String name,
      Consumer<String> warnings,
      DataSource dataSource,
      @Nullable String user,
      Properties properties) {
    Properties written = texts(properties);
    IamSettings settings = settings(warnings, written, new Properties());
    Properties driverProperties = forDriver(warnings, written);
    DriverBean bean = new DriverBean(dataSource);
    JdbcUrl url = bean.url().orElse(JdbcUrl.ofUnknown(dataSource.getClass()));
    if (!url.settings().isEmpty()) {
      String setting = url.settings().stringPropertyNames().iterator().next();
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The DataSource's URL contains %s, which is not a property of the driver; set it as a"
                  + " data source property of the pool",
              setting));
    }
    LoginTarget target = LoginTarget.of(url, settings, user(warnings, user, bean.user()));
    bean.refuseOtherLogins(url);
    OtherLogins.refuse(url, driverProperties);
    bean.requireTls(url, target, driverProperties)
        .ifPresent(warning -> warnings.accept(warning + "."));
    warn(warnings, url, settings, target);
    // the properties now contain the TLS negotiation
    return of(name, settings, url.without(TransportSecurity.NEGOTIATION), target, driverProperties);
  }

  /**
   * Validates a configuration with another {@link IamDataSource}, whose driver is reused.
   *
   * @param name the pool's name, the default name of a role's session
   * @param warnings receives each warning
   * @param other what the tokens of the other one are signed for
   * @throws IllegalArgumentException if a setting is wrong or missing
   */
  static LoginConfiguration ofOther(
      String name,
      Consumer<String> warnings,
      TokenRequest other,
      @Nullable String user,
      Properties properties) {
    Properties written = texts(properties);
    IamSettings settings = settings(warnings, written, new Properties());
    if (settings.host() == null && settings.region() == null && other.region() != null) {
      written.setProperty(IamSettings.REGION, other.region());
      settings = settings(warnings, written, new Properties());
    }
    String configured = user == null || user.isBlank() ? other.user() : user;
    JdbcUrl url = JdbcUrl.of(other);
    LoginTarget target = LoginTarget.of(url, settings, configured);
    return of(name, settings, url, target, forDriver(warnings, written));
  }

  /**
   * Validates a configuration without JDBC, with an endpoint's name and port.
   *
   * @param name the default name of a role's session
   * @param warnings receives each warning
   * @param endpoint the name and port as settings, if given
   * @param properties properties with the other settings
   * @throws IllegalArgumentException if a setting is wrong or missing
   */
  static LoginConfiguration ofEndpoint(
      String name,
      Consumer<String> warnings,
      Properties endpoint,
      @Nullable String user,
      Properties properties) {
    IamSettings settings = settings(warnings, texts(properties), endpoint);
    JdbcUrl url = JdbcUrl.ofUnknown(IamTokenSource.class);
    LoginTarget target = LoginTarget.of(url, settings, user);
    warn(warnings, url, settings, target);
    return of(name, settings, url, target, new Properties());
  }

  private static LoginConfiguration of(
      String name,
      IamSettings settings,
      JdbcUrl url,
      LoginTarget target,
      Properties driverProperties) {
    WriterVerification.check(settings, target.server());
    Role role = Role.of(name, settings, target.request().region());
    return new LoginConfiguration(settings, url, target, role, driverProperties);
  }

  /** The ARN of the role to assume for signing, or null if there is none. */
  @Nullable String roleArn() {
    return role == null ? null : role.arn();
  }

  /** What tokens are signed for. */
  TokenRequest request() {
    return target.request();
  }

  /** The JDBC URL without the settings. */
  String urlForDriver() {
    return url.forDriver();
  }

  /**
   * Logs who logs in where, and with which credentials.
   *
   * @param credentialsProvider the given credentials provider, if any
   * @throws IllegalArgumentException if both a provider and a profile are set
   */
  void announce(String name, @Nullable AwsCredentialsProvider credentialsProvider) {
    String profile = settings.awsProfile();
    if (profile != null && credentialsProvider != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is \"%s\", but an AWS credentials provider is set as well; remove one of them",
              IamSettings.AWS_PROFILE,
              IamSettings.shown(profile)));
    }
    String source = ExplainedCredentials.source(profile, credentialsProvider);
    logger.info(
        "{} - Logging in with IAM as {}, with AWS credentials from {}; a token is used for {} s.",
        name,
        request(),
        role == null
            ? source
            : role + " (session " + role.sessionName() + "), assumed with those from " + source,
        settings.expiration().toSeconds());
  }

  /**
   * Warns if a pool keeps connections for longer than the server does.
   *
   * @param maxLifetime how long the pool keeps them; zero for no limit, null if unknown
   */
  void warnOfLifetime(Consumer<String> warnings, @Nullable Duration maxLifetime) {
    if (maxLifetime == null || !target.endpoint().isOfDsql()) {
      return;
    }
    if (maxLifetime.isZero() || maxLifetime.compareTo(LONGEST_SESSION_OF_DSQL) >= 0) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "maxLifetime is %s, but Aurora DSQL ends sessions after %s minutes; set it to less,"
                  + " such as 1800000 (30 minutes).",
              maxLifetime.isZero() ? "0 (no limit)" : maxLifetime.toMillis() + " ms",
              LONGEST_SESSION_OF_DSQL.toMinutes()));
    }
  }

  /** Omits everything that could be a secret. */
  @Override
  public String toString() {
    return "a login of " + request();
  }

  private static void warn(
      Consumer<String> warnings, JdbcUrl url, IamSettings settings, LoginTarget target) {
    EndpointName endpoint = target.endpoint();
    if (endpoint.kind() == EndpointName.Kind.CUSTOM) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "%s is an Aurora custom endpoint, which IAM authentication does not support according"
                  + " to Amazon's guide; set %s to %s.",
              endpoint.name(),
              IamSettings.HOST,
              clusterOf(target).orElse("the cluster's endpoint")));
    }
    String region = target.request().region();
    if (region != null) {
      warnOfRegion(warnings, endpoint, region);
    }
    String otherRegion = target.named().isPresent() ? target.named().get().region() : null;
    if (settings.host() != null && otherRegion != null && !otherRegion.equals(endpoint.region())) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "The JDBC URL connects to the region %s, but %s is %s, in another region.",
              otherRegion,
              IamSettings.HOST,
              endpoint.name()));
    }
    if (!endpoint.isOfDsql()) {
      warnOfPort(warnings, url.protocol(), target.request().port());
    }
  }

  private static void warnOfRegion(
      Consumer<String> warnings, EndpointName endpoint, String region) {
    if (endpoint.region() != null && !endpoint.region().equals(region)) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "%s is %s, which is not the region in %s; using %s.",
              IamSettings.REGION,
              region,
              endpoint.name(),
              region));
    }
    if (!region.equals(endpoint.region()) && !Region.regions().contains(Region.of(region))) {
      warnings.accept(
          String.format(
              Locale.ROOT, "The AWS SDK does not know the region %s; using it anyway.", region));
    }
  }

  /** The cluster endpoint, if the URL names that or the reader endpoint of the same cluster. */
  private static Optional<String> clusterOf(LoginTarget target) {
    return target
        .named()
        .filter(
            named ->
                named.kind() == EndpointName.Kind.CLUSTER
                    || named.kind() == EndpointName.Kind.READER)
        .filter(named -> hashAndRegion(named).equals(hashAndRegion(target.endpoint())))
        .map(named -> named.name().replaceFirst("\\.cluster-ro-", ".cluster-"));
  }

  /** The part of the name that all endpoints of a cluster share. */
  private static String hashAndRegion(EndpointName ofCluster) {
    return ofCluster.name().replaceFirst("^[^.]+\\.cluster-(custom-|ro-)?", "");
  }

  private static void warnOfPort(Consumer<String> warnings, JdbcUrl.Protocol protocol, int port) {
    for (JdbcUrl.Protocol other : JdbcUrl.Protocol.values()) {
      if (protocol != JdbcUrl.Protocol.OTHER
          && other.defaultPort() == port
          && protocol.defaultPort() != port) {
        warnings.accept(
            String.format(
                Locale.ROOT,
                "Tokens are signed for port %s, which is not the default port of %s; set %s if that"
                    + " is wrong.",
                port,
                protocol.driver(),
                IamSettings.DEFAULT_PORT));
        return;
      }
    }
  }

  private static void warnOfProfile(
      Consumer<String> warnings, JdbcUrl url, Properties driverProperties) {
    String profile = valueOf(OtherLogins.WRAPPER_PROFILE, driverProperties);
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      profile = parameter.isNamed(OtherLogins.WRAPPER_PROFILE) ? parameter.value() : profile;
    }
    if (profile != null && !profile.isBlank() && !profile.matches(PRESET_PROFILE)) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "iam-hikari cannot tell whether the plugins of %s log in themselves; make sure that"
                  + " they do not.",
              OtherLogins.WRAPPER_PROFILE));
    }
  }

  private static IamSettings settings(
      Consumer<String> warnings, Properties written, Properties inUrl) {
    Properties merged = new Properties();
    merged.putAll(inUrl);
    for (String property : written.stringPropertyNames()) {
      String value = written.getProperty(property);
      if (IamSettings.isSetting(property) && !value.isBlank()) {
        Object other = merged.setProperty(property, value);
        if (other != null && !other.equals(value)) {
          warnings.accept(
              String.format(
                  Locale.ROOT,
                  "%s is %s in the JDBC URL but %s in the properties; using %s.",
                  property,
                  IamSettings.shown(other.toString()),
                  IamSettings.shown(value),
                  IamSettings.shown(value)));
        }
      }
    }
    return IamSettings.from(merged);
  }

  /** The driver's properties: all but the settings, the user and passwords. */
  private static Properties forDriver(Consumer<String> warnings, Properties written) {
    Properties driverProperties = new Properties();
    boolean hasPassword = false;
    for (String property : written.stringPropertyNames()) {
      if (OtherLogins.isPassword(property)) {
        hasPassword = true;
      } else if (!IamSettings.isSetting(property) && !property.equalsIgnoreCase("user")) {
        driverProperties.setProperty(property, written.getProperty(property));
      }
    }
    if (hasPassword) {
      warnings.accept("A password is configured; ignoring it, and sending the IAM token.");
    }
    return driverProperties;
  }

  /** The configured user; the pool's takes precedence over the driver's. */
  private static @Nullable String user(
      Consumer<String> warnings, @Nullable String configured, @Nullable String ofDriver) {
    if (configured == null || configured.isBlank()) {
      return ofDriver;
    }
    if (ofDriver != null && !ofDriver.isBlank() && !ofDriver.equals(configured)) {
      warnings.accept(
          String.format(
              Locale.ROOT,
              "The driver's property user is %s, but username is %s; using %s.",
              ofDriver,
              configured,
              configured));
    }
    return configured;
  }

  /** The value of a property, ignoring case, but with an exact match first. */
  private static @Nullable String valueOf(String name, Properties properties) {
    String value = properties.getProperty(name);
    for (String property : properties.stringPropertyNames()) {
      if (value == null && property.equalsIgnoreCase(name)) {
        value = properties.getProperty(property);
      }
    }
    return value;
  }

  /** A copy with all values as text, which is what drivers read. */
  static Properties texts(Properties properties) {
    Properties texts = new Properties();
    for (String property : properties.stringPropertyNames()) {
      texts.setProperty(property, properties.getProperty(property));
    }
    for (Map.Entry<Object, Object> property : properties.entrySet()) {
      texts.setProperty(property.getKey().toString(), property.getValue().toString());
    }
    return texts;
  }
}
