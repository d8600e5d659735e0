package io.github.iamhikari.core;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Who verifies the server during a login, according to the driver's configuration.
 *
 * @param by who verifies it
 * @param mode the driver's mode, such as {@code sslmode=require}
 * @param tls the equivalent verification by this library, as far as known
 */
record ServerVerification(By by, String mode, VerifiedTls tls) {

  enum By {
    THIS_LIBRARY,
    THE_DRIVER,
    NOBODY,
    /** A DataSource or driver whose configuration is unknown. */
    UNKNOWN
  }

  /** Reads a configuration after {@link TransportSecurity} has completed it. */
  static ServerVerification of(LoginConfiguration login) {
    TlsProperties properties = new TlsProperties(login.url(), login.driverProperties());
    return switch (login.url().protocol()) {
      case POSTGRESQL ->
          of(
              login,
              properties,
              "sslmode",
              "sslfactory",
              PostgresSslFactory.class.getName(),
              "sslfactoryarg",
              "sslrootcert");
      case MYSQL ->
          of(
              login,
              properties,
              "sslMode",
              "socketFactory",
              MySqlSocketFactory.NAME,
              "trustCertificateKeyStoreUrl",
              "");
      case MARIADB ->
          of(
              login,
              properties,
              "sslMode",
              "tlsSocketType",
              MariaDbTlsPlugin.TYPE,
              MariaDbTlsPlugin.ARGUMENT,
              "serverSslCert");
      case OTHER -> new ServerVerification(By.UNKNOWN, "", tls(login, ""));
    };
  }

  private static ServerVerification of(
      LoginConfiguration login,
      TlsProperties properties,
      String modeName,
      String hook,
      String ours,
      String argument,
      String roots) {
    String rootsFile = readable(properties.value(roots));
    if (properties.value(hook).equals(ours)) {
      VerifiedTls told = VerifiedTls.of(properties.value(argument));
      String file = told.rootsFile().isEmpty() ? rootsFile : told.rootsFile();
      return new ServerVerification(
          By.THIS_LIBRARY, "", new VerifiedTls(told.endpoint(), told.region(), file));
    }
    String mode = properties.value(modeName);
    By by =
        mode.isEmpty()
            ? By.UNKNOWN
            : mode.toLowerCase(Locale.ROOT).startsWith("verify") ? By.THE_DRIVER : By.NOBODY;
    return new ServerVerification(by, modeName + "=" + mode, tls(login, rootsFile));
  }

  private static VerifiedTls tls(LoginConfiguration login, String rootsFile) {
    EndpointName endpoint = login.target().endpoint();
    return VerifiedTls.of(endpoint, login.target().rootsRegion(), rootsFile);
  }

  private static String readable(String file) {
    try {
      return !file.isEmpty() && Files.isReadable(Path.of(file)) ? file : "";
    } catch (InvalidPathException e) {
      return "";
    }
  }

  /** The text for a report. */
  @Override
  public String toString() {
    String roots =
        !tls.rootsFile().isEmpty()
            ? "the configured roots"
            : tls.region().isEmpty()
                ? "the JVM's roots"
                : "Amazon's roots for " + RegionRoots.shown(tls.region()) + " and the JVM's";
    return switch (by) {
      case THIS_LIBRARY -> "the server is verified with " + roots;
      case THE_DRIVER -> "the driver verifies the server itself (" + mode + ")";
      case NOBODY -> "encrypted, but the server is not verified (" + mode + ")";
      case UNKNOWN -> "iam-hikari cannot tell whether the server is verified";
    };
  }
}
