package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.SETTINGS;

import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.StringJoiner;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The doctor's settings step: reports the effective settings, where they come from, and the driver.
 */
final class SettingsExamination {

  private final IamDataSource.Builder login;
  private final Findings findings;

  SettingsExamination(IamDataSource.Builder login, Findings findings) {
    this.login = login;
    this.findings = findings;
  }

  /** The validated configuration; null if it is invalid. */
  @Nullable LoginConfiguration examine() {
    List<String> warnings = new ArrayList<>();
    try {
      LoginConfiguration configuration = login.configuration(warnings::add);
      findings.ok(SETTINGS, "%s", derivation(configuration));
      findings.ok(SETTINGS, "TLS: %s", ServerVerification.of(configuration));
      warnings.forEach(this::warn);
      compareWithUrl(configuration);
      findDriver(configuration);
      return configuration;
    } catch (IllegalArgumentException e) {
      findings.failed(SETTINGS, e, "");
      return null;
    }
  }

  /** The names in place of an endpoint, as far as they can be read. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    add(login.properties.getProperty(IamSettings.HOST), names);
    try {
      JdbcUrl url = JdbcUrl.parse(String.valueOf(login.jdbcUrl()));
      add(url.settings().getProperty(IamSettings.HOST), names);
      Target.of(url).forEach(target -> add(target.host(), names));
    } catch (IllegalArgumentException e) {
      return names; // the URL is invalid
    }
    return names;
  }

  private static void add(@Nullable String host, Set<String> names) {
    if (host != null && JdbcUrl.isHostName(host) && EndpointName.parse(host).isEmpty()) {
      names.add(host);
    }
  }

  private void warn(String warning) {
    String words = warning.toLowerCase(Locale.ROOT);
    boolean hasRemedy = words.contains(" set ") || words.contains("make sure");
    findings.warning(
        SETTINGS, hasRemedy ? "" : "Change this unless it is intended.", "%s", warning);
  }

  private static String derivation(LoginConfiguration login) {
    IamSettings settings = login.settings();
    TokenRequest request = login.request();
    JdbcUrl url = login.url();
    String hostOf = settings.host() == null ? "the URL's host" : IamSettings.HOST;
    boolean hasPort = !url.addresses().isEmpty() && url.addresses().get(0).port() != null;
    String portOf =
        settings.defaultPort() != null
            ? IamSettings.DEFAULT_PORT
            : hasPort ? "the URL's port" : "the default port of " + url.protocol().driver();
    String region =
        settings.region() != null
            ? request.region() + " (" + IamSettings.REGION + ")"
            : request.region() != null
                ? request.region() + " (from the endpoint's name)"
                : "of the current writer, which is looked up";
    StringJoiner text = new StringJoiner("; ");
    text.add(
        Findings.words(
            "tokens are signed for %s, region %s",
            request.isOfDsql()
                ? Findings.words(
                    "user \"%s\" (%s) at %s (%s)",
                    request.user(), request.permission(), request.host(), hostOf)
                : Findings.words(
                    "user \"%s\" at %s:%d (%s, %s)",
                    request.user(), request.host(), request.port(), hostOf, portOf),
            region));
    if (settings.awsProfile() != null) {
      text.add("the AWS profile is " + IamSettings.shown(settings.awsProfile()));
    }
    if (!settings.expiration().equals(IamSettings.DEFAULT_EXPIRATION)) {
      text.add("a token is used for " + settings.expiration().toSeconds() + " s");
    }
    return text.toString();
  }

  /** Warns if the driver connects to the endpoint on another port than the token is signed for. */
  private void compareWithUrl(LoginConfiguration login) {
    TokenRequest request = login.request();
    if (request.isOfDsql()) {
      return; // tokens contain no port
    }
    for (Target address : Target.of(login.url())) {
      boolean isEndpoint = EndpointName.normalize(address.host()).equals(request.host());
      if (isEndpoint && address.port() != request.port()) {
        findings.warning(
            SETTINGS,
            Findings.words(
                "Remove %s, unless port %d belongs to a tunnel.",
                IamSettings.DEFAULT_PORT, address.port()),
            "the driver connects to port %d of the endpoint, but tokens are signed for port %d",
            address.port(),
            request.port());
      }
    }
  }

  private void findDriver(LoginConfiguration configuration) {
    DataSource connections = login.connections(configuration);
    try {
      findings.ok(SETTINGS, "%s", described(driverOf(connections, configuration)));
    } catch (SQLException e) {
      findings.failed(SETTINGS, e, "");
    }
  }

  /** The driver; a pool's own DataSource for a URL does not expose it. */
  private Object driverOf(DataSource connections, LoginConfiguration configuration)
      throws SQLException {
    if (connections.isWrapperFor(Driver.class)) {
      return connections.unwrap(Driver.class);
    }
    if (!login.hasUrl()) {
      return connections;
    }
    return DriverManager.drivers()
        .filter(driver -> takes(driver, configuration.urlForDriver()))
        .findFirst()
        .map(Object.class::cast)
        .orElse(connections);
  }

  private static boolean takes(Driver driver, String url) {
    try {
      return driver.acceptsURL(url);
    } catch (SQLException e) {
      return false;
    }
  }

  /** A driver's class, version and jar. */
  private static String described(Object driver) {
    Class<?> type = driver.getClass();
    StringBuilder text = new StringBuilder("the driver is ").append(type.getName());
    String version =
        type.getPackage() == null ? null : type.getPackage().getImplementationVersion();
    if (driver instanceof Driver jdbc && version == null) {
      version = jdbc.getMajorVersion() + "." + jdbc.getMinorVersion();
    }
    if (version != null) {
      text.append(' ').append(version);
    }
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation() != null) {
      try {
        text.append(" from ").append(Path.of(source.getLocation().toURI()));
      } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
        text.append(" from ").append(source.getLocation()); // a jar within a jar
      }
    }
    return text.toString();
  }
}
