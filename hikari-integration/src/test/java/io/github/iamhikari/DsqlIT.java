package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.DriverCleanup;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pools and the driver at Aurora DSQL. */
@Tag("login")
@ExtendWith(DriverCleanup.class)
class DsqlIT {

  private static final String CLUSTER = "local4btxv7r2wm5q3jd6hnysu.dsql.us-east-2.on.aws";
  private static final String ALIVE_BYPASS = "com.zaxxer.hikari.aliveBypassWindowMs";

  private static final TestClock clock = new TestClock();
  private static LocalRds dsql;

  private final AccessKey key = AccessKey.random();
  @RegisterExtension final AwsProperties aws = new AwsProperties(key);

  @BeforeAll
  static void start() {
    dsql = LocalRds.dsql().account("app").clock(clock, clock::nanoTime).start();
  }

  @AfterAll
  static void stop() {
    dsql.close();
  }

  @BeforeEach
  void knowTheKey() {
    dsql.add(key);
  }

  @AfterEach
  void forgetWhatTheTestDid() {
    System.clearProperty(ALIVE_BYPASS);
    clock.reset();
    dsql.loginsPerSecond(0);
    dsql.mostConnections(0);
  }

  @ParameterizedTest
  @CsvSource({
    "app, " + CLUSTER + ", ''",
    "admin, " + CLUSTER + ", ''",
    "app, 127.0.0.1, ?iam_host=" + CLUSTER,
    "admin, 127.0.0.1, ?iam_host=" + CLUSTER,
  })
  void logsInAsARoleAndAsTheAdministrator(String user, String host, String setting)
      throws SQLException {
    String url = dsql.jdbcUrl(host) + setting;
    HikariConfig config = config(url);
    config.setUsername(user);

    try (IamHikariDataSource pool = new IamHikariDataSource(config);
        Connection connection = pool.getConnection()) {
      assertThat(Borrowers.currentUser(connection)).isEqualTo(user);
    }
    String iamUrl = url.replaceFirst("jdbc:", "jdbc:iam:");
    try (Connection connection = DriverManager.getConnection(iamUrl, user, "")) {
      assertThat(Borrowers.currentUser(connection)).isEqualTo(user);
    }
    assertThat(logins()).hasSizeGreaterThanOrEqualTo(2).allMatch(Login::accepted);
  }

  @Test
  void sendsNoTokenToAnotherCluster() {
    String other = CLUSTER.replace(".dsql.", ".dsql-1b7o.");

    assertRefused(
        config(dsql.jdbcUrl(other)), "No IAM token was sent for user \"app\" at " + other, "08006");
    assertThat(logins()).isEmpty();
  }

  @Test
  void saysWhatThePolicyMustAllow() {
    dsql.add(
        key,
        (action, resource) ->
            action.equals("dsql:DbConnect")
                ? Optional.empty()
                : Optional.of(Refusal.NOT_AUTHORIZED));
    HikariConfig config = config(dsql.jdbcUrl(CLUSTER));
    config.setUsername("admin");

    assertRefused(
        config,
        "(1) the IAM policy of these AWS credentials must allow dsql:DbConnectAdmin on this"
            + " cluster",
        "28000");
  }

  @Test
  void saysThatThereAreTooManyConnections() throws SQLException {
    dsql.mostConnections(1);
    try (IamHikariDataSource first = new IamHikariDataSource(config(dsql.jdbcUrl(CLUSTER)));
        Connection connection = first.getConnection()) {
      HikariConfig second = config(dsql.jdbcUrl(CLUSTER));
      second.setConnectionTimeout(1_000); // for which a caller waits, as one may be closed

      assertRefused(second, "the cluster's connection quota", "53300");
      assertThat(Borrowers.currentUser(connection)).isEqualTo("app");
    }
  }

  @Test
  void lendsNoConnectionThatIsOlderThanAnHourNorSendsATokenThatIs() throws SQLException {
    System.setProperty(ALIVE_BYPASS, "-1"); // one just given back is tested, too
    HikariConfig config = config(dsql.jdbcUrl(CLUSTER));
    config.setMinimumIdle(2);
    try (IamHikariDataSource pool = new IamHikariDataSource(config, SimulatedTime.by(clock))) {
      for (int hour = 0; hour < 3; hour++) {
        try (Connection one = pool.getConnection();
            Connection other = pool.getConnection()) {
          assertThat(Borrowers.currentUser(one)).isEqualTo("app");
          assertThat(Borrowers.currentUser(other)).isEqualTo("app");
        }
        clock.advance(Duration.ofMinutes(60));
      }
    }
    assertThat(logins()).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(3);
  }

  @Test
  @Tag("long")
  void fillsByItselfWhereItOpensConnectionsTooFast() throws Exception {
    dsql.loginsPerSecond(1);
    HikariConfig config = config(dsql.jdbcUrl(CLUSTER));
    config.setMaximumPoolSize(10);
    config.setMinimumIdle(10);
    config.setConnectionTimeout(60_000);
    try (IamHikariDataSource pool = new IamHikariDataSource(config);
        Borrowers callers = new Borrowers(pool, 20)) {
      Patience.await("the pool is full", Duration.ofMinutes(3), () -> Faults.total(pool) == 10);
      callers.awaitAnswers();

      assertThat(callers.failedBorrows()).isEmpty();
      assertThat(callers.failedStatements()).isEmpty();
    }
    assertThat(logins())
        .extracting(Login::refusal)
        .contains(Refusal.THROTTLED)
        .containsOnly(null, Refusal.THROTTLED);
  }

  private static HikariConfig config(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(20_000);
    return config;
  }

  private static void assertRefused(HikariConfig config, String words, String state) {
    config.setInitializationFailTimeout(-1); // a start that fails takes a second
    try (IamHikariDataSource pool = new IamHikariDataSource(config)) {
      assertThatThrownBy(pool::getConnection)
          .hasStackTraceContaining(words)
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }
  }

  private List<Login> logins() {
    return dsql.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }
}
