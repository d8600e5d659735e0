package io.github.iamhikari;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@code jdbc:otel:...}, as OpenTelemetry's driver does, writes down what it was given, and
 * connects to the URL behind the prefix.
 */
public final class RecordingDriver extends org.postgresql.Driver {

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
  public @Nullable Connection connect(String jdbcUrl, @Nullable Properties info)
      throws SQLException {
    if (!acceptsURL(jdbcUrl) || info == null) {
      return null;
    }
    url = jdbcUrl;
    properties = info;
    return super.connect("jdbc:" + jdbcUrl.substring(PREFIX.length()), info);
  }

  @Override
  public boolean acceptsURL(String jdbcUrl) {
    return jdbcUrl.startsWith(PREFIX);
  }
}
