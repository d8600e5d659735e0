package io.github.iamhikari.core;

import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps the token on TLS: switches TLS on where a configuration is silent, and refuses one that
 * could send the token in clear text.
 */
final class TransportSecurity {

  private static final Set<String> YES = Set.of("true", "yes", "1", "");

  private final JdbcTarget target;
  private final Properties driverProperties;

  private TransportSecurity(JdbcTarget target, Properties driverProperties) {
    this.target = target;
    this.driverProperties = driverProperties;
  }

  /**
   * Sees to it that the driver insists on TLS.
   *
   * @param driverProperties what the driver gets beside the URL; what the TLS mode is, is said here
   *     afterwards, in the driver's own spelling, whether or not the configuration said it
   * @return false if the driver is none of those that are known here, and was told nothing
   * @throws IllegalArgumentException if the URL or a property could let the driver send the token
   *     in clear text
   */
  static boolean require(JdbcTarget target, Properties driverProperties) {
    TransportSecurity security = new TransportSecurity(target, driverProperties);
    switch (target.protocol()) {
      case POSTGRESQL -> security.requirePostgres();
      case MYSQL -> security.requireMysql();
      case MARIADB -> security.requireMariaDb();
      case OTHER -> {
        return false;
      }
    }
    return true;
  }

  /** By <a href="https://jdbc.postgresql.org/documentation/ssl/">pgjdbc's documentation</a>. */
  private void requirePostgres() {
    refuseUnless("ssl", YES, "sslmode=require");
    refuseUnless("sslmode", Set.of("require", "verify-ca", "verify-full"), "sslmode=require");
    setMode("sslmode", isOn("ssl") ? "verify-full" : "require");
  }

  /**
   * By <a
   * href="https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-security.html">Connector/J's
   * documentation</a>.
   */
  private void requireMysql() {
    refuseUnless("useSSL", YES, "sslMode=REQUIRED");
    refuseUnless("sslMode", Set.of("required", "verify_ca", "verify_identity"), "sslMode=REQUIRED");
    setMode("sslMode", isOn("verifyServerCertificate") ? "VERIFY_CA" : "REQUIRED");
  }

  /**
   * By <a
   * href="https://mariadb.com/docs/connectors/mariadb-connector-j/using-tls-ssl-with-mariadb-java-connector">the
   * documentation of MariaDB's driver</a>, with the aliases that it knows.
   */
  private void requireMariaDb() {
    refuseUnless("useSsl", YES, "sslMode=trust");
    refuseUnless(
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
            "1"),
        "sslMode=trust");
    boolean verify = isOn("useSsl") && !isOn("trustServerCertificate");
    setMode("sslMode", verify ? "verify-full" : "trust");
  }

  private void refuseUnless(String name, Set<String> safeValues, String remedy) {
    for (String value : values(name)) {
      if (!safeValues.contains(value.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            name
                + "="
                + value
                + " could send the IAM token, which is a password, in clear text; write "
                + remedy
                + " or stricter");
      }
    }
  }

  private void setMode(String name, String whereSilent) {
    driverProperties.putIfAbsent(name, values(name).stream().findFirst().orElse(whereSilent));
  }

  private boolean isOn(String name) {
    return values(name).stream().anyMatch(value -> YES.contains(value.toLowerCase(Locale.ROOT)));
  }

  /** What the URL and the properties say of a name, in whatever case they write it. */
  private List<String> values(String name) {
    return Stream.concat(
            Stream.ofNullable(target.parameters().get(name.toLowerCase(Locale.ROOT))),
            driverProperties.stringPropertyNames().stream()
                .filter(name::equalsIgnoreCase)
                .map(driverProperties::getProperty))
        .toList();
  }
}
