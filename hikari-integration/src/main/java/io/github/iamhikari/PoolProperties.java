package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool's properties, from a file or a program: HikariCP's properties, driver properties with the
 * prefix {@code dataSource.}, and this library's settings with or without that prefix.
 */
final class PoolProperties {

  private static final Logger logger = LoggerFactory.getLogger(IamHikariDataSource.class);

  private static final String DATA_SOURCE_PREFIX = "dataSource.";

  private static final String JDBC_URL = "jdbcUrl";

  /** Names for the parts of an address, and the matching property of a driver's DataSource. */
  private static final Map<String, String> PARTS_OF_AN_ADDRESS =
      Map.of(
          "host", "serverName",
          "hostname", "serverName",
          "server", "serverName",
          "servername", "serverName",
          "port", "portNumber",
          "portnumber", "portNumber",
          "database", "databaseName",
          "databasename", "databaseName",
          "dbname", "databaseName");

  private PoolProperties() {}

  /**
   * {@return the HikariCP configuration for these properties}
   *
   * @throws IllegalArgumentException if HikariCP rejects one of them
   */
  static HikariConfig config(Properties properties) {
    Properties known = asHikariKnowsThem(properties);
    try {
      return new HikariConfig(known);
    } catch (RuntimeException e) {
      // HikariCP names the rejected property only in its log.
      known.forEach((name, value) -> refuseIfUnfit(name.toString(), value, known));
      throw e;
    }
  }

  /**
   * Reads a file, or else a class path resource, as UTF-8. Invalid UTF-8 is read as Latin-1, as
   * HikariCP does.
   */
  static Properties read(String propertyFileName) {
    Properties properties = new Properties();
    try (InputStream input = open(propertyFileName)) {
      if (input == null) {
        throw new IllegalArgumentException("Cannot find property file: " + propertyFileName);
      }
      properties.load(new StringReader(decode(input.readAllBytes())));
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read property file: " + propertyFileName, e);
    }
  }

  private static @Nullable InputStream open(String propertyFileName) throws IOException {
    Path file = Path.of(propertyFileName);
    if (Files.isRegularFile(file)) {
      return Files.newInputStream(file);
    }
    InputStream resource = IamHikariDataSource.class.getResourceAsStream(propertyFileName);
    return resource != null
        ? resource
        : IamHikariDataSource.class.getClassLoader().getResourceAsStream(propertyFileName);
  }

  private static String decode(byte[] content) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      return new String(content, StandardCharsets.ISO_8859_1);
    }
  }

  /** Adds the prefix {@code dataSource.} to settings. A setting without the prefix wins. */
  private static Properties asHikariKnowsThem(Properties properties) {
    Properties known = new Properties();
    Properties settings = new Properties();
    for (String name : properties.stringPropertyNames()) {
      known.setProperty(name, properties.getProperty(name));
    }
    properties.forEach(known::put);
    known.forEach(
        (name, value) -> {
          if (IamSettings.isSetting(name)) {
            settings.put(name, value);
          }
        });
    settings.forEach(
        (name, value) -> {
          known.remove(name);
          Object other = known.put(DATA_SOURCE_PREFIX + name, value);
          if (other != null && !other.toString().equals(value.toString())) {
            logger.warn(
                "{} is {} but {}{} is {}; using {}.",
                name,
                value,
                DATA_SOURCE_PREFIX,
                name,
                other,
                value);
          }
        });
    return known;
  }

  private static void refuseIfUnfit(String name, Object value, Properties all) {
    PropertyNames ofHikari = PropertyNames.of(HikariConfig.class);
    if (!name.startsWith(DATA_SOURCE_PREFIX) && !ofHikari.contains(name)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "%s is not a HikariCP property; %s", name, remedy(name, ofHikari, all)));
    }
    Properties alone = new Properties();
    alone.put(name, value);
    try {
      new HikariConfig(alone);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "HikariCP rejects the property %s: %s", name, RootCause.of(e)),
          e);
    }
  }

  private static String remedy(String name, PropertyNames ofHikari, Properties all) {
    String partOfAnAddress = PARTS_OF_AN_ADDRESS.get(PropertyNames.letters(name));
    if (partOfAnAddress != null) {
      return String.format(
          Locale.ROOT,
          "did you mean %s, which includes the host, port and database, or %s%s, which needs a"
              + " dataSourceClassName?",
          JDBC_URL,
          DATA_SOURCE_PREFIX,
          partOfAnAddress);
    }
    return ofTheDriver(name, all.getProperty(JDBC_URL))
        .map(property -> DATA_SOURCE_PREFIX + property)
        .or(() -> ofHikari.meantBy(name))
        .map(meant -> "did you mean " + meant + "?")
        .orElse("remove it, or write " + DATA_SOURCE_PREFIX + name + " if it is a driver property");
  }

  /** {@return the driver property of that name, in the driver's spelling} */
  private static Optional<String> ofTheDriver(String name, @Nullable String jdbcUrl) {
    if (jdbcUrl == null || name.equalsIgnoreCase("user")) {
      return Optional.empty();
    }
    return DriverManager.drivers()
        .flatMap(driver -> properties(driver, jdbcUrl))
        .filter(name::equalsIgnoreCase)
        .findFirst();
  }

  private static Stream<String> properties(Driver driver, String jdbcUrl) {
    try {
      return driver.acceptsURL(jdbcUrl)
          ? Arrays.stream(driver.getPropertyInfo(jdbcUrl, new Properties())).map(info -> info.name)
          : Stream.empty();
    } catch (SQLException | RuntimeException e) {
      return Stream.empty(); // this only affects the hint
    }
  }
}
