package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A JDBC URL without the {@code iam_*} settings among its parameters, and those settings.
 *
 * @param forDriver the URL as the driver gets it
 * @param settings the settings that stood in it
 */
record JdbcUrl(String forDriver, Properties settings) {

  /**
   * Takes the settings out; whatever else stands in the URL stays as it is.
   *
   * @throws IllegalArgumentException if a setting is given twice, or its percent-encoding is broken
   */
  static JdbcUrl parse(String url) {
    int question = url.indexOf('?');
    if (question < 0) {
      return new JdbcUrl(url, new Properties());
    }
    Properties settings = new Properties();
    StringJoiner others = new StringJoiner("&", "?", "").setEmptyValue("");
    for (String parameter : url.substring(question + 1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      String name = equals < 0 ? parameter : parameter.substring(0, equals);
      if (!IamSettings.isSetting(name)) {
        others.add(parameter);
        continue;
      }
      String value = decoded(equals < 0 ? "" : parameter.substring(equals + 1));
      Object other = settings.setProperty(name, value);
      if (other != null && !other.equals(value)) {
        throw givenTwice(name);
      }
    }
    String forDriver = settings.isEmpty() ? url : url.substring(0, question) + others;
    return new JdbcUrl(forDriver, settings);
  }

  /**
   * What stands behind a URL's question mark, by names in lower case.
   *
   * @throws IllegalArgumentException if a name has two values, of which drivers take one or the
   *     other, or the percent-encoding is broken
   */
  static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new TreeMap<>();
    for (String parameter : query.split("&", -1)) {
      int equals = parameter.indexOf('=');
      String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
      String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
      String other = parameters.put(name.toLowerCase(Locale.ROOT), value);
      if (other != null && !other.equals(value)) {
        throw givenTwice(name);
      }
    }
    return parameters;
  }

  /** A part of the URL without its percent-encoding. */
  static String decoded(String encoded) {
    try {
      return URLDecoder.decode(encoded, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The JDBC URL has a broken percent-encoding", e);
    }
  }

  private static IllegalArgumentException givenTwice(String name) {
    return new IllegalArgumentException(
        "The JDBC URL's parameter " + name + " is given twice; write it once");
  }
}
