package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/**
 * The TLS properties of a configuration, in the URL and in the driver's properties.
 *
 * @param url the JDBC URL
 * @param driverProperties the driver's properties outside the URL
 */
record TlsProperties(JdbcUrl url, Properties driverProperties) {

  static final Set<String> YES = Set.of("true", "yes", "1", "");

  /** All values of a property in the URL and the properties, ignoring case. */
  List<String> values(String name) {
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

  /** Whether a property is set. */
  boolean has(String name) {
    return !values(name).isEmpty();
  }

  /** The first value of a property, or empty. */
  String value(String name) {
    List<String> values = values(name);
    return values.isEmpty() ? "" : values.get(0);
  }

  /** The first of these properties that is set to a value other than false, or empty. */
  String firstWritten(List<String> names) {
    for (String name : names) {
      for (String value : values(name)) {
        if (!value.isBlank() && !value.equalsIgnoreCase("false")) {
          return name;
        }
      }
    }
    return "";
  }

  boolean isOn(String name) {
    for (String value : values(name)) {
      if (YES.contains(value.toLowerCase(Locale.ROOT))) {
        return true;
      }
    }
    return false;
  }

  /** Sets a property unless the driver's properties have it in this spelling. */
  void set(String name, String value) {
    driverProperties.putIfAbsent(name, value);
  }

  /** Whether the driver connects to exactly this host. */
  boolean connectsTo(String host) {
    List<JdbcUrl.Address> addresses = url.addresses();
    return addresses.size() == 1 && host.equalsIgnoreCase(addresses.get(0).host());
  }
}
