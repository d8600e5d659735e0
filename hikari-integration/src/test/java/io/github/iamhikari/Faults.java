package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.currentUser;
import static io.github.iamhikari.Patience.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.util.Credentials;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * What an application sees when something breaks between its pool and the database: the same faults
 * for every engine. What a test makes go wrong, and all that it is told, is searched for secrets at
 * its end. {@code reliability.md} has a row for each.
 */
@Timeout(120)
abstract class Faults {

  /** The machine's own clock, which need not be the server's. */
  private final TestClock clock = new TestClock();

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<IamHikariDataSource> pools = new ArrayList<>();
  private final Queue<Throwable> told = new ConcurrentLinkedQueue<>();
  private final Secrets secrets = new Secrets();
  private final AccessKey key = newKey();
  private final FaultyCredentials credentials = new FaultyCredentials(key);

  @SuppressWarnings("NullAway.Init") // before each test
  private Relay relay;

  /** The server to log in to. */
  abstract LocalRds rds();

  /** The clock that it judges tokens by. */
  abstract TestClock serverClock();

  /** Its URL for the driver under test. */
  abstract String jdbcUrl();

  @BeforeEach
  void readyAll() throws Exception {
    serverClock().reset();
    relay = new Relay(rds().listeningPort());
    rds().add(key);
  }

  @AfterEach
  void showNoSecrets() throws Exception {
    try {
      secrets.addTokensOf(rds());
      assertThat(secrets.count()).isPositive();
      told.forEach(secrets::assertNotIn);
      pools.forEach(secrets::assertNotIn);
      secrets.assertNotInBeans();
    } finally {
      pools.forEach(IamHikariDataSource::close);
      threads.shutdownNow();
      relay.close();
      rds().revoke(key.id());
      serverClock().reset();
    }
  }

  @Test
  void aRestartedDatabaseCostsOnlyWhatWasUnderWay() throws Exception {
    IamHikariDataSource pool = pool();
    try (Borrowers borrowers = new Borrowers(pool, 8)) {
      borrowers.awaitAnswers();

      relay.refuse();
      await("no connection is left", () -> total(pool) == 0);
      relay.restore();

      borrowers.awaitAnswers();
      tell(borrowers.failedStatements());
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(borrowers.failedStatements()).hasSizeBetween(1, 8);
    }
    assertThat(logins()).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(1);
  }

  @Test
  void aDatabaseThatHangsIsGivenUpAndLoggedInToWhenItGoesOn() throws Exception {
    AtomicInteger ended = new AtomicInteger();
    IMetricsTracker tracker =
        new IMetricsTracker() {
          @Override
          public void recordConnectionCreatedMillis(long milliseconds) {
            ended.incrementAndGet(); // whether or not there is a connection then
          }
        };
    IamHikariDataSource pool =
        pool(
            c -> {
              c.setConnectionTimeout(1_500);
              c.setMetricsTrackerFactory((name, stats) -> tracker);
            });
    relay.hang();

    assertThat(failureOf(pool))
        .isInstanceOf(SQLTransientConnectionException.class)
        .hasMessageContaining("Connection is not available, request timed out after ");
    await("the driver gives up", () -> ended.get() > 0);
    relay.goOn();

    awaitConnection(pool);
    assertThat(logins()).allMatch(Login::accepted);
  }

  @Test
  void aRevokedTokenIsReplacedUnseen() throws Exception {
    IamHikariDataSource pool = pool();
    AccessKey current = key;
    List<AccessKey> all = new ArrayList<>(List.of(key));
    try (Borrowers borrowers = new Borrowers(pool, 8)) {
      for (int rotation = 0; rotation < 3; rotation++) {
        borrowers.awaitAnswers();
        AccessKey next = newKey();
        rds().add(next);
        credentials.give(next);
        rds().revoke(current.id());
        evict(pool);
        await("the new key is used", () -> !loginsOf(List.of(next)).isEmpty());
        borrowers.awaitAnswers();
        all.add(next);
        current = next;
      }
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(borrowers.failedStatements()).isEmpty();
    }
    assertThat(loginsOf(all)).filteredOn(login -> !login.accepted()).hasSize(3);
    rds().revoke(current.id());
  }

  @Test
  void aRevokedKeyIsToldOfUntilItIsAllowedAgain() throws Exception {
    IamHikariDataSource pool = pool();
    userOf(pool);
    rds().revoke(key.id());
    evict(pool);

    assertThat(failureOf(pool))
        .hasMessageContaining(
            "IAM login failed for user \"%s\" at %s:%d (region us-east-2): ",
            rds().account(), rds().host(), rds().port())
        .hasMessageContaining("Check (1) the AWS credentials must not be revoked");

    rds().add(key);
    timeGoesBy(Duration.ofSeconds(2));
    assertThat(userOf(pool)).isEqualTo(rds().account());
  }

  @Test
  void aClockSetBackIsNotNoticed() throws SQLException {
    IamHikariDataSource pool = pool();
    userOf(pool);
    clock.setWallClock(Duration.ofMinutes(-10));
    logInEachFourMinutesOf(Duration.ofMinutes(40), pool);

    clock.setWallClock(Duration.ofMinutes(10));
    logInEachFourMinutesOf(Duration.ofMinutes(40), pool);

    // A token that says it was signed 10 minutes ago lives for 5 minutes more.
    assertThat(logins()).filteredOn(login -> !login.accepted()).hasSizeBetween(1, 8);
    assertThat(logins()).extracting(Login::refusal).containsOnly(null, Refusal.EXPIRED);
  }

  @Test
  void aClockSetForthIsToldOfUntilItIsRightAgain() throws Exception {
    IamHikariDataSource pool = pool();
    userOf(pool);
    clock.setWallClock(Duration.ofMinutes(10));
    evict(pool);
    try (Connection open = pool.getConnection()) {
      assertThat(currentUser(open)).as("while the token lives").isEqualTo(rds().account());
      timeGoesBy(Duration.ofMinutes(5));
      assertThat(currentUser(open)).isEqualTo(rds().account());
    }
    evict(pool);

    assertThat(failureOf(pool))
        .hasMessageContaining("IAM login failed for user ")
        .hasMessageContaining("this machine's clock says ")
        .hasMessageContaining("this machine's clock must be right");

    clock.setWallClock(Duration.ofMinutes(-10));
    timeGoesBy(Duration.ofSeconds(10));
    awaitConnection(pool);
    assertThat(logins()).extracting(Login::refusal).containsOnly(null, Refusal.NOT_YET_VALID);
  }

  @Test
  void aMachineThatSleptForEightHoursSendsANewToken() throws SQLException {
    IamHikariDataSource pool = pool();
    AccessKey before = newKey("a session that ends while the machine sleeps");
    rds().add(before);
    credentials.give(before, clock.instant().plus(Duration.ofHours(1)));
    assertThat(userOf(pool)).isEqualTo(rds().account());

    clock.setWallClock(Duration.ofHours(8));
    serverClock().setWallClock(Duration.ofHours(8));
    rds().revoke(before.id());
    credentials.give(key);
    relay.cut();
    evict(pool);

    assertThat(userOf(pool)).isEqualTo(rds().account());
    assertThat(loginsOf(List.of(before, key))).hasSize(2).allMatch(Login::accepted);
  }

  @Test
  void twoIdentitiesAtOneEndpointAreNeverMixedUp() throws Exception {
    AccessKey otherKey = newKey("the other pool's session");
    rds().add(otherKey);
    FaultyCredentials otherCredentials = new FaultyCredentials(otherKey);
    IamHikariDataSource one = pool(c -> c.addDataSourceProperty("iam_expiration", "30"));
    IamHikariDataSource other =
        pool(
            c -> {
              c.addDataSourceProperty("iam_expiration", "30");
              c.setUsername("second_user");
            },
            otherCredentials);

    try (Borrowers ofOne = new Borrowers(one, 4);
        Borrowers ofOther = new Borrowers(other, 4)) {
      for (int i = 0; i < 10; i++) {
        ofOne.awaitAnswers();
        ofOther.awaitAnswers();
        timeGoesBy(Duration.ofSeconds(10));
        evict(one);
        evict(other);
      }
      assertThat(ofOne.users()).containsOnly(rds().account());
      assertThat(ofOther.users()).containsOnly("second_user");
      assertThat(ofOne.failedBorrows()).isEmpty();
      assertThat(ofOther.failedBorrows()).isEmpty();
    }

    assertThat(logins())
        .hasSizeGreaterThanOrEqualTo(10)
        .allMatch(Login::accepted)
        .extracting(Login::user)
        .containsOnly(rds().account());
    assertThat(loginsOf(List.of(otherKey)))
        .hasSizeGreaterThanOrEqualTo(10)
        .allMatch(Login::accepted)
        .extracting(Login::user)
        .containsOnly("second_user");
    rds().revoke(otherKey.id());
  }

  @Test
  void aRenewalThatHangsIsNotNoticedWhileTheTokenLives() throws Exception {
    IamHikariDataSource pool = pool();
    assertThat(userOf(pool)).isEqualTo(rds().account());
    timeGoesBy(Duration.ofSeconds(820));
    FaultyCredentials.Hang hang = credentials.hang();

    for (int i = 0; i < 3; i++) {
      evict(pool);
      assertThat(userOf(pool)).isEqualTo(rds().account());
    }
    hang.awaitSomebody();
    hang.end();

    timeGoesBy(Duration.ofSeconds(50));
    evict(pool);
    assertThat(userOf(pool)).isEqualTo(rds().account());
    assertThat(credentials.resolved()).isEqualTo(2);
    assertThat(logins()).hasSize(5).allMatch(Login::accepted);
  }

  @Test
  void aPoolIsClosedInTimeWhileARenewalHangs() throws Exception {
    IamHikariDataSource pool = pool(c -> c.setConnectionTimeout(1_000));
    timeGoesBy(Duration.ofSeconds(870));
    FaultyCredentials.Hang hang = credentials.hang();
    Future<Throwable> caller = threads.submit(() -> failureOf(pool));
    hang.awaitSomebody();

    long start = System.nanoTime();
    pool.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
    assertThat(caller.get(60, TimeUnit.SECONDS)).isNotNull();
    assertThatThrownBy(pool::getConnection).hasMessageEndingWith(" has been closed.");
    hang.end();
    await(
        "the pool's threads are gone",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith(pool.getPoolName() + ":")));
    await("no connection is open", () -> relay.open() == 0);
  }

  @Test
  void credentialsThatEndBeforeTheLoginAreNotSent() throws SQLException {
    AccessKey ending = newKey("ends in half a minute");
    credentials.give(ending, clock.instant().plusSeconds(30));
    IamHikariDataSource pool = pool();
    Credentials early = pool.getCredentials();
    assertThat(early.getPassword()).contains(ending.id());
    timeGoesBy(Duration.ofSeconds(30));
    credentials.give(key);

    assertThat(userOf(pool)).isEqualTo(rds().account());

    assertThat(loginsOf(List.of(ending))).isEmpty();
    assertThat(logins()).hasSize(1).allMatch(Login::accepted);
  }

  @Tag("long")
  @Test
  void evictingAllConnectionsWhenTheTokenIsDueIsNotNoticed() throws Exception {
    IamHikariDataSource pool = pool(c -> c.setMaximumPoolSize(10));
    try (Borrowers borrowers = new Borrowers(pool, 50)) {
      awaitNewConnections(pool, borrowers);
      timeGoesBy(Duration.ofSeconds(700));
      evict(pool);

      awaitNewConnections(pool, borrowers);
      await("the token is replaced", () -> credentials.resolved() == 2);
      timeGoesBy(Duration.ofSeconds(870));
      evict(pool);

      borrowers.awaitAnswers();
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(borrowers.failedStatements()).isEmpty();
    }
    assertThat(logins()).allMatch(Login::accepted);
    assertThat(credentials.resolved()).isEqualTo(3);
  }

  /** None is being opened then: time that goes by in the middle of a login can end its token. */
  private static void awaitNewConnections(IamHikariDataSource pool, Borrowers borrowers)
      throws Exception {
    borrowers.awaitAnswers();
    await("the pool is full", () -> total(pool) == pool.getMaximumPoolSize());
  }

  private void logInEachFourMinutesOf(Duration time, IamHikariDataSource pool) throws SQLException {
    for (long minute = 0; minute < time.toMinutes(); minute += 4) {
      timeGoesBy(Duration.ofMinutes(4));
      evict(pool);
      assertThat(userOf(pool)).isEqualTo(rds().account());
    }
  }

  /** A key that no other test has. */
  final AccessKey newKey() {
    AccessKey made = AccessKey.random();
    secrets.add(made);
    return made;
  }

  /** One with a session token. */
  final AccessKey newKey(String sessionToken) {
    AccessKey random = AccessKey.random();
    AccessKey made = new AccessKey(random.id(), random.secret(), sessionToken + "/+=");
    secrets.add(made);
    return made;
  }

  /** A pool that has opened no connection yet. */
  final IamHikariDataSource pool() {
    return pool(c -> {});
  }

  /** A pool with other settings. */
  final IamHikariDataSource pool(Consumer<HikariConfig> more) {
    return pool(more, credentials);
  }

  private IamHikariDataSource pool(
      Consumer<HikariConfig> more, AwsCredentialsProvider otherCredentials) {
    return pool(more, logins -> logins.awsCredentialsProvider(otherCredentials));
  }

  /** A pool whose logins are made in another way. */
  final IamHikariDataSource pool(
      Consumer<HikariConfig> more, UnaryOperator<IamDataSource.Builder> otherLogins) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        jdbcUrl().replace(":" + rds().listeningPort() + "/", ":" + relay.port() + "/"));
    config.setUsername(rds().account());
    config.addDataSourceProperty("iam_host", rds().host());
    config.addDataSourceProperty("iam_default_port", rds().port());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(4);
    config.setConnectionTimeout(Patience.PATIENCE.toMillis());
    config.setInitializationFailTimeout(-1);
    config.setRegisterMbeans(true);
    more.accept(config);
    IamHikariDataSource pool =
        new IamHikariDataSource(
            config,
            logins ->
                otherLogins.apply(
                    SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(credentials))));
    pools.add(pool);
    return pool;
  }

  /** What is between the pools and the server. */
  final Relay relay() {
    return relay;
  }

  final AccessKey key() {
    return key;
  }

  /** Both here and at the server. */
  final void timeGoesBy(Duration time) {
    clock.advance(time);
    serverClock().advance(time);
  }

  /** What {@code getConnection()} throws. */
  final Throwable failureOf(IamHikariDataSource pool) {
    SQLException failure =
        requireNonNull(catchThrowableOfType(SQLException.class, pool::getConnection));
    told.add(failure);
    return failure;
  }

  /** To be searched for secrets. */
  final void tell(Collection<? extends Throwable> failures) {
    told.addAll(failures);
  }

  /** Waits until a pool gives a connection again, however often it fails before. */
  final void awaitConnection(IamHikariDataSource pool) throws Exception {
    await(
        "there is a connection again",
        () -> {
          try {
            return userOf(pool).equals(rds().account());
          } catch (SQLException e) {
            told.add(e);
            return false;
          }
        });
  }

  static String userOf(IamHikariDataSource pool) throws SQLException {
    try (Connection connection = pool.getConnection()) {
      return currentUser(connection);
    }
  }

  static void evict(IamHikariDataSource pool) {
    pool.getHikariPoolMXBean().softEvictConnections();
  }

  static int total(IamHikariDataSource pool) {
    return pool.getHikariPoolMXBean().getTotalConnections();
  }

  static IamDataSource logins(IamHikariDataSource pool) {
    return (IamDataSource) requireNonNull(pool.getDataSource());
  }

  /** The logins of this test's own key. */
  final List<Login> logins() {
    return loginsOf(List.of(key));
  }

  final List<Login> loginsOf(List<AccessKey> keys) {
    List<String> ids = keys.stream().map(AccessKey::id).toList();
    return rds().logins().stream().filter(login -> ids.contains(login.accessKeyId())).toList();
  }
}
