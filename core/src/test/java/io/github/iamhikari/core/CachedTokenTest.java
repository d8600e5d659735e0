package io.github.iamhikari.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedTokenTest {

  private static final TokenRequest REQUEST =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "app");

  private static final SigningKey KEY = new SigningKey("AKIA...MPLE", false, null);

  private final FakeTime time = new FakeTime();
  private final CountingSigner signer = new CountingSigner();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  @Test
  void signsNothingBeforeItIsAsked() {
    cached(870);

    assertThat(signer.attempts).hasValue(0);
  }

  @Test
  void signsOnceInATokensLife() throws Exception {
    CachedToken cached = cached(870);

    Set<String> values = new HashSet<>();
    for (int second = 0; second < 695; second++) {
      values.add(cached.current().value());
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(values).containsExactly("token 1");
  }

  @Test
  void renewsInTheLastFifthOfALife() throws Exception {
    CachedToken cached = cached(870);
    cached.current();

    time.advance(Duration.ofSeconds(696));

    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void signsForEachLoginWhereATokenMayBeUsedForNoTimeAtAll() throws Exception {
    CachedToken cached = cached(0);

    String first = cached.current().value();

    assertThat(cached.currentOr(first).value()).isEqualTo("token 1");
    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void sendsNoTokenThatExpiredAfterItWasHandedOut() throws Exception {
    CachedToken cached = cached(870);
    String handedOut = cached.current().value();
    time.advance(Duration.ofSeconds(870));

    assertThat(cached.currentOr(handedOut).value()).isEqualTo("token 2");
  }

  @Test
  void sendsNoTokenForOneLoginALongTimeAfterItWasHandedOut() throws Exception {
    CachedToken cached = cached(0);
    String handedOut = cached.current().value();
    time.setWallClock(Duration.ofSeconds(2));

    assertThat(cached.currentOr(handedOut).value()).isEqualTo("token 2");
  }

  @Test
  void neverSendsWhatItDidNotSign() throws Exception {
    CachedToken cached = cached(870);

    assertThat(cached.currentOr("a password").value()).isEqualTo("token 1");
    assertThat(cached.currentOr("").value()).isEqualTo("token 1");
    assertThat(cached.currentOr(null).value()).isEqualTo("token 1");
  }

  @Test
  void servesTheOldTokenWhileRenewingFails() throws Exception {
    CachedToken cached = cached(870);
    cached.current();
    signer.failing = true;

    time.advance(Duration.ofSeconds(696));
    assertThat(cached.current().value()).isEqualTo("token 1");
    time.advance(Duration.ofSeconds(173));
    assertThat(cached.current().value()).isEqualTo("token 1");
  }

  @Test
  void waitsLongerAfterEachFailureToRenew() throws Exception {
    CachedToken cached = cached(870);
    cached.current();
    signer.failing = true;
    time.advance(Duration.ofSeconds(696));

    List<Integer> secondsOfAttempts = new ArrayList<>();
    for (int second = 0; second < 173; second++) {
      int before = signer.attempts.get();
      cached.current();
      if (signer.attempts.get() > before) {
        secondsOfAttempts.add(second);
      }
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(secondsOfAttempts).containsExactly(0, 1, 3, 7, 15, 31, 61, 91, 121, 151);
  }

  @Test
  void tellsWhyThereIsNoToken() {
    signer.failing = true;

    assertThatThrownBy(() -> cached(870).current())
        .isInstanceOf(SQLException.class)
        .hasMessage(
            "No IAM token could be signed for user \"app\" at"
                + " db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432 (region us-east-2):"
                + " the metadata service is down")
        .hasCauseInstanceOf(IllegalStateException.class)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("08001");
  }

  @Test
  void neverUsesATokenAfterItsTimeEvenIfNoneCanBeSigned() throws Exception {
    CachedToken cached = cached(870);
    cached.current();
    signer.failing = true;

    time.advance(Duration.ofSeconds(870));

    assertThatThrownBy(cached::current).isInstanceOf(SQLException.class);
  }

  @Test
  void handsOutNoTokenThatExpiredWhileItsRenewalFailed() throws Exception {
    CachedToken cached = cached(870);
    cached.current();
    time.advance(Duration.ofSeconds(869));
    signer.failing = true;
    signer.takes = Duration.ofSeconds(2);

    assertThatThrownBy(cached::current).isInstanceOf(SQLException.class);
  }

  @Test
  void sharesAFailureForAMomentAndThenTriesAgain() throws Exception {
    CachedToken cached = cached(870);
    signer.failing = true;
    assertThatThrownBy(cached::current).isInstanceOf(SQLException.class);
    signer.failing = false;

    time.advance(Duration.ofMillis(999));
    assertThatThrownBy(cached::current).isInstanceOf(SQLException.class);
    assertThat(signer.attempts).hasValue(1);

    time.advance(Duration.ofMillis(1));
    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void waitsLessLongWhileThereIsNoToken() {
    CachedToken cached = cached(870);
    signer.failing = true;

    List<Integer> secondsOfAttempts = new ArrayList<>();
    for (int second = 0; second < 30; second++) {
      int before = signer.attempts.get();
      assertThatThrownBy(cached::current).isInstanceOf(SQLException.class);
      if (signer.attempts.get() > before) {
        secondsOfAttempts.add(second);
      }
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(secondsOfAttempts).containsExactly(0, 1, 3, 7, 12, 17, 22, 27);
  }

  @Test
  void renewsAfterTheMachineSlept() throws Exception {
    CachedToken cached = cached(870);
    cached.current();

    time.setWallClock(Duration.ofHours(8));

    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void countsTheTimeThatPassedWhenTheClockIsSetBack() throws Exception {
    CachedToken cached = cached(870);
    cached.current();

    time.advance(Duration.ofSeconds(870));
    time.setWallClock(Duration.ofMinutes(-10));

    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void signsOnceForManyCallersWithoutALivingToken() throws Exception {
    CachedToken cached = cached(870);
    CountDownLatch release = signer.hold();

    List<Future<String>> callers = callers(1_000, cached);
    signer.awaitHeld();
    release.countDown();

    for (Future<String> caller : callers) {
      assertThat(caller.get(30, SECONDS)).isEqualTo("token 1");
    }
    assertThat(signer.attempts).hasValue(1);
  }

  @Test
  void sharesOneFailureAmongManyCallers() throws Exception {
    CachedToken cached = cached(870);
    signer.failing = true;
    CountDownLatch release = signer.hold();

    List<Future<String>> callers = callers(200, cached);
    signer.awaitHeld();
    release.countDown();

    for (Future<String> caller : callers) {
      assertThatThrownBy(() -> caller.get(30, SECONDS)).hasCauseInstanceOf(SQLException.class);
    }
    assertThat(signer.attempts).hasValue(1);
  }

  @Test
  void keepsNobodyWaitingWhileALivingTokenIsRenewed() throws Exception {
    CachedToken cached = cached(870);
    cached.current();
    time.advance(Duration.ofSeconds(700));
    CountDownLatch release = signer.hold();
    Future<String> renewer = threads.submit(() -> cached.current().value());
    signer.awaitHeld();

    for (Future<String> caller : callers(200, cached)) {
      assertThat(caller.get(30, SECONDS)).isEqualTo("token 1");
    }
    assertThat(renewer).isNotDone();

    release.countDown();
    assertThat(renewer.get(30, SECONDS)).isEqualTo("token 2");
  }

  @Test
  void heedsAnInterruptWhileAnotherCallerSigns() throws Exception {
    CachedToken cached = cached(870);
    CountDownLatch release = signer.hold();
    Future<String> first = threads.submit(() -> cached.current().value());
    signer.awaitHeld();

    Thread.currentThread().interrupt();
    assertThatThrownBy(cached::current)
        .isInstanceOf(SQLException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();

    release.countDown();
    assertThat(first.get(30, SECONDS)).isEqualTo("token 1");
  }

  @Test
  void replacesATokenThatWasAcceptedBeforeItWasRefused() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current();
    cached.accepted(refused);

    assertThat(value(cached.replacementFor(refused))).isEqualTo("token 2");
    assertThat(cached.current().value()).isEqualTo("token 2");
  }

  @Test
  void replacesATokenThatHasBeenWaitingForItsFirstLogin() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current();
    time.advance(Duration.ofSeconds(10));

    assertThat(value(cached.replacementFor(refused))).isEqualTo("token 2");
  }

  @Test
  void hasNothingBetterThanANewTokenThatWasRefused() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current();

    assertThat(cached.replacementFor(refused)).isNull();
    assertThat(signer.attempts).hasValue(1);
  }

  @Test
  void replacesARefusedTokenOnceForAllWhoUsedIt() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current();
    cached.accepted(refused);

    List<String> replacements = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      replacements.add(value(cached.replacementFor(refused)));
    }

    assertThat(replacements).hasSize(10).containsOnly("token 2");
  }

  @Test
  void keepsARefusedTokenThatItCannotReplace() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current();
    cached.accepted(refused);
    signer.failing = true;

    assertThat(cached.replacementFor(refused)).isNull();
    assertThat(cached.current()).isEqualTo(refused);
  }

  private CachedToken cached(int expiration) {
    return new CachedToken(
        "pool",
        REQUEST,
        Duration.ofSeconds(expiration),
        signer,
        time,
        time::nanoTime,
        new LoginStatistics(time));
  }

  private List<Future<String>> callers(int count, CachedToken cached) {
    List<Future<String>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(threads.submit(() -> cached.current().value()));
    }
    return callers;
  }

  private static @Nullable String value(@Nullable IamToken token) {
    return token == null ? null : token.value();
  }

  /** Numbers its tokens; fails or hangs when told so. */
  private final class CountingSigner implements TokenSigner {

    private final AtomicInteger attempts = new AtomicInteger();
    private final CountDownLatch held = new CountDownLatch(1);
    private volatile boolean failing;
    private volatile Duration takes = Duration.ZERO;
    private volatile CountDownLatch release = new CountDownLatch(0);

    @Override
    public IamToken sign(TokenRequest request, Duration expiration) {
      int attempt = attempts.incrementAndGet();
      try {
        if (release.getCount() > 0) {
          held.countDown();
          release.await();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      time.advance(takes);
      if (failing) {
        throw new IllegalStateException("the metadata service is down");
      }
      return IamToken.signed("token " + attempt, time.instant(), expiration, KEY);
    }

    CountDownLatch hold() {
      release = new CountDownLatch(1);
      return release;
    }

    void awaitHeld() throws InterruptedException {
      assertThat(held.await(30, SECONDS)).isTrue();
    }
  }
}
