package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/** What a login does with a server's answers, by a server that answers as a test tells it to. */
class LoginTest {

  private final SQLException refused =
      new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");
  private final SQLException noDatabase =
      new SQLException("FATAL: database \"nowhere\" does not exist", "3D000");
  private final SQLException tooMany =
      new SQLException("FATAL: sorry, too many clients already", "53300");
  private final SQLException noUser =
      new SQLException("FATAL: password authentication failed for user \"app\"", "28P01");

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private double random = 0.5;
  private String key = "AKIAIOSFODNN7EXAMPLE";
  private final Server server = new Server();
  private final IamDataSource dataSource = builder().build();

  private IamDataSource.Builder builder() {
    return IamDataSource.builder()
        .jdbcUrl("jdbc:postgresql://db.c9akciq32rgb.us-east-2.rds.amazonaws.com/app")
        .user("app")
        .driver((url, properties) -> new StubDriver(server))
        .awsCredentialsProvider(this::credentials)
        .signingThreads(Runnable::run)
        .random(() -> random)
        .clock(time, time::nanoTime);
  }

  private AwsCredentials credentials() {
    if (key.isEmpty()) {
      throw new IllegalStateException("the metadata service is down");
    }
    return AwsBasicCredentials.create(key, "key");
  }

  @Test
  void sendsNoLoginToAServerThatHasJustRefusedANewToken() {
    server.answers(refused);

    List<Integer> seconds = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      int before = server.tokens.size();
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      if (server.tokens.size() > before) {
        seconds.add(second);
      }
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(seconds).containsExactly(0, 2, 8, 18, 28, 38, 48, 58);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.5, 0.99})
  void sendsNoMoreThanSixLoginsIn30SecondsAndOneEach10(double luck) throws SQLException {
    random = luck;
    dataSource.getConnection();
    server.answers(refused);
    time.advance(Duration.ofSeconds(10)); // so that the first token is replaced at once

    List<Duration> sent = new ArrayList<>();
    for (Duration t = Duration.ZERO; t.toSeconds() < 60; t = t.plusMillis(100)) {
      int before = server.tokens.size();
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      for (int i = before; i < server.tokens.size(); i++) {
        sent.add(t);
      }
      time.advance(Duration.ofMillis(100));
    }

    assertThat(sent.stream().filter(t -> t.toSeconds() < 30)).hasSizeLessThanOrEqualTo(6);
    for (int i = 1; i < sent.size(); i++) {
      assertThat(sent.get(i).minus(sent.get(i - 1))).isLessThanOrEqualTo(Duration.ofSeconds(10));
    }
  }

  @Test
  void takesARefusalForThrottlingWhereTheServerWasAwayForFiveMinutes() throws SQLException {
    dataSource.getConnection();
    time.advance(Duration.ofSeconds(10));
    dataSource.connectionsLost();
    server.answers(refused);

    for (int minute = 0; minute < 5; minute++) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      assertThat(dataSource.getProblem()).isEmpty();
      time.advance(Duration.ofMinutes(1));
    }
    assertThat(server.tokens).as("one of them each minute").hasSize(6);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    assertThat(dataSource.getProblem()).isPresent();
  }

  @Test
  void isToldOfAnAbsentServerByItsConnectionsAndByLoginsThatDoNotReachIt() throws SQLException {
    for (boolean byConnection : new boolean[] {true, false}) {
      server.accepts();
      time.advance(Duration.ofSeconds(10));
      dataSource.getConnection();
      SQLException away = new SQLException("Connection refused", byConnection ? "57P01" : "08001");
      if (byConnection) {
        assertThat(dataSource.connectionFailed(away)).isFalse();
      } else {
        server.answersOnce(away);
        assertThatThrownBy(dataSource::getConnection).isSameAs(away);
      }

      server.answers(refused);
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      assertThat(dataSource.getProblem()).isEmpty();
    }
  }

  @Test
  void triesAnotherKeyAtOnceEvenIfTheServerWasAway() throws SQLException {
    dataSource.getConnection();
    dataSource.connectionsLost();
    time.advance(Duration.ofSeconds(10));
    key = "AKIAIOSFODNN7ANOTHER";
    server.answersOnce(refused);

    assertThat(dataSource.getConnection()).isNotNull();

    assertThat(server.tokens).hasSize(3);
    assertThat(server.tokens.get(2)).contains(key);
  }

  @Test
  void holdsNobodyUpWhoIsNotRefused() throws SQLException {
    dataSource.getConnection();

    assertThat(dataSource.login().timeToTurn(true)).isZero();
  }

  @Test
  void learnsNothingFromAPoolThatDrainsWhileItIsRefused() throws SQLException {
    dataSource.getConnection();
    time.advance(Duration.ofSeconds(10));
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

    dataSource.connectionsLost();
    time.advance(Duration.ofSeconds(2));
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

    assertThat(dataSource.getProblem()).isPresent();
  }

  @Test
  @Timeout(60)
  void holdsNoThreadForWhichThereIsNoToken() throws SQLException {
    AtomicInteger connections = new AtomicInteger(-1);
    Properties properties = new Properties();
    properties.setProperty(IamSettings.EXPIRATION, "60");
    IamDataSource pool = builder().properties(properties).pool(connections::get, () -> 5).build();
    pool.getConnection();
    pool.connectionsLost();
    server.answers(refused);
    assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);

    connections.set(0);
    key = "";
    time.advance(Duration.ofSeconds(75));
    assertThatThrownBy(pool::getConnection)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Could not sign an IAM token");
  }

  @Test
  void hasAPoolWithConnectionsGiveWayToOthersUntilAnOperatorEndsIt() throws SQLException {
    dataSource.getConnection();
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

    assertThat(server.tokens).as("the same key would do no better").hasSize(2);
    Login login = dataSource.login();
    assertThat(login.timeToTurn(false)).isEqualTo(Duration.ofMillis(1_500));
    assertThat(login.timeToTurn(true)).isGreaterThan(Duration.ofSeconds(9));
    dataSource.renewToken();
    assertThat(login.timeToTurn(true)).isLessThanOrEqualTo(Duration.ZERO);
  }

  @Test
  void spacesTheLoginsOfAPoolWithConnectionsAfterOneWasAcceptedToo() throws SQLException {
    dataSource.getConnection();
    server.answersOnce(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    Login login = dataSource.login();
    time.advance(login.timeToTurn(true));

    dataSource.getConnection();

    assertThat(login.timeToTurn(true)).isPositive();
    assertThat(login.timeToTurn(false)).isZero();
  }

  @Test
  void holdsCallersWhomTheServerIsLikelyToAcceptInTime() throws SQLException {
    Login login = dataSource.login();
    dataSource.getConnection();
    time.advance(Duration.ofSeconds(10));
    dataSource.connectionsLost();
    assertThat(login.isHeld(Duration.ofSeconds(30))).isFalse();
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

    assertThat(login.isHeld(Duration.ofMillis(2_501))).as("1.5 s, and 1 s to tell").isTrue();
    assertThat(login.isHeld(Duration.ofMillis(2_500))).isFalse();
    time.advance(Duration.ofMinutes(5));
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    assertThat(login.isHeld(Duration.ofSeconds(30))).as("after 5 minutes").isFalse();
  }

  @Test
  void tellsHowOldAnAnswerIsAndWhenTheNextLoginIsSent() {
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    time.advance(Duration.ofSeconds(1));

    assertThatThrownBy(dataSource::getConnection)
        .hasMessageEndingWith(" The server answered this 1 s ago; the next login is tried in 1 s.");
    assertThat(dataSource.getTokenStatus().lastFailure())
        .contains("Z: IAM login failed for user \"app\"");
  }

  @Test
  void knowsWhyThereIsNoToken() {
    key = "";
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

    assertThat(dataSource.getProblem()).isPresent();
  }

  @Test
  void triesAnotherTokenWithEachLoginThatFollowsARefusal() {
    server.answers(refused);

    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      time.advance(Duration.ofSeconds(10));
    }

    assertThat(server.tokens).hasSize(5).doesNotHaveDuplicates();
    assertThat(dataSource.getTokenStatus().rejected()).isEqualTo(5);
  }

  @Test
  void givesEachCallerAnExceptionOfItsOwn() {
    server.answers(refused);

    Throwable first = catchThrowable(dataSource::getConnection);
    Throwable second = catchThrowable(dataSource::getConnection);
    Throwable third = catchThrowable(dataSource::getConnection);

    assertThat(second).isNotSameAs(first).isNotSameAs(third);
    assertThat(List.of(first, second, third))
        .allSatisfy(
            e -> {
              assertThat(e).hasMessageStartingWith(first.getMessage());
              assertThat(e.getCause()).isSameAs(refused);
              assertThat(((SQLException) e).getSQLState()).isEqualTo("28000");
            });
  }

  @Test
  void beginsAnewWithItsWaitsOnceALoginWasAccepted() throws SQLException {
    server.answers(refused);
    for (int i = 0; i < 5; i++) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      time.advance(Duration.ofSeconds(10));
    }
    server.accepts();
    assertThat(dataSource.getConnection()).isNotNull();
    assertThat(dataSource.getProblem()).isEmpty();

    server.answers(refused);
    time.advance(Duration.ofSeconds(870));
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    assertThat(dataSource.getProblem()).isPresent();
    time.advance(Duration.ofSeconds(2));

    assertThat(dataSource.getProblem()).isEmpty();
  }

  @Test
  void waitsAfterEachKindOfRefusal() {
    server.answers(noUser);

    assertThatThrownBy(dataSource::getConnection)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Check (1) the user must exist");

    assertThat(dataSource.getProblem()).isPresent();
    assertThat(dataSource.getTokenStatus().rejected()).isZero();
  }

  @Test
  void waitsNotAfterAFailureThatSaysNothingOfTheLogin() {
    server.answers(noDatabase);

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(dataSource::getConnection).isSameAs(noDatabase);
    }

    assertThat(server.tokens).hasSize(3);
    assertThat(dataSource.getProblem()).isEmpty();
  }

  @Test
  void waitsNotWhereTheServerHasTooManyConnections() {
    server.answers(tooMany);

    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(dataSource::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("FATAL: sorry, too many clients already")
          .hasMessageContaining("max_connections");
    }

    assertThat(server.tokens).hasSize(3);
    assertThat(dataSource.getProblem()).isEmpty();
  }

  @Test
  void hopesWhereDsqlTakesNoMoreLoginsAtTheMoment() throws SQLException {
    IamDataSource dsql =
        builder().jdbcUrl("jdbc:postgresql://x.dsql.us-east-2.on.aws/postgres").build();
    server.answers(new SQLException("FATAL: unable to accept connection, rate exceeded", "53400"));

    for (int second = 0; second < 9; second++) {
      assertThatThrownBy(dsql::getConnection).hasMessageContaining("100 connections per second");
      assertThat(dsql.getProblem()).isEmpty();
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(server.tokens).as("one token, each 2 s").hasSize(5);
    assertThat(server.tokens.stream().distinct()).hasSize(1);
    assertThat(dsql.getTokenStatus().rejected()).isZero();
  }

  @Test
  void hopesNotWhereDsqlRefusesATokenAfterItWasAway() throws SQLException {
    IamDataSource dsql =
        builder().jdbcUrl("jdbc:postgresql://x.dsql.us-east-2.on.aws/postgres").build();
    dsql.getConnection();
    time.advance(Duration.ofSeconds(10));
    dsql.connectionsLost();
    server.answers(new SQLException("FATAL: unable to accept connection, access denied", "08006"));

    assertThatThrownBy(dsql::getConnection).hasMessageContaining("must allow dsql:DbConnect");
    assertThatThrownBy(() -> dsql.getConnection("admin ", ""))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("begins or ends with a blank");
    assertThat(dsql.getProblem()).isPresent();
  }

  @Test
  void forgetsARefusalWhenTheServerThenFailsForAnotherReason() {
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    server.answers(noDatabase);
    time.advance(Duration.ofSeconds(2));
    assertThatThrownBy(dataSource::getConnection).isSameAs(noDatabase);

    assertThat(dataSource.getProblem()).isEmpty();
    assertThatThrownBy(dataSource::getConnection).isSameAs(noDatabase);
  }

  @Test
  void replacesATokenThatWasAcceptedBeforeItWasRefused() throws SQLException {
    dataSource.getConnection();
    server.answersOnce(refused);
    time.advance(Duration.ofSeconds(10));

    assertThat(dataSource.getConnection()).isNotNull();

    assertThat(server.tokens).hasSize(3);
    assertThat(server.tokens.get(1)).isEqualTo(server.tokens.get(0));
    assertThat(server.tokens.get(2)).isNotEqualTo(server.tokens.get(0));
  }

  @Test
  void hopesOnceWhereATokenIsNotReplacedSinceASigningHasJustFailed() throws SQLException {
    dataSource.getConnection();
    time.advance(Duration.ofSeconds(700));
    key = "";
    dataSource.getConnection(); // fails to renew the token
    key = "AKIAI44QH8DHBEXAMPLE";
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    assertThat(dataSource.getProblem()).isEmpty();

    time.advance(Duration.ofSeconds(2));

    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    assertThat(dataSource.getProblem()).isPresent();
    assertThat(server.tokens.get(3)).contains(key);
  }

  @Test
  void replacesATokenThatHasBeenWaitingForItsFirstLogin() throws SQLException {
    assertThat(dataSource.getToken("app", Duration.ZERO)).isPresent();
    time.advance(Duration.ofSeconds(10));
    server.answersOnce(refused);

    assertThat(dataSource.getConnection()).isNotNull();

    assertThat(server.tokens).hasSize(2).doesNotHaveDuplicates();
  }

  @Test
  void keepsWhatTheServerSaidOfEachUser() throws SQLException {
    server.refuses("nobody", refused);

    for (int i = 0; i < 100; i++) {
      dataSource.getConnection("app", null);
      assertThatThrownBy(() -> dataSource.getConnection("nobody", null))
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith("IAM login failed for user \"nobody\"");
    }

    assertThat(server.tokens).hasSize(101);
    assertThat(dataSource.getTokenStatus().signed()).isEqualTo(2);
  }

  @Test
  void forgetsUsersWhoseTokensHaveEnded() throws SQLException {
    for (int i = 0; i < 1_000; i++) {
      dataSource.getConnection("user" + i, null);
      time.advance(Duration.ofSeconds(87));
    }

    assertThat(dataSource.otherUsers()).isLessThanOrEqualTo(11);
  }

  @Test
  void runsTheFailureListenerOnTheThreadOfALoginThatFailed() {
    List<Boolean> known = new ArrayList<>();
    IamDataSource listened = builder().failureListener(() -> known.add(true)).build();
    server.answers(refused);

    assertThatThrownBy(listened::getConnection).isInstanceOf(SQLException.class);

    assertThat(known).hasSize(1);
  }

  @Test
  void suspectsTheCredentialsFirstWhereLoginsSucceededBefore() throws SQLException {
    dataSource.getConnection();
    server.answers(refused);

    assertThatThrownBy(dataSource::getConnection)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Check (1) the AWS credentials must not be revoked");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void letsOneLoginAloneFindOutWhetherARefusalStillHolds(boolean renewed) throws Exception {
    server.answers(refused);
    assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    time.advance(Duration.ofSeconds(renewed ? 1 : 2));
    if (renewed) {
      dataSource.renewToken();
    }
    server.accepts();
    CountDownLatch release = server.hold();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      Future<Connection> first = threads.submit(() -> dataSource.getConnection());
      assertThat(server.held.await(30, TimeUnit.SECONDS)).isTrue();

      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
      }
      assertThat(server.tokens).hasSize(2);

      release.countDown();
      assertThat(first.get(30, TimeUnit.SECONDS)).isNotNull();
      assertThat(dataSource.getConnection()).isNotNull();
    } finally {
      release.countDown();
      threads.shutdownNow();
    }
  }

  /** Answers logins as it is told to, and keeps the tokens that it was sent. */
  private static final class Server implements StubDriver.Door {

    private final List<String> tokens = new ArrayList<>();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile CountDownLatch release = new CountDownLatch(0);
    private volatile @Nullable SQLException answer;
    private volatile boolean answersOnce;
    private volatile String refusedUser = "";

    void answers(SQLException exception) {
      answer = exception;
    }

    void answersOnce(SQLException exception) {
      answer = exception;
      answersOnce = true;
    }

    void refuses(String user, SQLException exception) {
      answer = exception;
      refusedUser = user;
    }

    void accepts() {
      answer = null;
    }

    CountDownLatch hold() {
      release = new CountDownLatch(1);
      return release;
    }

    @Override
    public void enter(String user, String token) throws SQLException {
      tokens.add(token);
      SQLException exception = answer;
      if (exception != null && (refusedUser.isEmpty() || refusedUser.equals(user))) {
        answer = answersOnce ? null : exception;
        throw exception;
      }
      held.countDown();
      try {
        release.await();
      } catch (InterruptedException e) {
        throw new SQLException(e);
      }
    }
  }
}
