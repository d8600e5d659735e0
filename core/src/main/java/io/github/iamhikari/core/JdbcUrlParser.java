package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Parses one JDBC URL in the way of the URL's own driver. Messages repeat nothing of the URL but a
 * port's digits and known names. Not thread-safe; for a single use.
 */
final class JdbcUrlParser {

  private static final String AWS_WRAPPER = "jdbc:aws-wrapper:";

  /** The prefixes of drivers that wrap another driver's URL. */
  private static final List<String> WRAPPERS = List.of(AWS_WRAPPER, "jdbc:otel:", "jdbc:p6spy:");

  /** One letter of this many may differ in a misspelt protocol. */
  private static final int LETTERS_FOR_AN_ERROR = 4;

  private final String url;
  private final Properties settings = new Properties();
  private final List<JdbcUrl.Address> addresses = new ArrayList<>();
  private final List<JdbcUrl.Parameter> parameters = new ArrayList<>();
  private JdbcUrl.Protocol protocol = JdbcUrl.Protocol.OTHER;
  private boolean isDecoded;

  /** Whether Connector/J parses the URL; Amazon's driver parses it itself. */
  private boolean byConnectorJ;

  private @Nullable String user;
  private boolean holdsPassword;

  JdbcUrlParser(String url) {
    this.url = url;
  }

  JdbcUrl parse() {
    int parametersAt = url.indexOf('?');
    if ((parametersAt < 0 ? url : url.substring(0, parametersAt)).contains("${")) {
      throw new IllegalArgumentException(
          "The JDBC URL contains an unresolved placeholder ${...}; replace it with its value");
    }
    String bare = url;
    boolean byAwsWrapper = false;
    for (String wrapper = wrapperOf(bare); !wrapper.isEmpty(); wrapper = wrapperOf(bare)) {
      byAwsWrapper |= wrapper.equals(AWS_WRAPPER);
      bare = "jdbc:" + bare.substring(wrapper.length());
    }
    int colon = bare.indexOf(':', "jdbc:".length());
    if (!bare.startsWith("jdbc:") || colon < 0) {
      throw unknownForm(bare);
    }
    String protocolName = bare.substring("jdbc:".length(), colon);
    OtherLogins.refuseProtocol(protocolName);
    protocol = JdbcUrl.Protocol.of(protocolName);
    isDecoded = protocol != JdbcUrl.Protocol.MARIADB || byAwsWrapper;
    byConnectorJ = protocol == JdbcUrl.Protocol.MYSQL && !byAwsWrapper;
    if (protocol == JdbcUrl.Protocol.OTHER) {
      refuseTypingError(protocolName);
    }
    String rest = bare.substring(colon + 1);
    int end = byConnectorJ ? rest.indexOf('#') : -1;
    String fragment = end < 0 ? "" : rest.substring(end);
    rest = end < 0 ? rest : rest.substring(0, end);
    int question = rest.indexOf('?');
    String mode = readAddresses(question < 0 ? rest : rest.substring(0, question));
    refuseMisplacedSetting(fragment);
    String others = question < 0 ? "" : readParameters(rest.substring(question + 1));
    if (user == null) {
      user = valueOf("user");
    }
    return new JdbcUrl(
        settings.isEmpty() ? url : url.substring(0, parametersAt) + others + fragment,
        settings,
        protocol,
        protocolName,
        addresses,
        addresses.size() > 1 || !mode.isEmpty() || protocolName.endsWith("+srv"),
        user == null || user.isEmpty() ? null : user,
        holdsPassword,
        parameters);
  }

  private @Nullable String valueOf(String name) {
    for (JdbcUrl.Parameter parameter : parameters) {
      if (parameter.isNamed(name)) {
        return parameter.value();
      }
    }
    return null;
  }

  private static String wrapperOf(String url) {
    for (String wrapper : WRAPPERS) {
      if (url.startsWith(wrapper)) {
        return wrapper;
      }
    }
    return "";
  }

  private static IllegalArgumentException unknownForm(String bare) {
    int colon = bare.indexOf(':');
    if (colon > 0 && JdbcUrl.Protocol.of(bare.substring(0, colon)) != JdbcUrl.Protocol.OTHER) {
      return new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL does not begin with \"jdbc:\"; use jdbc:%s://host:port/database",
              bare.substring(0, colon)));
    }
    return new IllegalArgumentException(
        "The JDBC URL has an unknown form; use jdbc:postgresql://host:port/database, or jdbc:mysql:"
            + " or jdbc:mariadb:");
  }

  private static void refuseTypingError(String protocolName) {
    String name = protocolName.toLowerCase(Locale.ROOT);
    for (int i = 0; i < name.length(); i++) {
      if (!JdbcUrl.isAsciiLetterOrDigit(name.charAt(i)) && "+-.".indexOf(name.charAt(i)) < 0) {
        throw unknownForm("");
      }
    }
    JdbcUrl.Protocol meant = null;
    for (JdbcUrl.Protocol known : JdbcUrl.Protocol.values()) {
      int errors = known.protocolName().length() / LETTERS_FOR_AN_ERROR;
      if (errors > 0 && IamSettings.distance(known.protocolName(), name) <= errors) {
        meant = known;
      }
    }
    if (meant != null) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL begins with \"jdbc:%s:\", which no driver accepts; did you mean"
                  + " \"jdbc:%s:\"?",
              protocolName,
              meant.protocolName()));
    }
    if (name.isEmpty()) {
      throw unknownForm("");
    }
  }

  /** Parses the part before the parameters. */
  private String readAddresses(String text) {
    int slashes = text.indexOf("//");
    String mode = slashes < 0 ? "" : text.substring(0, slashes);
    if (!mode.isEmpty() && (!mode.endsWith(":") || mode.indexOf('/') >= 0)) {
      slashes = -1;
      mode = "";
    }
    int start = slashes < 0 ? 0 : slashes + 2;
    int end = slashes < 0 ? 0 : text.indexOf('/', start);
    String authority = text.substring(start, end < 0 ? text.length() : end);
    String path = end < 0 ? "" : text.substring(end);
    for (String host : hosts(authority)) {
      readHost(host);
    }
    refuseMisplacedSetting(path);
    checkPath(slashes < 0 ? null : mode, authority, path);
    return mode;
  }

  /** Rejects a URL that its driver would not accept. */
  private void checkPath(@Nullable String mode, String authority, String path) {
    boolean takes =
        switch (protocol) {
          case POSTGRESQL ->
              mode != null
                  ? mode.isEmpty()
                      && (authority.isEmpty() ? !path.startsWith("//") : path.lastIndexOf('/') == 0)
                  : !path.startsWith("/");
          case MYSQL -> mode != null || path.startsWith("/");
          case MARIADB -> mode != null;
          case OTHER -> true;
        };
    if (!takes) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s does not accept the JDBC URL, because it has too few or too many slashes around"
                  + " the host; use jdbc:%s://host:port/database",
              upperCased(protocol.driver()),
              protocol.protocolName()));
    }
  }

  private static String upperCased(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  /** Splits at commas outside brackets. */
  private static List<String> hosts(String authority) {
    List<String> hosts = new ArrayList<>();
    int depth = 0;
    int start = 0;
    for (int i = 0; i < authority.length(); i++) {
      char c = authority.charAt(i);
      depth += "[(".indexOf(c) >= 0 ? 1 : "])".indexOf(c) >= 0 ? -1 : 0;
      if (c == ',' && depth == 0) {
        hosts.add(authority.substring(start, i));
        start = i + 1;
      }
    }
    hosts.add(authority.substring(start));
    return hosts;
  }

  private void readHost(String text) {
    String host = takeUser(text).strip();
    boolean isList = host.startsWith("[") && host.endsWith("]");
    if (isList && protocol == JdbcUrl.Protocol.MYSQL && host.indexOf(',') >= 0) {
      for (String one : hosts(host.substring(1, host.length() - 1))) {
        readHost(one);
      }
      return;
    }
    boolean isAddress = host.regionMatches(true, 0, "address=(", 0, "address=(".length());
    boolean hasKeys = isAddress || (host.startsWith("(") && protocol == JdbcUrl.Protocol.MYSQL);
    if (hasKeys && protocol != JdbcUrl.Protocol.POSTGRESQL) {
      readKeys(host.substring(isAddress ? "address=".length() : 0));
      return;
    }
    readHostAndPort(host);
  }

  private String takeUser(String text) {
    int at = text.indexOf('@');
    int parenthesis = text.indexOf('(');
    if (at < 0 || (parenthesis >= 0 && parenthesis < at)) {
      return text;
    }
    String login = text.substring(0, at);
    int colon = login.indexOf(':');
    holdsPassword |= colon >= 0;
    if (colon < 0
        && (protocol == JdbcUrl.Protocol.POSTGRESQL || protocol == JdbcUrl.Protocol.MARIADB)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL has a user before the host, which %s reads as part of the host name;"
                  + " set username instead",
              protocol.driver()));
    }
    user = decoded((colon < 0 ? login : login.substring(0, colon)).strip(), "user");
    return text.substring(at + 1);
  }

  /** Connector/J's {@code (host=...,port=...)}, and {@code address=(host=...)(port=...)}. */
  private void readKeys(String keys) {
    String host = null;
    Integer port = null;
    for (String key : keys.replace('(', ',').replace(')', ',').split(",", -1)) {
      int equals = key.indexOf('=');
      String name = (equals < 0 ? key : key.substring(0, equals)).strip();
      String value = equals < 0 ? "" : decoded(key.substring(equals + 1).strip(), name);
      switch (name.toLowerCase(Locale.ROOT)) {
        case "" -> {}
        case "host" -> host = value.replace("[", "").replace("]", "");
        case "port" -> port = port(value);
        case "user" -> user = protocol == JdbcUrl.Protocol.MYSQL ? value : user;
        default -> add(new JdbcUrl.Parameter(name, value));
      }
    }
    addresses.add(new JdbcUrl.Address(host, port));
  }

  private void readHostAndPort(String text) {
    int bracket = text.startsWith("[") ? text.indexOf(']') : -1;
    int colon = bracket < 0 ? text.indexOf(':') : text.indexOf(':', bracket);
    String name = colon < 0 ? text : text.substring(0, colon);
    String host =
        bracket < 0 ? decodedHost(name) : name.substring(1, Math.min(bracket, name.length()));
    boolean isReadable = bracket < 0 || name.length() == bracket + 1;
    String port = colon < 0 ? null : text.substring(colon + 1);
    for (int i = 0; bracket < 0 && i < host.length(); i++) {
      isReadable &= ":[]()=@;".indexOf(host.charAt(i)) < 0 && host.charAt(i) > ' ';
    }
    isReadable &= port == null || port.indexOf(':') < 0;
    if (!isReadable) {
      if (protocol == JdbcUrl.Protocol.OTHER) {
        return; // a form of its own, which needs iam_host and iam_default_port
      }
      throw new IllegalArgumentException(
          "The host in the JDBC URL cannot be read; use jdbc:protocol://host:port/database");
    }
    addresses.add(
        new JdbcUrl.Address(host.isEmpty() ? null : host, port == null ? null : port(port)));
  }

  private String decodedHost(String name) {
    return protocol == JdbcUrl.Protocol.MYSQL ? decoded(name, "host") : name;
  }

  private @Nullable Integer port(String digits) {
    if (digits.isEmpty()) {
      if (protocol == JdbcUrl.Protocol.POSTGRESQL || protocol == JdbcUrl.Protocol.MARIADB) {
        throw new IllegalArgumentException(
            "The port in the JDBC URL is empty; add the port, or remove the colon after the host");
      }
      return null;
    }
    boolean isNumber = digits.length() <= 5;
    for (int i = 0; i < digits.length(); i++) {
      isNumber &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    if (!isNumber) {
      throw new IllegalArgumentException(
          "The port in the JDBC URL is not a number from 1 to 65535; use"
              + " jdbc:protocol://host:port/database, without a password");
    }
    int port = Integer.parseInt(digits);
    if (port < 1 || port > IamSettings.LAST_PORT) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The port in the JDBC URL is \"%s\"; use a port from 1 to 65535",
              digits));
    }
    return port;
  }

  /** Extracts the settings from a query, and returns the rest of it. */
  private String readParameters(String query) {
    StringJoiner others = new StringJoiner("&", "?", "").setEmptyValue("");
    Map<String, String> known = new HashMap<>();
    int number = 0;
    for (String text : query.split("&", -1)) {
      number++;
      int equals = text.indexOf('=');
      String name = equals < 0 ? text : text.substring(0, equals);
      String value = equals < 0 ? "" : text.substring(equals + 1);
      String label = label(name, number);
      boolean isSetting = IamSettings.isSetting(name);
      if (isSetting && isPlain(name)) {
        value = decode(value, label);
        settings.setProperty(name, value);
      } else {
        refuseMisplacedSetting(";" + text);
        refuseUnreadableName(name, label);
        others.add(text);
        value = decoded(byConnectorJ ? value.strip() : value, label);
        name = byConnectorJ ? decode(name.strip(), label) : name;
        add(new JdbcUrl.Parameter(name, value));
      }
      String other = known.put(isSetting ? name : name.toLowerCase(Locale.ROOT), value);
      if (other != null && !other.equals(value)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The JDBC URL's parameter %s has two different values; keep one",
                label));
      }
    }
    return others.toString();
  }

  private void add(JdbcUrl.Parameter parameter) {
    holdsPassword |= OtherLogins.isPassword(parameter.name());
    if (!parameter.name().isEmpty()) {
      parameters.add(parameter);
    }
  }

  /** A parameter in messages: its name if that is known, else its position. */
  private static String label(String name, int number) {
    boolean isKnown =
        (IamSettings.isSetting(name) && isPlain(name))
            || LoginTarget.readsParameter(name)
            || TransportSecurity.readsParameter(name);
    return isKnown ? name : "number ".concat(Integer.toString(number));
  }

  /** Rejects a name for which Connector/J's own message would repeat the rest of the URL. */
  private void refuseUnreadableName(String name, String label) {
    for (int i = 0; byConnectorJ && i < name.length(); i++) {
      char c = name.charAt(i);
      if (!JdbcUrl.isAsciiLetterOrDigit(c) && "_.-% ".indexOf(c) < 0) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The JDBC URL's parameter %s has a name that MySQL's driver cannot read;"
                    + " separate parameters with &",
                label));
      }
    }
  }

  private static boolean isPlain(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (!JdbcUrl.isAsciiLetterOrDigit(name.charAt(i)) && "_-".indexOf(name.charAt(i)) < 0) {
        return false;
      }
    }
    return true;
  }

  /** Rejects a setting where no parameter can begin, as after a semicolon. */
  private static void refuseMisplacedSetting(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (";?&#,".indexOf(text.charAt(i)) < 0) {
        continue;
      }
      int equals = text.indexOf('=', i);
      String name = equals < 0 ? "" : text.substring(i + 1, equals);
      if (isPlain(name) && IamSettings.isSetting(name)) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "The JDBC URL contains %s where no parameter can begin; separate parameters as in"
                    + " ?name=value&name=value",
                name));
      }
    }
  }

  private String decoded(String encoded, String label) {
    return isDecoded ? decode(encoded, label) : encoded;
  }

  private static String decode(String encoded, String label) {
    if (encoded.indexOf('%') < 0 && encoded.indexOf('+') < 0) {
      return encoded;
    }
    try {
      return URLDecoder.decode(encoded, UTF_8);
    } catch (IllegalArgumentException e) {
      // the cause would show the text after the percent sign
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "The JDBC URL's parameter %s has an invalid percent-encoding; write %%25 for a"
                  + " percent sign",
              label));
    }
  }
}
