package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("login")
class LoginTargetTest {

  private static final String CLUSTER = "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws";
  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

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
    JdbcUrl target = JdbcUrl.parse(url);

    assertThatThrownBy(() -> request(target, settings(null, null, null), "app"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The JDBC URL can lead to several hosts, but a token is valid for one endpoint; name a"
                + " single host, or set iam_host to the endpoint that represents all of them");
    assertThat(request(target, settings("E", null, null), "app").host()).isEqualTo(ENDPOINT);
  }

  @Test
  void needsToKnowWhichPortStandsForSeveral() {
    JdbcUrl same = JdbcUrl.parse("jdbc:postgresql://a:5433,b:5433/orders");
    JdbcUrl different = JdbcUrl.parse("jdbc:postgresql://a:5433,b/orders");

    assertThat(request(same, settings("E", null, null), "app").port()).isEqualTo(5433);
    assertThat(request(different, settings("E", "5434", null), "app").port()).isEqualTo(5434);
    assertThatThrownBy(() -> request(different, settings("E", null, null), "app"))
        .hasMessage(
            "The JDBC URL names hosts with different ports, but a token is signed for one port; set"
                + " iam_default_port to the endpoint's port");
  }

  @Test
  void needsToBeToldThePortOfAnotherDriver() {
    JdbcUrl other = JdbcUrl.parse("jdbc:other:any form of its own");
    JdbcUrl withPort = JdbcUrl.parse("jdbc:pgsql://%s:5433/orders".formatted(ENDPOINT));

    assertThat(request(withPort, settings(null, null, null), "app").port()).isEqualTo(5433);
    assertThat(request(other, settings("E", "5433", null), "app").port()).isEqualTo(5433);
    assertThatThrownBy(() -> request(other, settings("E", null, null), "app"))
        .hasMessage(
            "The port of \"other\" is unknown; set iam_default_port to the endpoint's port");
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
    "g.global-c9akciq32rgb.global.rds.amazonaws.com, , , ,"
        + " g.global-c9akciq32rgb.global.rds.amazonaws.com, 5432,",
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
      @Nullable String region) {
    String url = "jdbc:postgresql://%s/orders".formatted(address.replace("E", ENDPOINT));
    IamSettings settings = settings(iamHost, iamPort, iamRegion);

    assertThat(request(JdbcUrl.parse(url), settings, "app"))
        .isEqualTo(new TokenRequest(host.replace("E", ENDPOINT), port, region, "app"));
  }

  @ParameterizedTest
  @CsvSource({"mysql, 3306", "mariadb, 3306", "postgresql, 5432"})
  void signsForTheEnginesPortWhereNoneIsNamed(String protocol, int port) {
    JdbcUrl target = JdbcUrl.parse("jdbc:%s://%s/orders".formatted(protocol, ENDPOINT));

    assertThat(request(target, settings(null, null, null), "app").port()).isEqualTo(port);
  }

  @Test
  void takesTheUserFromTheConfigurationOrElseFromTheUrl() {
    JdbcUrl silent = JdbcUrl.parse("jdbc:mysql://" + ENDPOINT);
    JdbcUrl naming = JdbcUrl.parse("jdbc:mysql://%s?user=app".formatted(ENDPOINT));
    IamSettings settings = settings(null, null, null);

    assertThat(request(silent, settings, "app").user()).isEqualTo("app");
    assertThat(request(naming, settings, null).user()).isEqualTo("app");
    assertThat(request(naming, settings, " ").user()).isEqualTo("app");
    assertThat(request(naming, settings, "app").user()).isEqualTo("app");
    assertThatThrownBy(() -> request(silent, settings, null))
        .hasMessage("No database user is set; set username to the user that logs in with IAM");
    assertThatThrownBy(() -> request(naming, settings, "other"))
        .hasMessage(
            "The JDBC URL names a different user than the configuration, which names \"other\";"
                + " remove one of them");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'app'      | is in quotes",
        "\"app\"  | is in quotes",
        "`app`      | is in quotes",
        "~ app~     | begins or ends with a blank",
        "~app\t~   | begins or ends with a blank",
        "${DB_USER} | contains an unresolved placeholder ${...}",
      })
  void refusesAUserWhoCannotBeMeant(String user, String fault) {
    JdbcUrl silent = JdbcUrl.parse("jdbc:mariadb://" + ENDPOINT);
    JdbcUrl naming = JdbcUrl.parse("jdbc:mariadb://%s?user=%s".formatted(ENDPOINT, user));
    IamSettings settings = settings(null, null, null);
    String message =
        "The database user %s; write the plain name, which the token is signed for"
            .formatted(fault);

    assertThatThrownBy(() -> request(silent, settings, user)).hasMessage(message);
    assertThatThrownBy(() -> request(naming, settings, null)).hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a'b", "o'", "'", "müller", "a b", "a$b", "a{b}"})
  void takesAnOddUserAsItIs(String user) {
    JdbcUrl silent = JdbcUrl.parse("jdbc:mariadb://" + ENDPOINT);

    assertThat(request(silent, settings(null, null, null), user).user()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://a/x?service=b    | service",
        "jdbc:postgresql://a:1/x?port=2     | port",
        "jdbc:postgresql://a/x?PGHOST=b     | PGHOST",
        "jdbc:postgresql:x?host=b           | host",
      })
  void refusesAParameterThatLeadsElsewhere(String url, String parameter) {
    JdbcUrl target = JdbcUrl.parse(url);

    assertThatThrownBy(() -> request(target, settings("E", null, null), "app"))
        .hasMessage(
            "The JDBC URL's parameter %s could send the driver to a different server than the token"
                + " is signed for; use jdbc:postgresql://host:port/database",
            parameter);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql:///orders",
        "jdbc:postgresql:orders",
        "jdbc:postgresql:///orders",
        "jdbc:mariadb://:3306/orders",
        "jdbc:mysql://(port=3306)/orders"
      })
  void saysThatNoHostIsNamed(String url) {
    JdbcUrl target = JdbcUrl.parse(url);

    assertThatThrownBy(() -> request(target, settings(null, null, null), "app"))
        .hasMessage(
            "The JDBC URL has no host; add the endpoint, such as \"%s\", or set iam_host to it",
            ENDPOINT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:mysql://s3cr3t!", "jdbc:mariadb://s3_é"})
  void repeatsNothingInAHostsPlaceThatIsNoHostsName(String url) {
    JdbcUrl target = JdbcUrl.parse(url);

    assertThatThrownBy(() -> request(target, settings(null, null, null), "app"))
        .hasMessageStartingWith("The host \"...\" in the JDBC URL is not");
  }

  @Test
  void refusesAPasswordInTheUrl() {
    JdbcUrl target = JdbcUrl.parse("jdbc:mysql://app:s3cr3t@%s/x".formatted(ENDPOINT));

    assertThatThrownBy(() -> request(target, settings(null, null, null), "app"))
        .hasMessage(
            "The JDBC URL contains a password, which could be sent instead of the IAM token; remove"
                + " it from the URL");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "localhost:1 | | The host \"localhost\" in the JDBC URL is not an RDS, Aurora or Aurora"
            + " DSQL endpoint, but tokens are signed for the endpoint's name; set iam_host to it,"
            + " such as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "10.0.0.1 | | The host \"10.0.0.1\" in the JDBC URL is not an RDS, Aurora or Aurora DSQL"
            + " endpoint, but tokens are signed for the endpoint's name; set iam_host to it, such"
            + " as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "localhost:1 | db.example.com | iam_host is \"db.example.com\", which is not an RDS, Aurora"
            + " or Aurora DSQL endpoint; set it to one such as"
            + " \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "localhost:1 | x.dsql.on.aws | iam_host is \"x.dsql.on.aws\", which is not an RDS, Aurora"
            + " or Aurora DSQL endpoint; set it to one such as"
            + " \"abcdefghij0123456789klmnop.dsql.us-east-2.on.aws\"",
        "vpce-0a1b-2c3d.dsql-1b7o.eu-west-1.vpce.amazonaws.com | | The host"
            + " \"vpce-0a1b-2c3d.dsql-1b7o.eu-west-1.vpce.amazonaws.com\" in the JDBC URL is a VPC"
            + " endpoint, but tokens are signed for the database's own endpoint; set iam_host to"
            + " that, such as \"abcdefghij0123456789klmnop.dsql-1b7o.eu-west-1.on.aws\"",
        "vpce-0a1b.vpce-svc-0c1d.eu-west-1.vpce.amazonaws.com | | The host"
            + " \"vpce-0a1b.vpce-svc-0c1d.eu-west-1.vpce.amazonaws.com\" in the JDBC URL is a VPC"
            + " endpoint, but tokens are signed for the database's own endpoint; set iam_host to"
            + " that, such as \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"",
        "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws:443 | | The port in the JDBC URL is 443,"
            + " which no database endpoint uses; write the database's port in the JDBC URL",
        "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws | E | The JDBC URL names"
            + " abcdefghij0123456789klmnop.dsql.us-east-2.on.aws, but iam_host is"
            + " orders.c9akciq32rgb.us-east-2.rds.amazonaws.com, an endpoint of RDS, whose tokens"
            + " Aurora DSQL does not accept; remove iam_host, or set it to an endpoint of the same"
            + " database",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com |"
            + " abcdefghij0123456789klmnop.dsql.us-east-2.on.aws | The JDBC URL names"
            + " orders.c9akciq32rgb.us-east-2.rds.amazonaws.com, but iam_host is"
            + " abcdefghij0123456789klmnop.dsql.us-east-2.on.aws, an endpoint of Aurora DSQL, whose"
            + " tokens RDS does not accept; remove iam_host, or set it to an endpoint of the same"
            + " database",
        "db.c9akciq32rgb.us-east-2.rds.amazonaws.com:443 | | The port in the JDBC URL is 443, which"
            + " no database endpoint uses; write the database's port in iam_default_port",
      })
  void refusesWhatATokenCannotBeSignedFor(
      String address, @Nullable String iamHost, String message) {
    JdbcUrl target = JdbcUrl.parse("jdbc:postgresql://%s/orders".formatted(address));

    assertThatThrownBy(() -> request(target, settings(iamHost, null, null), "app"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource({
    // a token of DSQL is for any port
    "jdbc:postgresql://C/postgres,                 , app,   5432, dsql:DbConnect",
    "jdbc:postgresql://C:6432/postgres,            , admin, 6432, dsql:DbConnectAdmin",
    "'jdbc:postgresql://a:1,b:2/postgres',        C, Admin, 1,    dsql:DbConnect",
    "'r2dbc:postgresql://a:1/postgres',           C, app,   1,    dsql:DbConnect",
    "jdbc:postgresql://a:443/postgres,            C, app,   443,  dsql:DbConnect",
  })
  void signsForAClusterOfDsql(
      String url, @Nullable String iamHost, String user, int port, String permission) {
    JdbcUrl target =
        url.startsWith("jdbc:")
            ? JdbcUrl.parse(url.replace("C", CLUSTER))
            : JdbcUrl.ofUnknown(Object.class);
    String host = iamHost == null ? null : CLUSTER;
    String ofOther = url.startsWith("jdbc:") ? "7777" : String.valueOf(port); // not the URL's

    TokenRequest request = request(target, settings(host, ofOther, null), user);

    assertThat(request)
        .isEqualTo(new TokenRequest(IamService.DSQL, CLUSTER, port, "us-east-2", user))
        .returns(permission, TokenRequest::permission);
  }

  @ParameterizedTest
  @CsvSource({"jdbc:mysql://C/d,", "jdbc:mariadb://C/d,", "jdbc:mysql://localhost/d, C"})
  void refusesDsqlWithADriverOfMysql(String url, @Nullable String iamHost) {
    JdbcUrl target = JdbcUrl.parse(url.replace("C", CLUSTER));
    IamSettings settings = settings(iamHost == null ? null : CLUSTER, null, null);

    assertThatThrownBy(() -> request(target, settings, "app"))
        .hasMessage(
            "%s is an Aurora DSQL endpoint, which speaks PostgreSQL and not MySQL; use"
                + " jdbc:postgresql://%s/postgres",
            CLUSTER, CLUSTER);
  }

  private static IamSettings settings(
      @Nullable String host, @Nullable String port, @Nullable String region) {
    Properties properties = new Properties();
    properties.setProperty("iam_host", host == null ? "" : host.replace("E", ENDPOINT));
    properties.setProperty("iam_default_port", port == null ? "" : port);
    properties.setProperty("iam_region", region == null ? "" : region);
    return IamSettings.from(properties);
  }

  private static TokenRequest request(JdbcUrl url, IamSettings settings, @Nullable String user) {
    return LoginTarget.of(url, settings, user).request();
  }
}
