package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/**
 * Keeps the token on TLS: switches TLS on where a configuration is silent, and refuses one that
 * could send the token in clear text.
 */
final class TransportSecurity {

  private static final Set<String> YES = Set.of("true", "yes", "1", "");

  private static final Set<String> NAMES =
      Set.of("ssl", "sslMode", "useSSL", "verifyServerCertificate", "trustServerCertificate");

  /** The values that a message may repeat; another one may be a secret. */
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

  private final JdbcUrl url;
  private final Properties driverProperties;

  private TransportSecurity(JdbcUrl url, Properties driverProperties) {
    this.url = url;
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
  static boolean require(JdbcUrl url, Properties driverProperties) {
    TransportSecurity security = new TransportSecurity(url, driverProperties);
    switch (url.protocol()) {
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
    refuseUnless("ssl", YES, "sslmode", ownWord("require"));
    refuseUnlessMode("sslmode", Set.of("require", "verify-ca", "verify-full"));
    setMode("sslmode", isOn("ssl") ? "verify-full" : "require");
  }

  /**
   * By <a
   * href="https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-security.html">Connector/J's
   * documentation</a>.
   */
  private void requireMysql() {
    refuseUnless("useSSL", YES, "sslMode", ownWord("require"));
    refuseUnlessMode("sslMode", Set.of("required", "verify_ca", "verify_identity"));
    setMode("sslMode", isOn("verifyServerCertificate") ? "VERIFY_CA" : "REQUIRED");
  }

  /**
   * By <a
   * href="https://mariadb.com/docs/connectors/mariadb-connector-j/using-tls-ssl-with-mariadb-java-connector">the
   * documentation of MariaDB's driver</a>, with the aliases that it knows.
   */
  private void requireMariaDb() {
    refuseUnless("useSsl", YES, "sslMode", ownWord("require"));
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
    boolean verify = isOn("useSsl") && !isOn("trustServerCertificate");
    setMode("sslMode", verify ? "verify-full" : "trust");
  }

  private void refuseUnlessMode(String name, Set<String> safeValues) {
    for (String value : values(name)) {
      String mode = value.toLowerCase(Locale.ROOT).replace('_', '-');
      boolean isSafe = safeValues.contains(value.toLowerCase(Locale.ROOT));
      if (!isSafe && (mode.startsWith("verify-") || mode.startsWith("require"))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s=%s is not a mode of %s; write %s=%s",
                name,
                shown(value),
                url.protocol().driver(),
                name,
                ownWord(mode)));
      }
    }
    refuseUnless(name, safeValues, name, ownWord("require"));
  }

  private void refuseUnless(String name, Set<String> safeValues, String modeName, String remedy) {
    for (String value : values(name)) {
      if (!safeValues.contains(value.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "%s=%s could send the IAM token, which is a password, in clear text;"
                    + " write %s=%s or stricter",
                name,
                shown(value),
                modeName,
                remedy));
      }
    }
  }

  /** What the driver calls a mode that somebody wrote as another one does. */
  private String ownWord(String mode) {
    boolean verifiesName = mode.equals("verify-full") || mode.equals("verify-identity");
    boolean verifies = mode.startsWith("verify-");
    return switch (url.protocol()) {
      case POSTGRESQL -> verifiesName ? "verify-full" : verifies ? "verify-ca" : "require";
      case MYSQL -> verifiesName ? "VERIFY_IDENTITY" : verifies ? "VERIFY_CA" : "REQUIRED";
      case MARIADB, OTHER -> verifiesName ? "verify-full" : verifies ? "verify-ca" : "trust";
    };
  }

  /** Whether a URL's parameter means something here, so that a message may name it. */
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
    List<String> values = values(name);
    driverProperties.putIfAbsent(name, values.isEmpty() ? whereSilent : values.get(0));
  }

  private boolean isOn(String name) {
    for (String value : values(name)) {
      if (YES.contains(value.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** What the URL and the properties say of a name, in whatever case they write it. */
  private List<String> values(String name) {
    List<String> values = new ArrayList<>();
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      if (parameter.isNamed(name)) {
        values.add(parameter.value());
      }
    }
    for (String property : driverProperties.stringPropertyNames()) {
      if (name.equalsIgnoreCase(property)) {
        values.add(driverProperties.getProperty(property));
      }
    }
    return values;
  }
}
