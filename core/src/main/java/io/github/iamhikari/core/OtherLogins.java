package io.github.iamhikari.core;

import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Rejects driver properties, and drivers, that log in with something other than the given token.
 * Names are compared without case, as MySQL's and MariaDB's drivers do.
 */
final class OtherLogins {

  /** Properties that make a driver ask other code for a password, or log in by other means. */
  private static final Set<String> PLUGINS =
      Set.of("authenticationPluginClassName", "authenticationPlugins", "credentialType");

  private static final String WRAPPER_PLUGINS = "wrapperPlugins";

  /** The property that selects a named set of plugins. */
  static final String WRAPPER_PROFILE = "wrapperProfileName";

  /**
   * The <a
   * href="https://github.com/aws/aws-advanced-jdbc-wrapper/blob/main/docs/using-the-jdbc-driver/UsingTheJdbcDriver.md">plugins
   * of Amazon's driver</a> that log in.
   */
  private static final Set<String> WRAPPER_LOGINS =
      Set.of("iam", "iamDsql", "awsSecretsManager", "federatedAuth", "okta");

  /**
   * The protocol of Amazon's connector for Aurora DSQL, which signs a token for each connection
   * itself.
   */
  private static final String DSQL_CONNECTOR = "aws-dsql";

  private OtherLogins() {}

  /** Whether a property is the database password; Connector/J has three more names for it. */
  static boolean isPassword(String name) {
    return name.regionMatches(true, 0, "password", 0, "password".length())
        && (name.length() == "password".length()
            || (name.length() == "password1".length() && "123".indexOf(name.charAt(8)) >= 0));
  }

  /** Removes a password, which some tools require, from a URL's parameters. */
  static String withoutPassword(String url) {
    int question = url.indexOf('?');
    if (question < 0) {
      return url;
    }
    StringJoiner others = new StringJoiner("&", "?", "").setEmptyValue("");
    for (String parameter : url.substring(question + 1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      if (!isPassword(equals < 0 ? parameter : parameter.substring(0, equals))) {
        others.add(parameter);
      }
    }
    return url.substring(0, question) + others;
  }

  /**
   * Rejects the protocol of a driver that always sends its own token.
   *
   * @throws IllegalArgumentException if the protocol is one of these
   * @see <a href="https://github.com/awslabs/aurora-dsql-jdbc-connector">Aurora DSQL Connector for
   *     JDBC</a>
   */
  static void refuseProtocol(String name) {
    if (name.equalsIgnoreCase(DSQL_CONNECTOR)) {
      throw new IllegalArgumentException(
          "The JDBC URL begins with \"jdbc:aws-dsql:\", whose driver signs its own tokens; use"
              + " jdbc:postgresql://host:port/postgres");
    }
  }

  /**
   * Rejects a configuration that makes the driver log in with something other than the token.
   *
   * @throws IllegalArgumentException if the URL or the properties contain such a property
   */
  static void refuse(JdbcUrl url, Properties driverProperties) {
    for (JdbcUrl.Parameter parameter : url.parameters()) {
      refuse(parameter.name(), parameter.value());
    }
    for (String name : driverProperties.stringPropertyNames()) {
      refuse(name, driverProperties.getProperty(name));
    }
  }

  /** Rejects a property that makes the driver log in with something other than the token. */
  static void refuse(String name, String value) {
    if (value.isBlank()) {
      return;
    }
    for (String plugin : PLUGINS) {
      if (plugin.equalsIgnoreCase(name)) {
        throw instead(plugin);
      }
    }
    if (WRAPPER_PLUGINS.equalsIgnoreCase(name)) {
      for (String plugin : value.split(",", -1)) {
        for (String login : WRAPPER_LOGINS) {
          if (login.equalsIgnoreCase(plugin.strip())) {
            throw instead(
                String.format(Locale.ROOT, "%s with the plugin %s", WRAPPER_PLUGINS, login));
          }
        }
      }
    }
  }

  private static IllegalArgumentException instead(String what) {
    return new IllegalArgumentException(
        String.format(
            Locale.ROOT,
            "%s makes the driver log in with something other than the IAM token; remove it",
            what));
  }
}
