package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.junit.SecretsInLogs;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dsql.DsqlUtilities;

/** What Aurora DSQL does in another way than RDS. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DsqlLoginIT {

  private static final AccessKey KEY = AccessKey.of("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG");
  private static final String DENIED = "FATAL: unable to accept connection, access denied";
  private static final String ID = "local4btxv7r2wm5q3jd6hnysu";
  private static final String OTHER_NAME = "local.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private final SettableClock clock = new SettableClock();
  private LocalRds dsql;

  @BeforeAll
  void start() {
    dsql =
        LocalRds.dsql()
            .credentials(KEY)
            .clock(clock, clock::nanoTime)
            .account("app_user")
            .account("Ann+é")
            .start();
  }

  @AfterAll
  void stop() {
    dsql.close();
  }

  @ParameterizedTest
  @CsvSource({
    "app_user, verify-full, postgres",
    "Ann+é, verify-full, postgres",
    "admin, verify-full, postgres",
    "admin, require, postgres",
    "app_user, verify-full, direct",
    "admin, verify-full, direct"
  })
  void logsInByTheEndpointsName(String user, String mode, String negotiation) throws SQLException {
    String parameters = "?sslmode=" + mode + "&sslNegotiation=" + negotiation;
    try (Connection connection = connect(trusting(dsql.host(), parameters), user)) {
      assertThat(LoginContract.text(connection, "select current_user")).isEqualTo(user);
      assertThat(connection.getCatalog()).isEqualTo("postgres");
      try (java.sql.Statement statement = connection.createStatement()) {
        statement.execute("create table colours (name varchar(20))");
        statement.execute("drop table colours");
      }
    }
    assertThat(lastLogin().accepted()).isTrue();
    assertThat(lastLogin().user()).isEqualTo(user);
  }

  @Test
  void knowsTheClusterByItsIdWhereItsNameCannotBe() throws SQLException {
    String options = "&options=-c%20amzn-cluster-id=" + ID + "%20-c%20geqo_threshold=7";
    for (String name : List.of("127.0.0.1", OTHER_NAME)) {
      try (Connection connection = connect(url(name) + options, "app_user")) {
        assertThat(LoginContract.text(connection, "show geqo_threshold")).isEqualTo("7");
      }
    }
    assertRefused(
        Refusal.WRONG_SERVER_NAME,
        "28000",
        DENIED,
        () -> connect(url(dsql.host()) + options.replace(ID, "other"), "app_user"));
  }

  @Test
  void refusesAClientThatDoesNotNameTheCluster() {
    assertRefused(
        Refusal.NO_SERVER_NAME,
        "08006",
        "FATAL: unable to accept connection, sni was not received",
        () -> connect(url("127.0.0.1"), "app_user"));
    assertRefused(
        Refusal.WRONG_SERVER_NAME, "28000", DENIED, () -> connect(url(OTHER_NAME), "app_user"));
    assertRefused(
        Refusal.NO_TLS,
        "08006",
        "FATAL: unable to accept connection, ssl was not requested",
        () -> connect(url(dsql.host()).replace("require", "disable"), "app_user"));
    assertThat(lastLogin().token()).isEmpty();
  }

  @Test
  void closesTheConnectionOfAClientThatSpeaksTlsAtOnceButNotForPostgres() throws Exception {
    try (Socket socket =
        SSLContext.getDefault()
            .getSocketFactory()
            .createSocket(InetAddress.getLoopbackAddress(), dsql.listeningPort())) {
      socket.setSoTimeout(5_000);
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void refusesATokenInDsqlsWords() {
    assertDenied(Refusal.UNKNOWN_ACCOUNT, "", () -> connect("postgres"));
    assertDenied(
        Refusal.WRONG_USER,
        "\n  Hint: Wrong user to action mapping. user: app_user, action: DbConnectAdmin",
        () -> connect(url(dsql.host()), "app_user", token("admin")));
    assertDenied(Refusal.NOT_A_TOKEN, "", () -> connect(url(dsql.host()), "admin", "secret"));
    String token = token("app_user");
    clock.advance(Duration.ofMinutes(15));
    assertDenied(
        Refusal.EXPIRED,
        "\n  Hint: Signature expired: 2026",
        () -> connect(url(dsql.host()), "app_user", token));
  }

  @Test
  void refusesAnAccountThatIsNotLinked() throws SQLException {
    dsql.linked("app_user", false);
    try {
      assertDenied(Refusal.NOT_LINKED, "", () -> connect("app_user"));
      connect("Ann+é").close();
    } finally {
      dsql.linked("app_user", true);
    }
    connect("app_user").close();
    assertThatThrownBy(() -> dsql.linked("admin", false))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void letsInWhomAPolicyAllowsTheUsersAction() throws SQLException {
    assertThat(dsql.resource("app_user"))
        .isEqualTo("arn:aws:dsql:us-east-2:123456789012:cluster/" + ID);
    AccessKey key = AccessKey.random();
    Statement allowed = Statement.allow(dsql.action("app_user"), dsql.resource("app_user"));
    try (LocalAws aws =
        LocalAws.builder().clock(clock).user("ci", key, allowed).database(dsql).start()) {
      assertThat(aws.properties()).isNotEmpty();
      connect(url(dsql.host()), "app_user", Presigner.token(dsql, "app_user", key, now())).close();
      assertDenied(
          Refusal.NOT_AUTHORIZED,
          "\n  Hint: User: arn:aws:iam::123456789012:user/local is not authorized to perform:"
              + " dsql:DbConnectAdmin on resource: "
              + dsql.resource("admin"),
          () -> connect(url(dsql.host()), "admin", Presigner.token(dsql, "admin", key, now())));
    }
  }

  @Test
  void refusesConnectionsThatComeTooFast() throws SQLException {
    dsql.loginsPerSecond(1);
    try {
      connect("app_user").close();
      assertRefused(
          Refusal.THROTTLED,
          "53400",
          "FATAL: Unable to accept connection, rate exceeded.",
          () -> connect("app_user"));
    } finally {
      dsql.loginsPerSecond(0);
    }
  }

  @Test
  void refusesMoreConnectionsThanItTakesUntilTheOthersAreGone() throws SQLException {
    cutAll();
    dsql.mostConnections(1);
    try (Connection first = connect("app_user")) {
      assertRefused(
          Refusal.TOO_MANY_CONNECTIONS,
          "53300",
          "FATAL: Unable to accept connection, too many open connections.",
          () -> connect("app_user"));
      assertThat(LoginContract.text(first, "select 1")).isEqualTo("1");
      clock.advance(Duration.ofMinutes(60));
      connect("app_user").close();
      assertThatThrownBy(() -> LoginContract.text(first, "select 1"))
          .isInstanceOf(SQLException.class);
    } finally {
      dsql.mostConnections(0);
    }
  }

  private void cutAll() {
    dsql.stop();
    dsql.resume();
  }

  @Test
  void endsAConnectionAfterAnHour() throws SQLException {
    try (Connection connection = connect("app_user")) {
      clock.advance(Duration.ofMinutes(60).minusNanos(1));
      assertThat(LoginContract.text(connection, "select 1")).isEqualTo("1");
      clock.advance(Duration.ofNanos(1));
      assertThatThrownBy(() -> LoginContract.text(connection, "select 1"))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).startsWith("08"));
    }
  }

  @ParameterizedTest
  @CsvSource({"app, 3D000", "template1, 42501"})
  void hasOneDatabase(String database, String state) {
    String url = url(dsql.host()).replace("/postgres?", "/" + database + "?");
    assertThatThrownBy(() -> connect(url, "app_user").close())
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
  }

  @Test
  void logsInByTokensOfAmazonsJavaSdk() throws SQLException {
    clock.advance(Duration.between(now(), Instant.now()));
    DsqlUtilities signer =
        DsqlUtilities.builder()
            .region(Region.of(dsql.region()))
            .credentialsProvider(() -> AwsBasicCredentials.create(KEY.id(), KEY.secret()))
            .build();
    String token = signer.generateDbConnectAuthToken(request -> request.hostname(dsql.host()));
    String ofAdmin =
        signer.generateDbConnectAdminAuthToken(
            request -> request.hostname(dsql.host()).expiresIn(Duration.ofDays(7)));
    // The SDK writes whole tokens to its log at TRACE.
    assertThat(SecretsInLogs.takeLinesWithSecrets()).hasSize(2);

    connect(url(dsql.host()), "app_user", token).close();
    connect(url(dsql.host()), "admin", ofAdmin).close();
    assertDenied(
        Refusal.WRONG_USER,
        "\n  Hint: Wrong user to action mapping. user: admin, action: DbConnect",
        () -> connect(url(dsql.host()), "admin", token));
  }

  @Test
  void hasNothingThatOnlyRdsHasAndTheOtherWayRound() {
    assertThatThrownBy(() -> LocalRds.dsql().database("app"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("A stand-in for DSQL does not have a name for its database.");
    assertThatThrownBy(() -> LocalRds.dsql().resourceId("db-1"))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> LocalRds.postgres().mostConnections(1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> LocalRds.postgres().connectionLifetime(Duration.ofHours(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  private void assertDenied(Refusal reason, String hint, ThrowingCallable login) {
    assertRefused(reason, "28000", DENIED + hint, login);
  }

  private void assertRefused(Refusal reason, String state, String message, ThrowingCallable login) {
    int before = dsql.logins().size();
    SQLException refusal = catchThrowableOfType(SQLException.class, login);
    assertThat((Throwable) refusal).as("refusal because of " + reason).isNotNull();
    String said = String.valueOf(refusal.getMessage());
    assertThat(said).startsWith(message);
    assertThat(said.contains("Hint:")).isEqualTo(message.contains("Hint:"));
    assertThat(refusal.getSQLState()).isEqualTo(state);
    assertThat(dsql.logins()).hasSize(before + 1);
    assertThat(lastLogin().refusal()).isEqualTo(reason);
  }

  private String trusting(String host, String parameters) {
    return dsql.jdbcUrl(host) + parameters + "&sslrootcert=" + dsql.certificateAuthority();
  }

  private Connection connect(String user) throws SQLException {
    return connect(url(dsql.host()), user);
  }

  private Connection connect(String url, String user) throws SQLException {
    return connect(url, user, token(user));
  }

  private static Connection connect(String url, String user, String token) throws SQLException {
    return DriverManager.getConnection(url, user, token);
  }

  private String token(String user) {
    return Presigner.token(dsql, user, KEY, now());
  }

  private Instant now() {
    return clock.instant();
  }

  private String url(String host) {
    return dsql.jdbcUrl(host) + "?sslmode=require";
  }

  private Login lastLogin() {
    List<Login> logins = dsql.logins();
    return logins.get(logins.size() - 1);
  }
}
