package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.MysqlDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

@Tag("login")
class LoginConfigurationTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final String INSTEAD =
      " makes the driver log in with something other than the IAM token; remove it";

  private final List<String> warnings = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(
      strings = {"password", "Password", "PASSWORD", "password1", "Password2", "passWORD3"})
  void keepsAPasswordOfAnySpellingFromTheDriver(String name) {
    LoginConfiguration login = mysql("app", name, "s3cr3t", "sslMode", "REQUIRED");

    assertThat(login.driverProperties()).containsOnlyKeys("sslMode");
    assertThat(warnings)
        .containsExactly("A password is configured; ignoring it, and sending the IAM token.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"user", "User", "USER"})
  void prefersTheUsernameToTheDriversUser(String name) {
    LoginConfiguration login = mysql("app", name, "other", "sslMode", "REQUIRED");

    assertThat(login.request().user()).isEqualTo("app");
    assertThat(login.driverProperties()).containsOnlyKeys("sslMode");
    assertThat(warnings)
        .containsExactly("The driver's property user is other, but username is app; using app.");
  }

  @ParameterizedTest
  @CsvSource({
    "orders.cluster-c9akciq32rgb, orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com",
    "orders.cluster-ro-c9akciq32rgb, orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com",
    "orders.cluster-d9akciq32rgb, the cluster's endpoint",
    "orders-1.c9akciq32rgb, the cluster's endpoint"
  })
  void proposesTheClustersEndpointInsteadOfACustomOne(String inUrl, String proposed) {
    String custom = "reports.cluster-custom-c9akciq32rgb.us-east-2.rds.amazonaws.com";
    url(
        "app",
        "jdbc:postgresql://%s.us-east-2.rds.amazonaws.com/orders?iam_host=%s"
            .formatted(inUrl, custom));

    assertThat(warnings)
        .containsExactly(
            ("%s is an Aurora custom endpoint, which IAM authentication does not support according"
                    + " to Amazon's guide; set iam_host to %s.")
                .formatted(custom, proposed));
  }

  @Test
  void takesAUrlOfIamDriverForThatOfTheRealDriver() {
    LoginConfiguration login =
        url("app", "jdbc:iam:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders");

    assertThat(login.urlForDriver())
        .isEqualTo("jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders");
    assertThat(login.request().port()).isEqualTo(5432);
  }

  @Test
  void takesTheDriversUserWhereThereIsNoUsername() {
    assertThat(mysql(null, "User", "app").request().user()).isEqualTo("app");
    assertThat(mysql("app", "user", "app").request().user()).isEqualTo("app");
    assertThat(warnings).isEmpty();
  }

  @Test
  void prefersTheUsernameToTheUserOfADataSource() {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setServerNames(new String[] {ENDPOINT});
    dataSource.setUser("other");

    assertThat(bean(dataSource).request().user()).isEqualTo("app");
    assertThat(warnings)
        .containsExactly("The driver's property user is other, but username is app; using app.");
  }

  @ParameterizedTest
  @CsvSource({
    "credentialType, AWS-IAM, credentialType",
    "CREDENTIALTYPE, ENV, credentialType",
    "authenticationPluginClassName, org.example.Plugin, authenticationPluginClassName",
    "AuthenticationPlugins, org.example.Plugin, authenticationPlugins",
    "wrapperPlugins, 'failover, IAM', wrapperPlugins with the plugin iam",
    "wrapperPlugins, iamDsql, wrapperPlugins with the plugin iamDsql",
    "wrapperplugins, awsSecretsManager, wrapperPlugins with the plugin awsSecretsManager",
    "wrapperPlugins, federatedAuth, wrapperPlugins with the plugin federatedAuth",
    "wrapperPlugins, 'efm2,okta', wrapperPlugins with the plugin okta",
  })
  void refusesWhatHasTheDriverLogInByItself(String name, String value, String culprit) {
    String url = "jdbc:aws-wrapper:mysql://%s/d?%s=%s".formatted(ENDPOINT, name, value);

    assertThatThrownBy(() -> mysql("app", name, value)).hasMessage(culprit + INSTEAD);
    assertThatThrownBy(() -> url("app", url)).hasMessage(culprit + INSTEAD);
  }

  @Test
  void leavesThePluginsOfAmazonsDriverThatDoNotLogIn() {
    mysql("app", "wrapperPlugins", "failover2,efm2", "wrapperProfileName", "SF_D0");

    assertThat(warnings).isEmpty();
  }

  @Test
  void warnsOfAProfileWhosePluginsItCannotKnow() {
    mysql("app", "wrapperProfileName", "ours");

    assertThat(warnings)
        .containsExactly(
            "iam-hikari cannot tell whether the plugins of wrapperProfileName log in themselves;"
                + " make sure that they do not.");
  }

  @Test
  void refusesADataSourceThatLogsInByItself() throws Exception {
    PGSimpleDataSource postgres = new PGSimpleDataSource();
    postgres.setServerNames(new String[] {ENDPOINT});
    postgres.setAuthenticationPluginClassName("org.example.Plugin");
    MysqlDataSource mysql = new MysqlDataSource();
    mysql.setServerName(ENDPOINT);
    mysql.setAuthenticationPlugins("org.example.Plugin");
    MysqlDataSource withPassword = new MysqlDataSource();
    withPassword.setServerName(ENDPOINT);
    withPassword.setPassword1("s3cr3t");
    MariaDbDataSource mariaDb =
        new MariaDbDataSource("jdbc:mariadb://%s/?credentialType=ENV".formatted(ENDPOINT));

    assertThatThrownBy(() -> bean(postgres)).hasMessage("authenticationPluginClassName" + INSTEAD);
    assertThatThrownBy(() -> bean(mysql)).hasMessage("authenticationPlugins" + INSTEAD);
    assertThatThrownBy(() -> bean(mariaDb)).hasMessage("credentialType" + INSTEAD);
    assertThatThrownBy(() -> bean(withPassword))
        .hasMessage(
            "The DataSource has a password1, which could be sent instead of the IAM token; remove"
                + " it");
  }

  @Test
  void namesTheClassThatADataSourceLacks() {
    assertThatThrownBy(() -> bean(new Broken(new NoClassDefFoundError("org/example/Missing"))))
        .hasMessage(
            "Cannot read the property Url of a %s: the class path lacks org.example.Missing",
            Broken.class.getName());
    assertThatThrownBy(() -> bean(new Broken(new IllegalStateException("s3cr3t"))))
        .hasMessage(
            "Cannot read the property Url of a %s: it failed with a"
                + " java.lang.IllegalStateException",
            Broken.class.getName())
        .hasCauseInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:mysql://E:5432/d              | Tokens are signed for port 5432, which is not the"
            + " default port of MySQL's driver; set iam_default_port if that is wrong.",
        "jdbc:mariadb://E:5432/d            | Tokens are signed for port 5432, which is not the"
            + " default port of MariaDB's driver; set iam_default_port if that is wrong.",
        "jdbc:postgresql://E:3306/d         | Tokens are signed for port 3306, which is not the"
            + " default port of PostgreSQL's driver; set iam_default_port if that is wrong.",
        "jdbc:postgresql://E/d?iam_default_port=3306 | Tokens are signed for port 3306, which is"
            + " not the default port of PostgreSQL's driver; set iam_default_port if that is"
            + " wrong.",
        "jdbc:postgresql://E/d?iam_host=r.c9akciq32rgb.eu-west-1.rds.amazonaws.com | The JDBC URL"
            + " connects to the region us-east-2, but iam_host is"
            + " r.c9akciq32rgb.eu-west-1.rds.amazonaws.com, in another region.",
        "jdbc:postgresql://E/d?iam_region=eu-west-1 | iam_region is eu-west-1, which is not the region in orders.c9akciq32rgb.us-east-2.rds.amazonaws.com; using eu-west-1.",
        "jdbc:postgresql://g.global-c9akciq32rgb.global.rds.amazonaws.com/d?iam_region=eu-nowhere-1&sslmode=require | The AWS SDK does not know the region eu-nowhere-1; using it anyway.",
      })
  void warnsOfWhatIsMostLikelyAMistake(String url, String warning) {
    url("app", url.replace("E", ENDPOINT));

    assertThat(warnings).containsExactly(warning);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://E:3306/d",
        "jdbc:mysql://E:3307/d",
        "jdbc:postgresql://E:5432/d",
        "jdbc:pgsql://E:3306/d?iam_default_port=3306",
        "jdbc:postgresql://E/d?iam_host=r.c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "jdbc:postgresql://localhost:3306/d?iam_default_port=5432&iam_host=E",
        "jdbc:postgresql://x.dsql.us-east-2.on.aws:3306/d",
      })
  void doesNotWarnOfWhatFits(String url) {
    url("app", url.replace("E", ENDPOINT));

    assertThat(warnings).noneMatch(line -> line.contains("port") || line.contains("region"));
  }

  @Test
  void looksForNoWriterAtDsql() {
    String url = "jdbc:postgresql://x.dsql.us-east-2.on.aws/postgres?iam_verify_writer=true";

    assertThatThrownBy(() -> url("app", url))
        .hasMessage(
            "iam_verify_writer is true, but x.dsql.us-east-2.on.aws is an Aurora DSQL endpoint,"
                + " where every server accepts writes; remove iam_verify_writer");
  }

  @ParameterizedTest
  @CsvSource({
    "x.dsql.us-east-2.on.aws, 0,       '0 (no limit)'",
    "x.dsql.us-east-2.on.aws, 3600001, 3600001 ms",
    "x.dsql.us-east-2.on.aws, 3600000, 3600000 ms",
    "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws, 3599999, ",
    "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com, 0, ",
  })
  void warnsOfConnectionsThatDsqlEndsBeforeThePool(
      String host, long maxLifetime, @Nullable String shown) {
    url("app", "jdbc:postgresql://%s/postgres".formatted(host))
        .warnOfLifetime(this::warn, Duration.ofMillis(maxLifetime));

    assertThat(warnings)
        .containsExactlyElementsOf(
            shown == null
                ? List.of()
                : List.of(
                    ("maxLifetime is %s, but Aurora DSQL ends sessions after 60 minutes; set it to"
                            + " less, such as 1800000 (30 minutes).")
                        .formatted(shown)));
  }

  private LoginConfiguration mysql(@Nullable String user, String... namesAndValues) {
    return LoginConfiguration.ofUrl(
        "orders",
        this::warn,
        "jdbc:mysql://%s/d".formatted(ENDPOINT),
        user,
        properties(namesAndValues));
  }

  private LoginConfiguration url(String user, String url) {
    return LoginConfiguration.ofUrl("orders", this::warn, url, user, new Properties());
  }

  private LoginConfiguration bean(javax.sql.DataSource dataSource) {
    return LoginConfiguration.ofDataSource(
        "orders", this::warn, dataSource, "app", new Properties());
  }

  private void warn(String warning) {
    warnings.add(warning);
  }

  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  /** Fails when it is asked for its URL. */
  @SuppressWarnings("serial") // nobody writes it anywhere
  public static final class Broken extends PGSimpleDataSource {

    private final transient Throwable failure;

    Broken(Throwable failure) {
      this.failure = failure;
    }

    @Override
    public String getUrl() {
      if (failure instanceof Error error) {
        throw error;
      }
      throw (RuntimeException) failure;
    }
  }
}
