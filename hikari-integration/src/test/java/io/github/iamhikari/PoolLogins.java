package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.currentUser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.PropertyElf;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a pool does when it logs in: the same tests for every driver and every server. Each test has
 * an AWS access key of its own, by which its logins are told from others.
 */
@Tag("hikari")
@Tag("login")
abstract class PoolLogins {

  /** An endpoint that no server here is. */
  private static final String OTHER_HOST = "other.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  /** By this clock the server judges tokens; a test may advance it. */
  static final TestClock clock = new TestClock();

  private final AccessKey key = AccessKey.random();
  private final FaultyCredentials provider = new FaultyCredentials(key);

  /** What the tests need of a server. */
  static LocalRds.Builder withAccounts(LocalRds.Builder server) {
    return server.account("app").account("second_user").clock(clock);
  }

  /** The server to log in to. */
  abstract LocalRds rds();

  /** Its URL for the driver under test, at this host. */
  String jdbcUrl(String host) {
    return rds().jdbcUrl(host);
  }

  /** The driver's own DataSource. */
  abstract Class<? extends DataSource> dataSourceClass();

  /** What it has to be told to connect to the server at 127.0.0.1. */
  Properties dataSourceProperties() {
    Properties properties = new Properties();
    properties.setProperty("serverName", "127.0.0.1");
    properties.setProperty("portNumber", Integer.toString(rds().listeningPort()));
    properties.setProperty("databaseName", rds().database());
    return properties;
  }

  /** The SQLState with which this server refuses a user who does not log in with IAM. */
  abstract String stateOfAnUnknownUser();

  /** What has the driver verify no server, as a user writes it. */
  abstract Properties unverifiedTls();

  /** The error code with which the driver reports a refused login. */
  abstract int errorCodeOfARefusal();

  @BeforeEach
  void knowTheKey() {
    clock.reset();
    rds().add(key);
  }

  @AfterEach
  void forgetTheKey() {
    clock.reset();
    rds().revoke(key.id());
  }

  @Test
  void logsInWithATokenOverTls() throws SQLException {
    assertLogsIn(config());

    assertThat(logins(key))
        .isNotEmpty()
        .allSatisfy(
            login -> {
              assertThat(login.accepted()).isTrue();
              assertThat(login.tlsProtocol()).startsWith("TLSv1.");
            });
  }

  @Test
  void logsInWithASessionTokenOf1400Characters() throws SQLException {
    AccessKey temporary =
        new AccessKey(AccessKey.random().id(), key.secret(), "FwoG/+=".repeat(200));
    rds().add(temporary);
    provider.give(temporary);

    assertLogsIn(config());

    assertThat(logins(temporary)).isNotEmpty().allMatch(Login::accepted);
  }

  @Test
  void logsInThroughADataSourceClass() throws SQLException {
    HikariConfig config = config();
    config.setJdbcUrl(null);
    config.setDataSourceClassName(dataSourceClass().getName());
    dataSourceProperties()
        .forEach((name, value) -> config.addDataSourceProperty(name.toString(), value));

    assertLogsIn(config);

    assertThat(logins(key)).isNotEmpty().allMatch(login -> login.tlsProtocol() != null);
  }

  @Test
  void logsInThroughAReadyDataSourceWhenTheServerTakesTheLoginAtLast() throws Exception {
    DataSource ready = dataSourceClass().getConstructor().newInstance();
    PropertyElf.setTargetFromProperties(ready, dataSourceProperties());
    rds().revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config().copyStateTo(pool);
      pool.setJdbcUrl(null);
      pool.setDataSource(ready);
      pool.setAwsCredentialsProvider(provider);
      pool.setInitializationFailTimeout(1);
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);

      rds().add(key);
      // The same start is refused from memory for a moment; this one is not the same any more.
      pool.setAwsCredentialsProvider(new FaultyCredentials(key));

      try (Connection connection = pool.getConnection()) {
        assertThat(currentUser(connection)).isEqualTo(rds().account());
      }
      assertThat(pool.isWrapperFor(dataSourceClass())).isTrue();
    }
  }

  @Test
  void sendsOneTokenAsLongAsItMayBeUsed() throws SQLException {
    try (HikariDataSource pool = pool(config())) {
      for (int i = 0; i < 3; i++) {
        logInAnew(pool);
      }
    }
    assertThat(logins(key)).hasSize(3);
    assertThat(logins(key).stream().map(Login::token).distinct()).hasSize(1);
    assertThat(provider.resolved()).isEqualTo(1);
  }

  @Test
  void signsATokenForEachPhysicalConnectionIfToldTo() throws SQLException {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_expiration", 0);

    try (HikariDataSource pool = pool(config)) {
      for (int i = 0; i < 3; i++) {
        clock.advance(Duration.ofSeconds(1)); // two tokens of one second are the same
        logInAnew(pool);
      }
    }
    assertThat(logins(key)).extracting(Login::token).hasSize(3).doesNotHaveDuplicates();
  }

  @Test
  void neverSendsATokenThatHasExpired() throws SQLException {
    try (HikariDataSource pool = pool(config())) {
      for (int life = 0; life < 5; life++) {
        for (int seconds : new int[] {0, 600, 269, 1}) {
          clock.advance(Duration.ofSeconds(seconds));
          logInAnew(pool);
        }
      }
    }
    assertThat(logins(key)).hasSize(20).allMatch(Login::accepted);
    assertThat(logins(key).stream().map(Login::token).distinct()).hasSizeGreaterThanOrEqualTo(5);
  }

  @Test
  void opensConnectionsUnderLoadWhileTokensComeAndGo() throws Exception {
    HikariConfig config = config();
    config.setMaximumPoolSize(8);
    config.addDataSourceProperty("iam_expiration", "30");
    try (HikariDataSource pool = pool(config);
        Borrowers borrowers = new Borrowers(pool, 16)) {
      for (int i = 0; i < 20; i++) {
        clock.advance(Duration.ofSeconds(10));
        logInAnew(pool);
        borrowers.awaitAnswers();
      }
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(borrowers.failedStatements()).isEmpty();
    }
    assertThat(logins(key)).hasSizeGreaterThanOrEqualTo(20).allMatch(Login::accepted);
    assertThat(logins(key).stream().map(Login::token).distinct()).hasSizeGreaterThan(5);
  }

  @Test
  void losesNoConnectionWhenATokenIsRevoked() throws SQLException {
    AccessKey next = AccessKey.random();
    rds().add(next);
    try (HikariDataSource pool = pool(config())) {
      logInAnew(pool);
      rds().revoke(key.id());
      provider.give(next);
      logInAnew(pool);
    }
    assertThat(logins(key))
        .extracting(Login::refusal)
        .containsExactly(null, Refusal.UNKNOWN_ACCESS_KEY);
    assertThat(logins(next)).hasSize(1).allMatch(Login::accepted);
  }

  @Test
  void tellsWhoWasRefusedForAnUnknownKey() throws SQLException {
    rds().revoke(key.id());

    assertRefused(config(), rds().account(), rds().host(), rds().port(), "us-east-2", "28000");
    assertThat(logins(key)).extracting(Login::refusal).containsOnly(Refusal.UNKNOWN_ACCESS_KEY);
  }

  @Test
  void tellsWhoWasRefusedForAWrongUser() throws SQLException {
    HikariConfig config = config();
    config.setUsername("nobody");

    assertRefused(
        config, "nobody", rds().host(), rds().port(), "us-east-2", stateOfAnUnknownUser());
  }

  @Test
  void tellsWhoWasRefusedForAWrongRegion() throws SQLException {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_region", "eu-west-1");

    assertRefused(config, rds().account(), rds().host(), rds().port(), "eu-west-1", "28000");
    assertThat(logins(key)).extracting(Login::refusal).containsOnly(Refusal.WRONG_REGION);
  }

  @Test
  void tellsWhoWasRefusedForAWrongHost() throws SQLException {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_host", OTHER_HOST);
    config.getDataSourceProperties().putAll(unverifiedTls());

    assertRefused(config, rds().account(), OTHER_HOST, rds().port(), "us-east-2", "28000");
    assertThat(logins(key)).extracting(Login::refusal).containsOnly(Refusal.WRONG_HOST);
  }

  @Test
  void tellsWhoWasRefusedForAWrongPort() throws SQLException {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_default_port", "1234");

    assertRefused(config, rds().account(), rds().host(), 1234, "us-east-2", "28000");
    assertThat(logins(key)).extracting(Login::refusal).containsOnly(Refusal.WRONG_PORT);
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setPoolName(getClass().getSimpleName());
    config.setJdbcUrl(jdbcUrl("127.0.0.1"));
    config.setUsername(rds().account());
    config.addDataSourceProperty("iam_host", rds().host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(Patience.PATIENCE.toMillis());
    config.setInitializationFailTimeout(-1);
    return config;
  }

  private IamHikariDataSource pool(HikariConfig config) {
    return new IamHikariDataSource(
        config, logins -> SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(provider)));
  }

  private void assertLogsIn(HikariConfig config) throws SQLException {
    try (HikariDataSource pool = pool(config);
        Connection connection = pool.getConnection()) {
      assertThat(currentUser(connection)).isEqualTo(rds().account());
    }
  }

  private static void logInAnew(HikariDataSource pool) throws SQLException {
    pool.getHikariPoolMXBean().softEvictConnections();
    pool.getConnection().close();
  }

  private void assertRefused(
      HikariConfig config, String user, String host, int port, String region, String state)
      throws SQLException {
    try (HikariDataSource pool = pool(config)) {
      assertThatThrownBy(pool.getDataSource()::getConnection)
          .hasMessageStartingWith(
              "IAM login failed for user \"%s\" at %s:%d (region %s): ", user, host, port, region)
          .hasCauseInstanceOf(SQLException.class)
          .isInstanceOfSatisfying(
              SQLException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo(state);
                assertThat(e.getErrorCode()).isEqualTo(errorCodeOfARefusal());
              });
    }
  }

  private List<Login> logins(AccessKey accessKey) {
    return rds().logins().stream()
        .filter(login -> accessKey.id().equals(login.accessKeyId()))
        .toList();
  }
}
