package io.github.iamhikari;

import static io.github.iamhikari.Patience.await;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.util.PSQLException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Callers who wait for a connection of a pool that has none learn that logins are refused, or that
 * there are no AWS credentials, long before {@code connectionTimeout}: that is an hour here, and a
 * test has a minute.
 */
@Timeout(60)
@Tag("hikari")
class FailFastIT {

  private static final LocalRds rds = PostgresServer.started();

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  private final AccessKey key = AccessKey.random();
  private final AwsCredentialsProvider provider =
      StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeEach
  void knowTheKey() {
    rds.add(key);
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
    rds.revoke(key.id());
  }

  @Test
  void tellsThoseWhoWaitAndThoseWhoCome() throws Exception {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      List<Future<Connection>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(threads.submit(() -> pool.getConnection()));
      }
      for (Future<Connection> caller : waiting) {
        assertThatThrownBy(() -> caller.get(50, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasCauseInstanceOf(PSQLException.class)
            .hasMessageContaining(
                " - Connection is not available. IAM login failed for user \"app\"")
            .hasMessageContaining("FATAL: PAM authentication failed");
      }
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining(
              " - Connection is not available. IAM login failed for user \"app\"");
    }
    assertThat(logins()).hasSizeBetween(1, 5);
  }

  @Test
  void givesConnectionsAgainWhenLoginsAreAccepted() throws SQLException {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      rds.add(key);
      renew(pool);

      pool.getConnection().close();
    }
  }

  @Test
  void letsThemWaitWhoCanHopeForAConnectionInUse() throws Exception {
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      pool.setMaximumPoolSize(2);
      Connection inUse = pool.getConnection();
      rds.revoke(key.id());
      Future<Connection> waiting = threads.submit(() -> pool.getConnection());
      await("the login is refused", () -> logins(pool).getProblem().isPresent());
      assertThat(waiting).isNotDone();

      inUse.close();

      assertThat(waiting.get(50, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void letsThemWaitWhoFoundThePoolEmptyWhenItIsNotAnyMore() throws Exception {
    CountDownLatch bothWait = new CountDownLatch(1);
    AtomicInteger attempts = new AtomicInteger();
    try (IamHikariDataSource pool =
        intercepted(
            config(),
            () -> {
              bothWait.await();
              if (attempts.incrementAndGet() == 2) {
                rds.revoke(key.id());
              }
              return null;
            })) {
      CompletionService<Connection> callers = new ExecutorCompletionService<>(threads);
      callers.submit(() -> pool.getConnection());
      callers.submit(() -> pool.getConnection());
      await("both wait", () -> pool.getHikariPoolMXBean().getThreadsAwaitingConnection() == 2);
      bothWait.countDown();
      Connection first = callers.take().get();
      await("the login is refused", () -> logins(pool).getProblem().isPresent());
      await("HikariCP waits before its next attempt", () -> isAttemptOver(pool));
      assertThat(callers.poll()).isNull();

      first.close();

      callers.take().get().close();
    }
  }

  @Test
  void leavesTheWaitForADatabaseThatIsOutOfReachToHikariCp() throws SQLException {
    HikariConfig config = config();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/app");
    config.addDataSourceProperty("iam_default_port", rds.port());
    config.setConnectionTimeout(500);
    try (IamHikariDataSource pool = new IamHikariDataSource(config, provider)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasMessageMatching(
                ".* - Connection is not available, request timed out after \\d{3,5}ms"
                    + " \\(total=0, active=0, idle=0, waiting=0\\)");
      }
    }
  }

  @Test
  void tellsOfARefusalThatComesLate() throws Exception {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = slow(config(), Duration.ofMillis(300))) {
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining(" - Connection is not available. IAM login failed for user ");
      assertThat(Thread.interrupted()).as("the caller's interrupt").isFalse();
    }
  }

  @Test
  void tellsOfTheUserWhoWasSetWhileThePoolRuns() throws Exception {
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      pool.getConnection().close();
      pool.getHikariConfigMXBean().setUsername("nobody");
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining(
              " - Connection is not available. IAM login failed for user \"nobody\"");
    }
  }

  @Test
  void countsAmongHikariCpsTimeoutsThoseWhoGotNoConnection() throws Exception {
    AtomicInteger timeouts = new AtomicInteger();
    HikariConfig config = config();
    config.setMetricsTrackerFactory((name, stats) -> counting(timeouts));
    rds.revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource(config, provider)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      }
      assertThat(timeouts).hasValue(3);
    }
  }

  @Test
  void countsNobodyAmongHikariCpsTimeoutsWhoWaitedForASlowLogin() throws Exception {
    AtomicInteger timeouts = new AtomicInteger();
    HikariConfig config = config();
    config.setMaximumPoolSize(3);
    config.setMetricsTrackerFactory((name, stats) -> counting(timeouts));
    try (IamHikariDataSource pool = slow(config, Duration.ofMillis(300))) {
      List<Future<Connection>> callers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        callers.add(threads.submit(() -> pool.getConnection()));
      }
      for (Future<Connection> caller : callers) {
        caller.get(50, TimeUnit.SECONDS).close();
      }
    }
    assertThat(timeouts).hasValue(0);
  }

  @Test
  void heedsAnInterruptAsHikariCpDoes() throws Exception {
    FaultyCredentials credentials = new FaultyCredentials(key);
    FaultyCredentials.Hang hang = credentials.hang();
    try (IamHikariDataSource pool = new IamHikariDataSource(config(), credentials)) {
      Thread caller = Thread.currentThread();
      Future<?> interrupter =
          threads.submit(
              () -> {
                hang.awaitSomebody();
                caller.interrupt();
                return null;
              });

      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageEndingWith(" - Interrupted during connection acquisition");
      assertThat(Thread.interrupted()).as("the caller's interrupt").isTrue();
      interrupter.get(50, TimeUnit.SECONDS);
    }
  }

  @Test
  void waitsNeitherAtTheStartNorAtTheEndForCredentialsThatHang() throws Exception {
    HikariConfig config = config();
    config.setConnectionTimeout(1_000);
    FaultyCredentials credentials = new FaultyCredentials(key);
    credentials.hang(); // for ever
    IamHikariDataSource pool = new IamHikariDataSource(config, credentials);

    assertThatThrownBy(pool::getConnection)
        .isInstanceOf(SQLTransientConnectionException.class)
        .hasMessageMatching(
            ".* - Connection is not available, request timed out after \\d{4,5}ms \\(.*\\)\\. A"
                + " login is waiting for the AWS credentials provider, which has not responded for"
                + " \\d+\\.\\d+ s");
    pool.close();

    await("the pool's threads are gone", () -> threadsOf(pool).isEmpty());
  }

  @Test
  void tellsInOneSentenceThatThereAreNoAwsCredentials() {
    HikariConfig config = config();
    config.addDataSourceProperty("aws_profile", "nobody");
    try (IamHikariDataSource pool = new IamHikariDataSource(config)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasMessageMatching(
                ".* - Connection is not available\\. Could not sign an IAM token for user"
                    + " \"app\" at \\S+ \\(region us-east-2\\): no AWS credentials were found in"
                    + " system properties, the environment, a web identity, the profile \"nobody\","
                    + " a container's agent or the EC2 metadata service\\. Check that ~/\\.aws has"
                    + " this profile with credentials, and run aws sso login if it uses"
                    + " SSO")
            .hasStackTraceContaining("Unable to load credentials from any of the providers");
      }
    }
  }

  @Test
  void waitsForCredentialsThatFailForAMoment() throws Exception {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_expiration", "1");
    FaultyCredentials credentials = new FaultyCredentials(key);
    try (IamHikariDataSource pool = new IamHikariDataSource(config, credentials)) {
      pool.getConnection().close();
      credentials.fail("the metadata service is down");
      pool.getHikariPoolMXBean().softEvictConnections();
      await("the token expires", () -> logins(pool).getTokenStatus().remaining().isZero());
      Future<Connection> caller = threads.submit(() -> pool.getConnection());
      await("a signing fails", () -> logins(pool).getTokenStatus().failed() > 0);
      assertThat(caller).isNotDone();

      credentials.give(key);

      assertThat(caller.get(50, TimeUnit.SECONDS)).isNotNull();
    }
  }

  private static List<String> threadsOf(IamHikariDataSource pool) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(pool.getPoolName() + ":"))
        .toList();
  }

  private static boolean isAttemptOver(IamHikariDataSource pool) {
    return Thread.getAllStackTraces().entrySet().stream()
        .filter(thread -> thread.getKey().getName().startsWith(pool.getPoolName() + ":"))
        .flatMap(thread -> Stream.of(thread.getValue()))
        .anyMatch(call -> call.getMethodName().equals("quietlySleep"));
  }

  private static IMetricsTracker counting(AtomicInteger timeouts) {
    return new IMetricsTracker() {
      @Override
      public void recordConnectionTimeout() {
        timeouts.incrementAndGet();
      }
    };
  }

  /** A pool whose logins take a while. */
  private IamHikariDataSource slow(HikariConfig config, Duration latency) {
    CountDownLatch never = new CountDownLatch(1);
    return intercepted(
        config,
        () -> {
          boolean ignored = never.await(latency.toMillis(), MILLISECONDS);
          return null;
        });
  }

  private IamHikariDataSource intercepted(
      HikariConfig config, Callable<@Nullable Void> beforeLogin) {
    return new IamHikariDataSource(
        config,
        logins ->
            logins
                .awsCredentialsProvider(provider)
                .driver(
                    (url, properties) ->
                        InterceptedDataSource.of(
                            new DriverDataSource(url, null, properties, null, null), beforeLogin)));
  }

  @Test
  void tellsAtOnceOfAStartThatWasRefusedJustNow() throws SQLException {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config().copyStateTo(pool);
      pool.setInitializationFailTimeout(1);
      pool.setAwsCredentialsProvider(provider);
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(SQLException.class)
            .hasMessageStartingWith("IAM login failed for user \"app\"");
      }
      assertThat(logins()).hasSizeBetween(1, 3);
    }
  }

  @Test
  void startsWithOtherValuesAfterAStartThatWasRefused() throws SQLException {
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config().copyStateTo(pool);
      pool.setInitializationFailTimeout(1);
      pool.setAwsCredentialsProvider(provider);
      pool.setUsername("nobody");
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);

      pool.setUsername(rds.account());

      pool.getConnection().close();
    }
  }

  private IamHikariDataSource startedWithoutLogin() {
    return new IamHikariDataSource(config(), provider);
  }

  private static HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(rds.account());
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(Duration.ofHours(1).toMillis());
    config.setInitializationFailTimeout(-1);
    return config;
  }

  private static void renew(IamHikariDataSource pool) throws SQLException {
    logins(pool).renewToken();
  }

  private static IamDataSource logins(IamHikariDataSource pool) {
    return (IamDataSource) requireNonNull(pool.getDataSource());
  }

  private List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }
}
