package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/**
 * What somebody configured, checked: what is signed, and what the driver is told.
 *
 * @param settings the {@code iam_*} settings, of the URL and beside it
 * @param request what tokens are signed for
 * @param role the role that signs it, or null for whom the AWS credentials are of
 * @param urlForDriver the JDBC URL without the settings; empty for a driver's DataSource
 * @param driverProperties what the driver is told beside the URL, without settings, user and
 *     password
 */
record LoginConfiguration(
    IamSettings settings,
    TokenRequest request,
    @Nullable Role role,
    String urlForDriver,
    Properties driverProperties) {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** The profiles that come with Amazon's driver, none of which logs in. */
  private static final String PRESET_PROFILE = "(SF_)?[A-I][0-2]?";

  /**
   * Checks what comes with a JDBC URL.
   *
   * @param name what stands first in log lines
   * @throws IllegalArgumentException if something is wrong or missing
   */
  static LoginConfiguration ofUrl(
      String name, @Nullable String jdbcUrl, @Nullable String user, Properties properties) {
    if (jdbcUrl == null) {
      throw new IllegalArgumentException(
          "No JDBC URL is set; write jdbc:postgresql://host:port/database, or mysql or mariadb");
    }
    Properties written = texts(properties);
    JdbcUrl url = JdbcUrl.parse(ofRealDriver(jdbcUrl));
    IamSettings settings = settings(name, written, url.settings());
    Properties driverProperties = forDriver(name, written);
    String driverUser = valueOf("user", written);
    LoginTarget target = LoginTarget.of(url, settings, user(name, user, driverUser));
    OtherLogins.refuse(url, driverProperties);
    TransportSecurity.require(url, target, driverProperties)
        .ifPresent(warning -> logger.warn("{} - {}.", name, warning));
    warnOfProfile(name, url, driverProperties);
    warn(name, url, settings, target);
    return of(name, settings, target.request(), url.forDriver(), driverProperties);
  }

  /** What the real driver takes of a URL that may be one of {@link IamDriver}. */
  static String ofRealDriver(String jdbcUrl) {
    return jdbcUrl.startsWith(IamDriver.PREFIX)
        ? "jdbc:".concat(jdbcUrl.substring(IamDriver.PREFIX.length()))
        : jdbcUrl;
  }

  /**
   * Checks what comes with a driver's DataSource, and tells that to insist on TLS.
   *
   * @param name what stands first in log lines
   * @throws IllegalArgumentException if something is wrong or missing
   */
  static LoginConfiguration ofDataSource(
      String name, DataSource dataSource, @Nullable String user, Properties properties) {
    Properties written = texts(properties);
    IamSettings settings = settings(name, written, new Properties());
    Properties driverProperties = forDriver(name, written);
    DriverBean bean = new DriverBean(dataSource);
    JdbcUrl url = bean.url().orElse(JdbcUrl.ofUnknown(dataSource.getClass()));
    if (!url.settings().isEmpty()) {
      String setting = url.settings().stringPropertyNames().iterator().next();
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The DataSource's own URL holds %s, which is not for the driver; set it as a data"
                  + " source property of the pool",
              setting));
    }
    LoginTarget target = LoginTarget.of(url, settings, user(name, user, bean.user()));
    bean.refuseOtherLogins(url);
    OtherLogins.refuse(url, driverProperties);
    bean.requireTls(url, target, driverProperties)
        .ifPresent(warning -> logger.warn("{} - {}.", name, warning));
    warn(name, url, settings, target);
    return of(name, settings, target.request(), "", driverProperties);
  }

  /**
   * Checks what comes with another {@link IamDataSource}, whose driver is used again.
   *
   * @param name what stands first in log lines
   * @param other what the other one's tokens are signed for
   * @throws IllegalArgumentException if something is wrong or missing
   */
  static LoginConfiguration ofOther(
      String name, TokenRequest other, @Nullable String user, Properties properties) {
    Properties written = texts(properties);
    IamSettings settings = settings(name, written, new Properties());
    String configured = user == null || user.isBlank() ? other.user() : user;
    LoginTarget target = LoginTarget.of(JdbcUrl.of(other), settings, configured);
    return of(name, settings, target.request(), "", forDriver(name, written));
  }

  /**
   * Checks what comes without JDBC, with an endpoint's name and port.
   *
   * @param name what stands first in log lines
   * @param endpoint the settings that the name and the port are, if they were given
   * @param properties with the other settings among them
   * @throws IllegalArgumentException if something is wrong or missing
   */
  static LoginConfiguration ofEndpoint(
      String name, Properties endpoint, @Nullable String user, Properties properties) {
    IamSettings settings = settings(name, texts(properties), endpoint);
    JdbcUrl url = JdbcUrl.ofUnknown(IamTokenSource.class);
    LoginTarget target = LoginTarget.of(url, settings, user);
    warn(name, url, settings, target);
    return of(name, settings, target.request(), "", new Properties());
  }

  /**
   * Says in the log who logs in where, and with whose credentials.
   *
   * @param credentialsProvider the one that was given, if any
   * @throws IllegalArgumentException if one was given, and a profile as well
   */
  void announce(String name, @Nullable AwsCredentialsProvider credentialsProvider) {
    String profile = settings.awsProfile();
    if (profile != null && credentialsProvider != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is \"%s\" and an AWS credentials provider is given; leave one out",
              IamSettings.AWS_PROFILE,
              IamSettings.shown(profile)));
    }
    String source = ExplainedCredentials.source(profile, credentialsProvider);
    logger.info(
        "{} - Logs in with IAM as {}, with AWS credentials of {}; a token is used for {} s.",
        name,
        request,
        role == null
            ? source
            : role + " (session " + role.sessionName() + "), assumed with those of " + source,
        settings.expiration().toSeconds());
  }

  private static LoginConfiguration of(
      String name,
      IamSettings settings,
      TokenRequest request,
      String urlForDriver,
      Properties driverProperties) {
    Role role = Role.of(name, settings, request.region());
    return new LoginConfiguration(settings, request, role, urlForDriver, driverProperties);
  }

  /** Shows only what cannot be a secret. */
  @Override
  public String toString() {
    return "a login of " + request;
  }

  private static void warn(String name, JdbcUrl url, IamSettings settings, LoginTarget target) {
    RdsHost endpoint = target.endpoint();
    String region = target.request().region();
    if (endpoint.kind() == RdsHost.Kind.CUSTOM) {
      logger.warn(
          "{} - {} is an Aurora custom endpoint, for which Amazon's guide says that no token can be"
              + " signed; set {} to the cluster's endpoint.",
          name,
          endpoint.name(),
          IamSettings.HOST);
    }
    if (endpoint.region() != null && !endpoint.region().equals(region)) {
      logger.warn(
          "{} - {} is {}, which is not the region in {}; {} is used.",
          name,
          IamSettings.REGION,
          region,
          endpoint.name(),
          region);
    }
    if (!region.equals(endpoint.region()) && !Region.regions().contains(Region.of(region))) {
      logger.warn("{} - The AWS SDK does not know the region {}; it is used.", name, region);
    }
    String otherRegion = target.named().isPresent() ? target.named().get().region() : null;
    if (settings.host() != null && otherRegion != null && !otherRegion.equals(endpoint.region())) {
      logger.warn(
          "{} - The JDBC URL connects to the region {}, and {} is {}, in another region.",
          name,
          otherRegion,
          IamSettings.HOST,
          endpoint.name());
    }
    warnOfPort(name, url.protocol(), target.request().port());
  }

  private static void warnOfPort(String name, JdbcUrl.Protocol protocol, int port) {
    for (JdbcUrl.Protocol other : JdbcUrl.Protocol.values()) {
      if (protocol != JdbcUrl.Protocol.OTHER
          && other.defaultPort() == port
          && protocol.defaultPort() != port) {
        logger.warn(
            "{} - Tokens are signed for port {}, which is not that of {}; set {} if it is wrong.",
            name,
            port,
            protocol.driver(),
            IamSettings.DEFAULT_PORT);
        return;
      }
    }
  }

  private static void warnOfProfile(String name, JdbcUrl url, Properties driverProperties) {
    String profile = valueOf(OtherLogins.WRAPPER_PROFILE, driverProperties);
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      profile = parameter.isNamed(OtherLogins.WRAPPER_PROFILE) ? parameter.value() : profile;
    }
    if (profile != null && !profile.isBlank() && !profile.matches(PRESET_PROFILE)) {
      logger.warn(
          "{} - It cannot be told here whether the plugins of {} log in by themselves; see to it"
              + " that they do not.",
          name,
          OtherLogins.WRAPPER_PROFILE);
    }
  }

  private static IamSettings settings(String name, Properties written, Properties inUrl) {
    Properties merged = new Properties();
    merged.putAll(inUrl);
    for (String property : written.stringPropertyNames()) {
      String value = written.getProperty(property);
      if (IamSettings.isSetting(property) && !value.isBlank()) {
        Object other = merged.setProperty(property, value);
        if (other != null && !other.equals(value)) {
          logger.warn(
              "{} - {} is {} in the JDBC URL and {} beside it; {} is used.",
              name,
              property,
              IamSettings.shown(other.toString()),
              IamSettings.shown(value),
              IamSettings.shown(value));
        }
      }
    }
    return IamSettings.from(merged);
  }

  /** Without the settings, the user and whatever is a password for drivers of any kind. */
  private static Properties forDriver(String name, Properties written) {
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
      logger.warn("{} - A password is configured; it is ignored, the IAM token is sent.", name);
    }
    return driverProperties;
  }

  /** The user who is configured for the pool counts more than the one for the driver. */
  private static @Nullable String user(
      String name, @Nullable String configured, @Nullable String ofDriver) {
    if (configured == null || configured.isBlank()) {
      return ofDriver;
    }
    if (ofDriver != null && !ofDriver.isBlank() && !ofDriver.equals(configured)) {
      logger.warn(
          "{} - The driver's own property user is {}, and username is {}; {} is used.",
          name,
          ofDriver,
          configured,
          configured);
    }
    return configured;
  }

  /** What the properties say of a name in whatever case, in its own case first. */
  private static @Nullable String valueOf(String name, Properties properties) {
    String value = properties.getProperty(name);
    for (String property : properties.stringPropertyNames()) {
      if (value == null && property.equalsIgnoreCase(name)) {
        value = properties.getProperty(property);
      }
    }
    return value;
  }

  /** As text, which is what drivers read. */
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
