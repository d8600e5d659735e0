package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localaws.HttpFault;
import io.github.iamhikari.localaws.HttpStandIn;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * What an application sees when a source of AWS credentials is broken: reliability.md has a row for
 * each test. The SDK's own providers ask a stand-in for the source, and each test has a role of its
 * own, by which its logins are told from others.
 */
@ParameterizedClass
@EnumSource
abstract class AwsFaults {

  enum Server {
    POSTGRES {
      @Override
      LocalRds rds() {
        return PostgresServer.started();
      }
    },
    MARIADB {
      @Override
      LocalRds rds() {
        return MariaDbServer.started();
      }
    };

    abstract LocalRds rds();
  }

  /** By this clock tokens live, and the server judges them. */
  static final TestClock clock = PoolLogins.clock;

  @Parameter Server server = Server.POSTGRES;
  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @RegisterExtension final SecretSearch secrets = new SecretSearch();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  LocalRole role;

  @BeforeEach
  void haveARole() {
    LocalRds rds = server.rds();
    clock.reset();
    role = closed(role(rds));
    secrets.add(role::secrets);
  }

  @AfterEach
  void closeAll() throws Exception {
    clock.reset();
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  /** For how long the role's credentials live, so that the SDK asks for others when it should. */
  abstract Duration lifeOfCredentials();

  /** The role that the source gives the credentials of. */
  LocalRole role(LocalRds rds) {
    return new LocalRole(clock.instant().plus(lifeOfCredentials()), rds);
  }

  /** Gives the role another key, of a life as long. */
  void rotate() {
    role.rotate(clock.instant().plus(lifeOfCredentials()));
  }

  /** Closed after the test, the last one first. */
  <T extends AutoCloseable> T closed(T resource) {
    opened.push(resource);
    return resource;
  }

  ExecutorService threads() {
    ExecutorService threads = Executors.newCachedThreadPool();
    opened.push(threads::shutdownNow);
    return threads;
  }

  IamDataSource logins(AwsCredentialsProvider provider) {
    return logins(provider, Map.of());
  }

  /**
   * Logins with a provider, or the default chain, and settings beside {@code iam_host}.
   *
   * @param provider null for the default chain
   */
  IamDataSource logins(@Nullable AwsCredentialsProvider provider, Map<String, String> settings) {
    LocalRds rds = server.rds();
    Properties properties = new Properties();
    properties.setProperty("iam_host", rds.host());
    properties.putAll(settings);
    IamDataSource.Builder builder =
        IamDataSource.builder()
            .jdbcUrl(rds.jdbcUrl())
            .user("app")
            .properties(properties)
            .awsCredentialsProvider(provider);
    return closed(SimulatedTime.by(clock).apply(builder).build());
  }

  IamHikariDataSource pool(AwsCredentialsProvider provider) {
    return pool(provider, Map.of());
  }

  /** A pool of such logins. */
  IamHikariDataSource pool(
      @Nullable AwsCredentialsProvider provider, Map<String, String> settings) {
    LocalRds rds = server.rds();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername("app");
    config.setMaximumPoolSize(1); // so that it opens none but those that are asked for
    config.addDataSourceProperty("iam_host", rds.host());
    settings.forEach(config::addDataSourceProperty);
    return closed(
        new IamHikariDataSource(
            config,
            logins -> SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(provider))));
  }

  /** A connection is given, which was opened just now. */
  static void logInAnew(IamHikariDataSource pool) throws SQLException {
    pool.getHikariPoolMXBean().softEvictConnections();
    pool.getConnection().close();
  }

  /** What became of the role's logins. */
  List<Login> ofTheRole() {
    List<String> keys = role.keyIds();
    return server.rds().logins().stream()
        .filter(login -> keys.contains(login.accessKeyId()))
        .toList();
  }

  Login lastLogin() {
    List<Login> logins = ofTheRole();
    return logins.get(logins.size() - 1);
  }

  /** There is no connection, since no token can be had for this reason. */
  void assertNoToken(DataSource logins, String reason) {
    assertNoToken(catchThrowable(logins::getConnection), reason);
  }

  void assertNoToken(@Nullable Throwable failure, String reason) {
    assertRefusal(failure, "Could not sign an IAM token for user \"app\" at ", "08001");
    assertThat(failure).hasMessageContaining(reason);
  }

  /** There is no connection, since the server refuses the login. */
  void assertRefused(DataSource logins) {
    assertRefused(logins, "");
  }

  /** And the exception says so with these words, too. */
  void assertRefused(DataSource logins, String words) {
    Throwable failure = catchThrowable(logins::getConnection);
    assertRefusal(failure, "IAM login failed for user \"app\" at ", "28000");
    assertThat(failure).hasMessageContaining(words);
  }

  private void assertRefusal(@Nullable Throwable failure, String beginning, String state) {
    assertThat(failure).isInstanceOf(SQLException.class).hasMessageStartingWith(beginning);
    SQLException refusal = (SQLException) requireNonNull(failure);
    assertThat(refusal.getSQLState()).isEqualTo(state);
    secrets.assertNoneIn(refusal);
  }

  /**
   * A fault of the source at the very start is told of, with a reason; without it the next login
   * succeeds.
   */
  void assertTellsOf(HttpFault fault, HttpStandIn source, IamDataSource logins, String reason)
      throws SQLException {
    source.fail(fault);
    assertNoToken(logins, reason);
    source.mend();
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  /**
   * A fault of the source that begins while a token lives is seen by nobody; when it is over, the
   * next key of the role is used.
   *
   * @param due when the token is to be renewed, and the source asked for it
   */
  void assertKeepsOn(HttpFault fault, HttpStandIn source, IamDataSource logins, Duration due)
      throws Exception {
    assertKeepsOn(() -> source.fail(fault), source::mend, logins, due);
  }

  /** The same where nobody listens any more. */
  void assertKeepsOnWhileDown(HttpStandIn source, IamDataSource logins, Duration due)
      throws Exception {
    assertKeepsOn(source::goDown, source::comeUp, logins, due);
  }

  /** A provider that keeps what it has gives that to a renewal, another one fails. */
  private static long attempts(IamDataSource logins) {
    return logins.getTokenStatus().signed() + logins.getTokenStatus().failed();
  }

  private void assertKeepsOn(Runnable fail, Runnable mend, IamDataSource logins, Duration due)
      throws Exception {
    logins.getConnection().close();
    fail.run();
    clock.advance(due);
    logins.getConnection().close();
    await("the renewal is over", () -> attempts(logins) == 2);
    mend.run();
    rotate();
    clock.advance(lifeOfCredentials().minus(due));
    logins.getConnection().close();
    assertThat(lastLogin().accessKeyId()).isEqualTo(role.key().id());
    assertThat(ofTheRole()).hasSize(3).allMatch(Login::accepted);
  }
}
