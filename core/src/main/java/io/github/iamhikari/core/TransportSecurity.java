package io.github.iamhikari.core;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * Enforces TLS and server verification: configures the driver for both unless the configuration
 * does, and rejects a configuration that could send the token in clear text.
 */
final class TransportSecurity {

  private static final String UNKNOWN =
      "iam-hikari cannot tell whether this driver uses TLS; make sure that it does, because an IAM"
          + " token is a password";

  private static final Optional<String> NO_WARNING = Optional.empty();

  private static final Set<String> NAMES =
      Set.of("ssl", "sslMode", "useSSL", "verifyServerCertificate", "trustServerCertificate");

  /** The values that messages may repeat; any other may be a secret. */
  private static final Set<String> MODES =
      Set.of(
          "",
          "0",
          "1",
          "allow",
          "disable",
          "disabled",
          "false",
          "no",
          "prefer",
          "preferred",
          "require",
          "required",
          "true",
          "trust",
          "verify-ca",
          "verify-full",
          "verify-identity",
          "verify_ca",
          "verify_full",
          "verify_identity",
          "yes");

  /**
   * Properties that decide about verification: if one is set, this class leaves the decision to it.
   */
  private static final List<String> POSTGRES_MODES = List.of("sslmode", "sslfactory");

  private static final List<String> MYSQL_MODES =
      List.of("sslMode", "requireSSL", "fipsCompliantJsse");

  private static final List<String> MARIADB_MODES =
      List.of(
          "sslMode", "trustServerCertificate", "disableSslHostnameVerification", "tlsSocketType");

  /** Properties that replace the class that would verify the server, or need the driver's own. */
  private static final List<String> POSTGRES_OWN =
      List.of("sslhostnameverifier", "sslcert", "sslkey");

  private static final List<String> MYSQL_OWN =
      List.of("socketFactory", "clientCertificateKeyStoreUrl");

  /** Properties for providers that may not support the type of our key store. */
  private static final List<String> MYSQL_PROVIDERS =
      List.of(
          "sslContextProvider",
          "keyManagerFactoryProvider",
          "trustManagerFactoryProvider",
          "keyStoreProvider");

  private static final String MYSQL_ROOTS = "trustCertificateKeyStoreUrl";

  /** Amazon's page with the root certificates of all regions. */
  private static final String BUNDLES =
      "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html";

  private static final String BUNDLES_OF_DSQL =
      "https://docs.aws.amazon.com/aurora-dsql/latest/userguide/configure-root-certificates.html";

  /**
   * The property that makes pgjdbc start TLS directly, instead of requesting it from the server.
   */
  static final String NEGOTIATION = "sslNegotiation";

  private static final String OPTIONS = "options";

  /**
   * The option that names the cluster to DSQL if TLS does not.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/privatelink-managing-clusters.html">Connecting
   *     to Aurora DSQL clusters using AWS PrivateLink</a>
   */
  private static final String CLUSTER_OPTION = "amzn-cluster-id";

  private final TlsProperties properties;
  private final JdbcUrl.Protocol protocol;
  private final EndpointName endpoint;
  private final String region;

  private TransportSecurity(TlsProperties properties, LoginTarget target) {
    this.properties = properties;
    this.protocol = properties.url().protocol();
    this.endpoint = target.endpoint();
    this.region = target.rootsRegion();
  }

  /**
   * Makes the driver require TLS and, unless the configuration sets up TLS itself, verify the
   * server if its root certificates are known.
   *
   * @param target the endpoint that the token is sent to
   * @param driverProperties the driver's properties outside the URL; afterwards they contain the
   *     effective TLS mode in the driver's own spelling
   * @return a warning: that the driver is unknown and was not configured, or why the server is not
   *     verified
   * @throws IllegalArgumentException if the URL or a property would let the driver send the token
   *     in clear text
   */
  static Optional<String> require(JdbcUrl url, LoginTarget target, Properties driverProperties) {
    TransportSecurity security =
        new TransportSecurity(new TlsProperties(url, driverProperties), target);
    return switch (security.protocol) {
      case POSTGRESQL -> security.requirePostgres();
      case MYSQL -> security.requireMysql();
      case MARIADB -> security.requireMariaDb();
      case OTHER -> Optional.of(UNKNOWN);
    };
  }

  /** By <a href="https://jdbc.postgresql.org/documentation/ssl/">pgjdbc's documentation</a>. */
  private Optional<String> requirePostgres() {
    refuseUnless("ssl", TlsProperties.YES, "sslmode", ownWord("require"));
    refuseUnlessMode("sslmode", Set.of("require", "verify-ca", "verify-full"));
    beginWithTlsAtDsql();
    String mode = properties.isOn("ssl") ? "ssl" : properties.firstWritten(POSTGRES_MODES);
    if (!mode.isEmpty()) {
      setMode("sslmode", mode.equals("ssl") ? "verify-full" : "require");
      return whyNotFound(mode);
    }
    String own = properties.firstWritten(POSTGRES_OWN);
    String roots = properties.value("sslrootcert");
    boolean canHook =
        own.isEmpty() && isVisible(PostgresSslFactory.class.getName(), "org.postgresql.Driver");
    String noRoom = canHook || !isPublic() ? "" : own.isEmpty() ? otherName() : own;
    Optional<String> warning = roots.isEmpty() ? whyNotVerified(noRoom, "sslrootcert") : NO_WARNING;
    Optional<String> notFound = canHook ? NO_WARNING : whyNotFound(own);
    if (warning.isPresent()) {
      setMode("sslmode", "require");
      return notFound.map(first -> first + ". " + warning.get()).or(() -> warning);
    }
    if (canHook) {
      VerifiedTls tls = VerifiedTls.of(endpoint, region, roots);
      if (!roots.isEmpty()) {
        tls.checkRootsFile();
      }
      properties.set("sslfactory", PostgresSslFactory.class.getName());
      properties.set("sslfactoryarg", tls.argument());
    } else if (roots.isEmpty() && isPublic()) { // by the JVM's roots alone
      properties.set("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    } else if (roots.isEmpty()) {
      properties.set("sslrootcert", RootsFile.pem(region).toString());
    }
    boolean comparesName = connectsByName() || own.equals("sslhostnameverifier");
    setMode(
        "sslmode", comparesName ? "verify-full" : "verify-ca"); // our factory always compares it
    return notFound;
  }

  private void beginWithTlsAtDsql() {
    if (endpoint.isOfDsql() && !properties.has(NEGOTIATION)) {
      properties.set(NEGOTIATION, "direct"); // drivers before 42.7.4 ignore it
    }
  }

  /**
   * The reason why DSQL cannot tell which cluster is meant, if so: the driver's own TLS sends the
   * name of the host that it connects to, or none for an IP address.
   *
   * @param own the property that makes the driver use its own TLS, or empty
   */
  private Optional<String> whyNotFound(String own) {
    String option = CLUSTER_OPTION + "=" + EndpointName.firstLabel(endpoint.name());
    boolean isTold = connectsByName() || properties.value(OPTIONS).contains(option);
    if (!endpoint.isOfDsql() || isTold) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "Aurora DSQL cannot tell which cluster is meant, because the driver uses its own TLS"
                + " and the JDBC URL does not name %s. Set the driver's %s to \"-c %s\"%s",
            endpoint.name(),
            OPTIONS,
            option,
            own.isEmpty() ? "" : ", or remove " + own));
  }

  /**
   * By <a
   * href="https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-security.html">Connector/J's
   * documentation</a>.
   */
  private Optional<String> requireMysql() {
    refuseUnless("useSSL", TlsProperties.YES, "sslMode", ownWord("require"));
    refuseUnlessMode("sslMode", Set.of("required", "verify_ca", "verify_identity"));
    boolean saysSo = properties.isOn("useSSL") || properties.has("verifyServerCertificate");
    if (saysSo || !properties.firstWritten(MYSQL_MODES).isEmpty()) {
      setMode("sslMode", properties.isOn("verifyServerCertificate") ? "VERIFY_CA" : "REQUIRED");
      return Optional.empty();
    }
    boolean hasRoots = !properties.value(MYSQL_ROOTS).isEmpty();
    boolean canHook =
        !hasRoots
            && properties.firstWritten(MYSQL_OWN).isEmpty()
            && isVisible(MySqlSocketFactory.NAME, "com.mysql.cj.jdbc.Driver");
    String provider = properties.firstWritten(MYSQL_PROVIDERS);
    String noRoom = !provider.isEmpty() || canHook || !isPublic() ? provider : otherName();
    Optional<String> warning = hasRoots ? NO_WARNING : whyNotVerified(noRoom, MYSQL_ROOTS);
    if (warning.isPresent()) {
      setMode("sslMode", "REQUIRED");
      return warning;
    }
    if (canHook) {
      properties.set("socketFactory", MySqlSocketFactory.NAME);
      properties.set(MYSQL_ROOTS, VerifiedTls.of(endpoint, region, "").argument());
      setMode("sslMode", "VERIFY_IDENTITY");
      return Optional.empty();
    }
    if (!hasRoots && !isPublic()) {
      properties.set(MYSQL_ROOTS, RootsFile.keyStore(region).toUri().toString());
    }
    setMode("sslMode", connectsByName() ? "VERIFY_IDENTITY" : "VERIFY_CA");
    return Optional.empty();
  }

  /**
   * By <a
   * href="https://mariadb.com/docs/connectors/mariadb-connector-j/using-tls-ssl-with-mariadb-java-connector">the
   * documentation of MariaDB's driver</a>, including its aliases.
   */
  private Optional<String> requireMariaDb() {
    refuseUnless("useSsl", TlsProperties.YES, "sslMode", ownWord("require"));
    refuseUnlessMode(
        "sslMode",
        Set.of(
            "trust",
            "required",
            "verify-ca",
            "verify_ca",
            "verify-full",
            "verify_full",
            "verify_identity",
            "true",
            "1"));
    if (properties.isOn("useSsl") || !properties.firstWritten(MARIADB_MODES).isEmpty()) {
      boolean verify = properties.isOn("useSsl") && !properties.isOn("trustServerCertificate");
      String verified =
          properties.isOn("disableSslHostnameVerification") ? "verify-ca" : "verify-full";
      setMode("sslMode", verify ? verified : "trust");
      return Optional.empty();
    }
    boolean hasRoots = !properties.firstWritten(List.of("serverSslCert", "trustStore")).isEmpty();
    boolean canHook = isVisible(MariaDbTlsPlugin.NAME, "org.mariadb.jdbc.Driver");
    String noRoom = canHook || !isPublic() ? "" : otherName();
    Optional<String> warning = hasRoots ? NO_WARNING : whyNotVerified(noRoom, "serverSslCert");
    if (warning.isPresent()) {
      setMode("sslMode", "trust");
      return warning;
    }
    if (canHook) {
      properties.set("tlsSocketType", MariaDbTlsPlugin.TYPE);
      properties.set(MariaDbTlsPlugin.ARGUMENT, VerifiedTls.of(endpoint, region, "").argument());
      setMode("sslMode", "verify-full");
      return Optional.empty();
    }
    if (!hasRoots && !isPublic()) {
      properties.set("serverSslCert", RootsFile.pem(region).toString());
    }
    setMode("sslMode", connectsByName() ? "verify-full" : "verify-ca");
    return Optional.empty();
  }

  /**
   * The reason why the server cannot be verified without further configuration, if so.
   *
   * @param own the property that prevents it, or empty
   * @param roots the driver's property for root certificates
   */
  private Optional<String> whyNotVerified(String own, String roots) {
    if (!own.isEmpty()) {
      return Optional.of(
          String.format(
              Locale.ROOT,
              "The connection is encrypted, but the server is not verified, because %1$s is set. To"
                  + " verify the server, remove %1$s or set %2$s to Amazon's root certificates"
                  + " (%3$s)",
              own,
              roots,
              endpoint.isOfDsql() ? BUNDLES_OF_DSQL : BUNDLES));
    }
    if (isPublic() || RegionRoots.exist(region)) {
      return Optional.empty();
    }
    String remedy = roots.equals(MYSQL_ROOTS) ? "a key store that contains it" : "it";
    return Optional.of(
        String.format(
            Locale.ROOT,
            "The connection is encrypted, but the server is not verified, because iam-hikari has no"
                + " root certificates for %s. To verify the server, download Amazon's bundle"
                + " %s-bundle.pem (%s) and set %s to %s",
            region,
            region,
            BUNDLES,
            roots,
            remedy));
  }

  /**
   * Whether the endpoint's certificate is issued by a public authority; those in isolated regions
   * are not.
   */
  private boolean isPublic() {
    return endpoint.isOfDsql()
        || (endpoint.kind() == EndpointName.Kind.PROXY && !region.contains("-iso"));
  }

  /**
   * The setting that makes the driver connect by another name than the endpoint's, or empty. The
   * driver would then check the chain only, which proves nothing if any public authority is
   * trusted.
   */
  private String otherName() {
    return connectsByName() ? "" : IamSettings.HOST;
  }

  /** Whether the driver connects by the endpoint's name, so that it can compare the name itself. */
  private boolean connectsByName() {
    return properties.connectsTo(endpoint.name());
  }

  /** Whether the driver's class loader finds a class of this library. */
  private static boolean isVisible(String ours, String driver) {
    for (ClassLoader loader :
        new ClassLoader[] {
          TransportSecurity.class.getClassLoader(), Thread.currentThread().getContextClassLoader()
        }) {
      try {
        ClassLoader ofDriver = Class.forName(driver, false, loader).getClassLoader();
        Class.forName(ours, false, ofDriver);
        return true;
      } catch (ClassNotFoundException | LinkageError e) {
        // another loader may have another driver of this name
      }
    }
    return false;
  }

  private void refuseUnlessMode(String name, Set<String> safeValues) {
    for (String value : properties.values(name)) {
      String mode = value.toLowerCase(Locale.ROOT).replace('_', '-');
      boolean isSafe = safeValues.contains(value.toLowerCase(Locale.ROOT));
      if (!isSafe && (mode.startsWith("verify-") || mode.startsWith("require"))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s=%s is not a mode of %s; use %s=%s",
                name,
                shown(value),
                protocol.driver(),
                name,
                ownWord(mode)));
      }
    }
    refuseUnless(name, safeValues, name, ownWord("require"));
  }

  private void refuseUnless(String name, Set<String> safeValues, String modeName, String remedy) {
    for (String value : properties.values(name)) {
      if (!safeValues.contains(value.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s=%s could send the IAM token, which is a password, in clear text; remove it, or"
                    + " use %s=%s or stricter",
                name,
                shown(value),
                modeName,
                remedy));
      }
    }
  }

  /** The driver's own name for a mode that was written as another driver spells it. */
  private String ownWord(String mode) {
    boolean verifiesName = mode.equals("verify-full") || mode.equals("verify-identity");
    boolean verifies = mode.startsWith("verify-");
    return switch (protocol) {
      case POSTGRESQL -> verifiesName ? "verify-full" : verifies ? "verify-ca" : "require";
      case MYSQL -> verifiesName ? "VERIFY_IDENTITY" : verifies ? "VERIFY_CA" : "REQUIRED";
      case MARIADB, OTHER -> verifiesName ? "verify-full" : verifies ? "verify-ca" : "trust";
    };
  }

  /** Whether this class reads a URL parameter, so that messages may name it. */
  static boolean readsParameter(String name) {
    for (String known : NAMES) {
      if (known.equalsIgnoreCase(name)) {
        return true;
      }
    }
    return false;
  }

  private static String shown(String value) {
    return MODES.contains(value.toLowerCase(Locale.ROOT)) ? value : "...";
  }

  private void setMode(String name, String whereSilent) {
    String written = properties.value(name);
    properties.set(name, written.isEmpty() ? whereSilent : written);
  }
}
