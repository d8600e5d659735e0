package io.github.iamhikari;

import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code jdbc:otel:...}, as OpenTelemetry's driver does, writes down what it was given, and
 * hands it to the driver of the URL behind the prefix.
 */
public final class RecordingDriver implements Driver {

  static final String PREFIX = "jdbc:otel:";

  private static volatile String url = "";
  private static volatile Properties properties = new Properties();

  static String lastUrl() {
    return url;
  }

  static Properties lastProperties() {
    return properties;
  }

  @Override
  public @Nullable Connection connect(String jdbcUrl, Properties info) throws SQLException {
    if (!acceptsURL(jdbcUrl)) {
      return null;
    }
    url = jdbcUrl;
    properties = info;
    return DriverManager.getConnection("jdbc:" + jdbcUrl.substring(PREFIX.length()), info);
  }

  @Override
  public boolean acceptsURL(String jdbcUrl) {
    return jdbcUrl.startsWith(PREFIX);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String jdbcUrl, Properties info) {
    return new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
  }
}
