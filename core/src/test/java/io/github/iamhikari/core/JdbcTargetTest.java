package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JdbcTargetTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://db:5433/orders               | POSTGRESQL | db        | 5433 |",
        "jdbc:postgresql://db/orders                    | POSTGRESQL | db        |      |",
        "jdbc:postgresql://db                           | POSTGRESQL | db        |      |",
        "jdbc:postgresql://db:5433                      | POSTGRESQL | db        | 5433 |",
        "jdbc:postgresql://db?user=app                  | POSTGRESQL | db        |      | app",
        "jdbc:postgresql://[::1]:5433/orders            | POSTGRESQL | ::1       | 5433 |",
        "jdbc:postgresql://db/orders?user=a%20b&ssl=true| POSTGRESQL | db        |      | a b",
        "jdbc:postgresql:orders                         | POSTGRESQL | localhost |      |",
        "jdbc:postgresql:/                              | POSTGRESQL | localhost |      |",
        "jdbc:postgresql:///orders                      | POSTGRESQL | localhost |      |",
        "jdbc:mysql://db:3307/orders                    | MYSQL      | db        | 3307 |",
        "jdbc:mysql:///orders                           | MYSQL      | localhost |      |",
        "jdbc:mysql://app@db:3307/orders                | MYSQL      | db        | 3307 | app",
        "jdbc:mysql://a%20b@db:3307/orders              | MYSQL      | db        | 3307 | a b",
        "jdbc:mysql://db:3307/orders?user=app           | MYSQL      | db        | 3307 | app",
        "jdbc:mariadb://db:3307/orders?user=app         | MARIADB    | db        | 3307 | app",
        "jdbc:mariadb://db/                             | MARIADB    | db        |      |",
        "jdbc:mysql://(host=db,port=3307,user=app)/orders       | MYSQL | db | 3307 | app",
        "jdbc:mysql://address=(host=db)(port=3307)/orders       | MYSQL | db | 3307 |",
        "jdbc:mysql://app@(HOST=db , Port=3307)/orders          | MYSQL | db | 3307 | app",
        "jdbc:mariadb://address=(host=db)(port=3307)(type=master)/orders | MARIADB | db | 3307 |",
        "jdbc:aws-wrapper:postgresql://db:5433/orders   | POSTGRESQL | db        | 5433 |",
        "jdbc:otel:mysql://db:3307/orders               | MYSQL      | db        | 3307 |",
        "jdbc:p6spy:mariadb://db:3307/orders            | MARIADB    | db        | 3307 |",
        "jdbc:p6spy:otel:mysql://db:3307/orders         | MYSQL      | db        | 3307 |",
        "jdbc:postgresql://db:5433/orders?host=db&PGPORT=5433   | POSTGRESQL | db | 5433 |",
        "jdbc:pgsql://db:5433/orders?user=app           | OTHER      | db        | 5433 | app",
      })
  void isReadFromAUrl(
      String url, JdbcTarget.Protocol protocol, String host, Integer port, String user) {
    JdbcTarget target = JdbcTarget.parse(url);

    assertThat(target.protocol()).isEqualTo(protocol);
    assertThat(target.addresses()).containsExactly(new JdbcTarget.Address(host, port));
    assertThat(target.severalHosts()).isFalse();
    assertThat(target.user()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "db.example.com | The JDBC URL has none of the known forms; write jdbc:postgresql://host:port/database, or mysql or mariadb in its place",
        "`` | The JDBC URL has none of the known forms; write jdbc:postgresql://host:port/database, or mysql or mariadb in its place",
        "jdbc:mysql://a:b:c/x | The JDBC URL's host cannot be read; write jdbc:protocol://host:port/database",
        "jdbc:postgresql://a:65536/x | The port in the JDBC URL is \"65536\"; write one from 1 to 65535",
        "jdbc:postgresql://a:0/x | The port in the JDBC URL is \"0\"; write one from 1 to 65535",
        "jdbc:postgresql://a:x/x | The port in the JDBC URL is \"x\"; write one from 1 to 65535",
        "jdbc:postgresql://a/x?password=hunter2 | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:postgresql://a/x?PassWord=hunter2 | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:mysql://app:hunter2@a/x | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:mysql://app:@a/x | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:mysql://a/x?sslMode=REQUIRED&sslmode=DISABLED | The JDBC URL's parameter sslmode is given twice; write it once",
        "jdbc:postgresql://a/x?user=%zz | The JDBC URL has a broken percent-encoding",
        "jdbc:mysql://(host=a,password=hunter2)/x | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:mysql://app:hunter2@[a:1,b:2]/x | The JDBC URL holds a password, which could be sent instead of the IAM token; take it out of the URL",
        "jdbc:postgresql://a/x?service=b | The JDBC URL's parameter service could lead the driver to another server than the token is signed for; write jdbc:postgresql://host:port/database",
        "jdbc:postgresql://a:1/x?port=2 | The JDBC URL's parameter port could lead the driver to another server than the token is signed for; write jdbc:postgresql://host:port/database",
        "jdbc:postgresql://a/x?PGHOST=b | The JDBC URL's parameter pghost could lead the driver to another server than the token is signed for; write jdbc:postgresql://host:port/database",
      })
  void refusesAUrlThatNoTokenCanFit(String url, String message) {
    assertThatThrownBy(() -> JdbcTarget.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://a,b/orders",
        "jdbc:mysql://a,b/orders",
        "jdbc:mysql://[a:3306,b:3306]/orders",
        "jdbc:mysql://(host=a),(host=b)/orders",
        "jdbc:mysql:loadbalance://a,b/orders",
        "jdbc:mysql:replication://a,b/orders",
        "jdbc:mysql+srv://a/orders",
        "jdbc:mysql+srv:loadbalance://a/orders",
        "jdbc:mariadb:replication://a,b/orders",
        "jdbc:mariadb:sequential://a/orders",
        "jdbc:aws-wrapper:mysql://a,b/orders"
      })
  void needsToKnowWhichEndpointStandsForSeveralHosts(String url) {
    JdbcTarget target = JdbcTarget.parse(url);

    assertThatThrownBy(() -> target.tokenRequest(settings(null, null, null), "app"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The JDBC URL may lead to several hosts, and a token fits one endpoint; name one host"
                + " alone, or set iam_host to the endpoint that stands for all of them");
    assertThat(target.tokenRequest(settings("E", null, null), "app").host()).isEqualTo(ENDPOINT);
  }

  @Test
  void needsToKnowWhichPortStandsForSeveral() {
    JdbcTarget same = JdbcTarget.parse("jdbc:postgresql://a:5433,b:5433/orders");
    JdbcTarget different = JdbcTarget.parse("jdbc:postgresql://a:5433,b/orders");

    assertThat(same.tokenRequest(settings("E", null, null), "app").port()).isEqualTo(5433);
    assertThat(different.tokenRequest(settings("E", "5434", null), "app").port()).isEqualTo(5434);
    assertThatThrownBy(() -> different.tokenRequest(settings("E", null, null), "app"))
        .hasMessage(
            "The JDBC URL names hosts with several ports, and a token is signed for one; set"
                + " iam_default_port to the endpoint's port");
  }

  @Test
  void needsToBeToldThePortOfAnotherDriver() {
    JdbcTarget other = JdbcTarget.parse("jdbc:other:any form of its own");
    JdbcTarget withPort = JdbcTarget.parse("jdbc:pgsql://%s:5433/orders".formatted(ENDPOINT));

    assertThat(withPort.tokenRequest(settings(null, null, null), "app").port()).isEqualTo(5433);
    assertThat(other.tokenRequest(settings("E", "5433", null), "app").port()).isEqualTo(5433);
    assertThatThrownBy(() -> other.tokenRequest(settings("E", null, null), "app"))
        .hasMessage(
            "The port of \"other\" is not known here; set iam_default_port to the endpoint's port");
  }

  @Test
  void neverRepeatsAPasswordOfTheUrl() {
    for (String url :
        new String[] {
          "jdbc:mysql://app:hunter2@a:b:c/x",
          "jdbc:mysql://app:hunter2@a,b/x",
          "jdbc:mysql:loadbalance://app:hunter2@a,b/x",
          "hunter2"
        }) {
      assertThatThrownBy(() -> JdbcTarget.parse(url)).hasMessageNotContaining("hunter2");
    }
  }

  @Test
  void meetsGarbageWithAMessage() {
    Random random = new Random(20261122);
    String alphabet =
        "abz019:/?&=@%[]().,;#+ -_jdbcmysqlpostgresqlhostportuserpassword\u00e9\u0000\n";
    for (int i = 0; i < 50_000; i++) {
      StringBuilder url = new StringBuilder(random.nextBoolean() ? "jdbc:mysql://" : "jdbc:post");
      int length = random.nextInt(60);
      for (int j = 0; j < length; j++) {
        url.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        JdbcTarget.parse(url.toString());
      } catch (IllegalArgumentException e) {
        assertThat(e).message().isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    // URL's host:port, iam_host, iam_default_port, iam_region, signed host, port, region
    "E, , , , E, 5432, us-east-2",
    "E:6432, , , , E, 6432, us-east-2",
    "E:6432, , 5433, , E, 5433, us-east-2",
    "E, , , eu-west-1, E, 5432, eu-west-1",
    "127.0.0.1:15432, E, , , E, 15432, us-east-2",
    "127.0.0.1:15432, E, 5432, , E, 5432, us-east-2",
    "db.example.com, E, , , E, 5432, us-east-2",
    "g.global-c9akciq32rgb.global.rds.amazonaws.com, , , eu-west-1,"
        + " g.global-c9akciq32rgb.global.rds.amazonaws.com, 5432, eu-west-1",
  })
  void tellsWhatATokenIsSignedFor(
      String address,
      @Nullable String iamHost,
      @Nullable String iamPort,
      @Nullable String iamRegion,
      String host,
      int port,
      String region) {
    String url = "jdbc:postgresql://%s/orders".formatted(address.replace("E", ENDPOINT));
    IamSettings settings = settings(iamHost, iamPort, iamRegion);

    assertThat(JdbcTarget.parse(url).tokenRequest(settings, "app"))
        .isEqualTo(new TokenRequest(host.replace("E", ENDPOINT), port, region, "app"));
  }

  @ParameterizedTest
  @CsvSource({"mysql, 3306", "mariadb, 3306", "postgresql, 5432"})
  void signsForTheEnginesPortWhereNoneIsNamed(String protocol, int port) {
    JdbcTarget target = JdbcTarget.parse("jdbc:%s://%s/orders".formatted(protocol, ENDPOINT));

    assertThat(target.tokenRequest(settings(null, null, null), "app").port()).isEqualTo(port);
  }

  @Test
  void takesTheUserFromTheConfigurationOrElseFromTheUrl() {
    JdbcTarget silent = JdbcTarget.parse("jdbc:mysql://" + ENDPOINT);
    JdbcTarget naming = JdbcTarget.parse("jdbc:mysql://%s?user=app".formatted(ENDPOINT));
    IamSettings settings = settings(null, null, null);

    assertThat(silent.tokenRequest(settings, "app").user()).isEqualTo("app");
    assertThat(naming.tokenRequest(settings, null).user()).isEqualTo("app");
    assertThat(naming.tokenRequest(settings, " ").user()).isEqualTo("app");
    assertThat(naming.tokenRequest(settings, "app").user()).isEqualTo("app");
    assertThatThrownBy(() -> silent.tokenRequest(settings, null))
        .hasMessage("No database user is named; set username to the one that logs in with IAM");
    assertThatThrownBy(() -> naming.tokenRequest(settings, "other"))
        .hasMessage(
            "The JDBC URL names the user \"app\" and the configuration the user \"other\";"
                + " leave one out");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:1 | | The host \"localhost\" in the JDBC URL is not the name of an Amazon RDS or Aurora endpoint, and a token is signed for that name; set iam_host to it, such as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "10.0.0.1 | | The host \"10.0.0.1\" in the JDBC URL is not the name of an Amazon RDS or Aurora endpoint, and a token is signed for that name; set iam_host to it, such as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "localhost:1 | db.example.com | iam_host is \"db.example.com\", which is not the name of an Amazon RDS or Aurora endpoint; write one such as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "g.global-c9akciq32rgb.global.rds.amazonaws.com | | g.global-c9akciq32rgb.global.rds.amazonaws.com is a global endpoint, whose name tells no region; set iam_region to the region of its writer",
        "db.c9akciq32rgb.us-east-2.rds.amazonaws.com:443 | | The port in the JDBC URL is 443, which no RDS endpoint has; write the database's own port in iam_default_port",
      })
  void refusesWhatATokenCannotBeSignedFor(
      String address, @Nullable String iamHost, String message) {
    JdbcTarget target = JdbcTarget.parse("jdbc:postgresql://%s/orders".formatted(address));

    assertThatThrownBy(() -> target.tokenRequest(settings(iamHost, null, null), "app"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static IamSettings settings(
      @Nullable String host, @Nullable String port, @Nullable String region) {
    Properties properties = new Properties();
    properties.setProperty("iam_host", host == null ? "" : host.replace("E", ENDPOINT));
    properties.setProperty("iam_default_port", port == null ? "" : port);
    properties.setProperty("iam_region", region == null ? "" : region);
    return IamSettings.from(properties);
  }
}
