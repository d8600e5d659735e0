package io.github.iamhikari.localrds;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a client is configured with to log in to a {@link LocalRds} at 127.0.0.1: the JDBC URL, the
 * user, and the properties of the driver and of iam-hikari. Immutable.
 *
 * @param jdbcUrl without parameters
 * @param username the database user
 * @param dataSourceProperties in the order in which a person reads them
 * @param sslMode what the driver calls the TLS mode that verifies the server
 */
record ClientSettings(
    String jdbcUrl, String username, Map<String, String> dataSourceProperties, String sslMode) {

  static ClientSettings of(LocalRds rds, Engine engine, @Nullable String authority) {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put("iam_host", rds.host());
    properties.put("iam_region", rds.region());
    if (rds.port() != rds.listeningPort()) {
      properties.put("iam_default_port", Integer.toString(rds.port()));
    }
    if (rds.service() == Service.DSQL) {
      properties.put("options", "-c amzn-cluster-id=" + rds.resourceId());
    }
    if (authority != null) {
      properties.put(engine.rootsProperty, authority);
    }
    // MariaDB's driver does not accept the URL of MySQL's.
    String url = rds.jdbcUrl().replaceFirst("^jdbc:mysql:", "jdbc:mariadb:");
    return new ClientSettings(url, rds.account(), properties, engine.sslModeProperty);
  }

  /** As HikariCP reads them, and iam-hikari. */
  Properties properties() {
    Properties properties = new Properties();
    properties.putAll(lines());
    return properties;
  }

  /** A file of properties. */
  String file() {
    StringJoiner file = new StringJoiner("\n");
    lines().forEach((name, value) -> file.add(name + "=" + value.replace("\\", "\\\\")));
    return file.toString();
  }

  private Map<String, String> lines() {
    Map<String, String> lines = new LinkedHashMap<>();
    lines.put("jdbcUrl", jdbcUrl);
    lines.put("username", username);
    dataSourceProperties.forEach((name, value) -> lines.put("dataSource." + name, value));
    return lines;
  }

  /** All but the user in one URL. */
  String url() {
    StringJoiner url = new StringJoiner("&", jdbcUrl + "?", "");
    dataSourceProperties.forEach((name, value) -> url.add(name + "=" + parameter(value)));
    return url.add(sslMode + "=verify-full").toString();
  }

  /** PostgreSQL's driver decodes parameters; MariaDB's does not. */
  private String parameter(String value) {
    return jdbcUrl.startsWith("jdbc:postgresql:")
        ? PercentEncoding.encode(value).replace("%2F", "/")
        : value;
  }
}
