package io.github.iamhikari.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;

/**
 * What a configuration says of TLS, in the URL and beside it, and what is said for it.
 *
 * @param url the JDBC URL
 * @param driverProperties what the driver gets beside the URL
 */
record TlsProperties(JdbcUrl url, Properties driverProperties) {

  static final Set<String> YES = Set.of("true", "yes", "1", "");

  /** What the URL and the properties say of a name, in whatever case they write it. */
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

  /** Whether anything is said of a name. */
  boolean has(String name) {
    return !values(name).isEmpty();
  }

  /** The one value of a name, or nothing. */
  String value(String name) {
    List<String> values = values(name);
    return values.isEmpty() ? "" : values.get(0);
  }

  /** Which of these names is written with a value other than false, or nothing. */
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

  /** Says something for the configuration, unless that says it in these letters. */
  void set(String name, String value) {
    driverProperties.putIfAbsent(name, value);
  }

  /** Whether the driver connects to a host by this very name. */
  boolean connectsTo(String host) {
    List<JdbcUrl.Address> addresses = url.addresses();
    return addresses.size() == 1 && host.equalsIgnoreCase(addresses.get(0).host());
  }
}
