package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.conf.PropertyKey;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mariadb.jdbc.Configuration;
import org.postgresql.PGProperty;

class IamSettingsTest {

  private static final String ROLE = "arn:aws:iam::123456789012:role/login/orders";

  @Test
  void areAllOptional() {
    assertThat(IamSettings.from(new Properties()))
        .isEqualTo(
            new IamSettings(
                null, null, null, Duration.ofSeconds(870), null, null, null, null, false));
  }

  @Test
  void areReadFromAmongOtherProperties() {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", "orders");
    properties.setProperty("iam_host", "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com");
    properties.setProperty("iam_default_port", " 3307 ");
    properties.setProperty("iam_region", "EU-West-1");
    properties.setProperty("aws_profile", "staging");
    properties.setProperty("iam_role_arn", ROLE);
    properties.setProperty("iam_role_session_name", "orders@7c9f");
    properties.setProperty("iam_role_external_id", "tenant:7/eu");
    properties.put("iam_verify_writer", true);
    properties.put("iam_expiration", 60); // as addDataSourceProperty("iam_expiration", 60) does

    assertThat(IamSettings.from(properties))
        .isEqualTo(
            new IamSettings(
                "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com",
                3307,
                "eu-west-1",
                Duration.ofMinutes(1),
                "staging",
                ROLE,
                "orders@7c9f",
                "tenant:7/eu",
                true));
    assertThat(properties).hasSize(10);
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "65535, 900"})
  void mayHaveTheLeastAndTheGreatestNumbers(int port, int seconds) {
    Properties properties = new Properties();
    properties.put("iam_default_port", port);
    properties.put("iam_expiration", seconds);

    assertThat(IamSettings.from(properties))
        .returns(port, IamSettings::defaultPort)
        .returns(Duration.ofSeconds(seconds), IamSettings::expiration);
  }

  @Test
  void areReadFromTheDefaultsOfPropertiesToo() {
    Properties defaults = new Properties();
    defaults.setProperty("iam_region", "eu-west-1");

    assertThat(IamSettings.from(new Properties(defaults)).region()).isEqualTo("eu-west-1");
  }

  @Test
  void areNotSetWhereBlank() {
    Properties properties = new Properties();
    properties.setProperty("iam_host", "");
    properties.setProperty("iam_default_port", " ");
    properties.setProperty("iam_region", "\t");
    properties.setProperty("iam_expiration", "");

    assertThat(IamSettings.from(properties)).isEqualTo(IamSettings.from(new Properties()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "iam_default_port | 0      | iam_default_port is 0; use a port from 1 to 65535",
        "iam_default_port | -1     | iam_default_port is -1; use a port from 1 to 65535",
        "iam_default_port | 65536  | iam_default_port is 65536; use a port from 1 to 65535",
        "iam_default_port | 5432.0 | iam_default_port is \"5432.0\"; use a port from 1 to 65535",
        "iam_default_port | 99999999999 | iam_default_port is \"99999999999\"; use a port from 1 to"
            + " 65535",
        "iam_default_port | 443    | iam_default_port is 443, which no database endpoint uses;"
            + " write the database's port in iam_default_port",
        "iam_expiration   | -1     | iam_expiration is -1; use a number of seconds from 0 to 900,"
            + " because no token is valid for longer",
        "iam_expiration   | 901    | iam_expiration is 901; use a number of seconds from 0 to 900,"
            + " because no token is valid for longer",
        "iam_expiration   | 15m    | iam_expiration is \"15m\"; use a number of seconds from 0 to"
            + " 900",
        "iam_region       | Ohio   | iam_region is \"ohio\", which is not an AWS region; use one"
            + " such as \"us-east-2\"",
        "iam_region       | us east 2 | iam_region is \"us east 2\", which is not an AWS region;"
            + " use one such as \"us-east-2\"",
        "iam_regoin       | us-east-2 | iam_regoin is not a setting; did you mean iam_region? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "iam_port         | 5432 | iam_port is not a setting; did you mean iam_default_port? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "IAM_HOST         | a | IAM_HOST is not a setting; did you mean iam_host? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "iamHost          | a | iamHost is not a setting; did you mean iam_host? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "awsProfile       | a | awsProfile is not a setting; did you mean aws_profile? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "iam_expiraton    | 60 | iam_expiraton is not a setting; did you mean iam_expiration? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
      })
  void refuseWhatCannotBe(String name, String value, String message) {
    Properties properties = new Properties();
    properties.setProperty(name, value);

    assertThatThrownBy(() -> IamSettings.from(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    "iam_expire, iam_expiration",
    "iam_ttl, iam_expiration",
    "iam_port, iam_default_port",
    "iamDefaultPort, iam_default_port",
    "iamRegionn, iam_region",
    "aws_region, iam_region",
    "iam_aws_region, iam_region",
    "aws_profil, aws_profile",
    "AWS-Profile, aws_profile",
    "iam_hostname, iam_host",
    "iam_endpoint, iam_host",
    "amp;iam_region, iam_region",
    ";iam_host, iam_host",
    "iam_user, username",
    "iam_role, iam_role_arn",
    "iam_session_name, iam_role_session_name",
    "iam_external_id, iam_role_external_id",
    "iam_verify, iam_verify_writer",
    "iam_primary, iam_verify_writer",
  })
  void areMeantByWhateverLooksLikeOne(String name, String meant) {
    Properties properties = new Properties();
    properties.setProperty(name, "x");

    assertThat(IamSettings.isSetting(name)).isTrue();
    assertThatThrownBy(() -> IamSettings.from(properties))
        .hasMessageStartingWith(name + " is not a setting; did you mean " + meant + "?");
  }

  @Test
  void areNoNamesOfDriversProperties() throws Exception {
    List<String> names = new ArrayList<>(List.of("dataSource.iam_host", "awsRegion", "diamond"));
    for (PGProperty property : PGProperty.values()) {
      names.add(property.getName());
    }
    for (PropertyKey property : PropertyKey.values()) {
      names.add(property.getKeyName());
    }
    for (Field field : Configuration.Builder.class.getDeclaredFields()) {
      names.add(field.getName());
    }

    assertThat(names).hasSizeGreaterThan(300).noneMatch(IamSettings::isSetting);
  }

  @ParameterizedTest
  @CsvSource({"iam_host", "iam_default_port", "iam_region", "iam_expiration", "aws_profile"})
  void doNotHoldAnUnresolvedPlaceholder(String name) {
    Properties properties = new Properties();
    properties.setProperty(name, "${VALUE}");

    assertThatThrownBy(() -> IamSettings.from(properties))
        .hasMessage(name + " contains an unresolved placeholder ${...}; replace it with its value");
  }

  @ParameterizedTest
  @CsvSource({"iam_default_port", "iam_region", "iam_expiration"})
  void doNotRepeatAValueThatMayHoldASecret(String name) {
    Properties properties = new Properties();
    properties.setProperty(name, "us-east-2;password=s3cr3t");

    assertThatThrownBy(() -> IamSettings.from(properties))
        .hasNoCause()
        .hasMessageStartingWith(name + " is \"...\"");
  }

  @ParameterizedTest
  @CsvSource({
    "iam_role_arn, orders-login, is not the ARN of an IAM role; set it to one such as",
    "iam_role_arn, arn:aws:iam::12345678901:role/orders, is not the ARN of an IAM role; set it to"
        + " one such as",
    "iam_role_arn, arn:aws:iam::123456789012:user/orders, is not the ARN of an IAM role; set it to"
        + " one such as",
    "iam_role_arn, arn:aws:iam::123456789012:instance-profile/orders, is not the ARN of an IAM"
        + " role; set it to one",
    "iam_role_arn, arn:aws:sts::123456789012:assumed-role/orders/app, is not the ARN of an IAM"
        + " role; set it to one",
    "iam_role_session_name, a, is not a valid session name; use 2 to 64 letters",
    "iam_role_session_name, two words, is not a valid session name; use 2 to 64 letters",
    "iam_role_external_id, a, is not a valid external ID; use 2 to 1224 letters",
    "iam_role_external_id, a;b, is not a valid external ID; use 2 to 1224 letters",
  })
  void takeOfARoleWhatStsTakes(String name, String value, String message) {
    Properties properties = new Properties();
    properties.setProperty(name, value);

    assertThatThrownBy(() -> IamSettings.from(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(name + " " + message);
  }
}
