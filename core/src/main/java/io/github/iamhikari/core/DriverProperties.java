package io.github.iamhikari.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The property list and the version of {@link IamDriver}. */
final class DriverProperties {

  private static final String USER = "user";

  private DriverProperties() {}

  /** The user, the settings and the real driver's properties, with their current values. */
  static DriverPropertyInfo[] of(String url, Properties properties) {
    List<DriverPropertyInfo> all = new ArrayList<>();
    JdbcUrl parsed = parse(url);
    Properties values = new Properties();
    if (parsed != null) {
      values.putAll(parsed.settings());
      values.putAll(userOf(parsed));
    }
    Properties written = LoginConfiguration.texts(properties);
    values.putAll(written);
    add(all, USER, "The database user who logs in with IAM", values.getProperty(USER));
    all.get(0).required = true;
    for (String setting : IamSettings.names()) {
      add(all, setting, describe(setting), values.getProperty(setting));
    }
    for (DriverPropertyInfo info : ofDriver(parsed, written)) {
      if (!OtherLogins.isPassword(info.name) && !info.name.equalsIgnoreCase(USER)) {
        all.add(info);
      }
    }
    return all.toArray(new DriverPropertyInfo[0]);
  }

  private static void add(
      List<DriverPropertyInfo> all, String name, String description, @Nullable String value) {
    DriverPropertyInfo info = new DriverPropertyInfo(name, value);
    info.description = description;
    all.add(info);
  }

  private static String describe(String setting) {
    return switch (setting) {
      case IamSettings.HOST ->
          "The endpoint to sign tokens for, if the URL's host is not the endpoint";
      case IamSettings.DEFAULT_PORT -> "The port to sign tokens for, if it is not the URL's";
      case IamSettings.REGION -> "The AWS region, if the endpoint's name does not contain it";
      case IamSettings.EXPIRATION -> "How long a token is used, in seconds, from 0 to 900";
      case IamSettings.AWS_PROFILE -> "The AWS profile to take credentials from";
      case IamSettings.ROLE_ARN -> "The ARN of the IAM role to assume for signing";
      case IamSettings.ROLE_SESSION_NAME ->
          "The name of the role's session, as shown in CloudTrail";
      case IamSettings.ROLE_EXTERNAL_ID -> "The external ID that the role's trust policy requires";
      case IamSettings.VERIFY_WRITER ->
          "Whether to check that each new connection leads to the writer";
      default -> "A setting of iam-hikari";
    };
  }

  /** Null for an invalid URL; {@link IamDriver#connect} reports the reason. */
  private static @Nullable JdbcUrl parse(String url) {
    try {
      return JdbcUrl.parse(LoginConfiguration.ofRealDriver(url));
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static Properties userOf(JdbcUrl url) {
    Properties user = new Properties();
    String name = url.user();
    if (name != null) {
      user.setProperty(USER, name);
    }
    return user;
  }

  private static DriverPropertyInfo[] ofDriver(@Nullable JdbcUrl url, Properties properties) {
    if (url != null && !url.holdsPassword()) {
      try {
        String realUrl = url.forDriver();
        return new DriverManagerDataSource(realUrl, properties)
            .driver()
            .getPropertyInfo(realUrl, properties);
      } catch (SQLException | RuntimeException e) {
        // connect() reports the reason
      }
    }
    return new DriverPropertyInfo[0];
  }

  /** A part of this library's version: 0 for the major, 1 for the minor number. */
  static int version(int place) {
    Properties build = new Properties();
    try (InputStream in = DriverProperties.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        build.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] numbers = build.getProperty("version", "0.0").split("[.-]", 0);
    return Integer.parseInt(numbers[place]);
  }
}
