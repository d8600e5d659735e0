package io.github.iamhikari.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.TestClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CachedTokenTest {

  private static final TokenRequest REQUEST =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "app");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final SigningKey KEY = new SigningKey("AKIA...MPLE", false, null, null);

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
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
      values.add(cached.current(PATIENCE).value());
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(values).containsExactly("token 1");
  }

  @Test
  void givesTheOldTokenWhileItIsRenewedInTheLastFifthOfItsLife() throws Exception {
    CachedToken cached = cached(870);
    cached.current(PATIENCE);

    time.advance(Duration.ofSeconds(696));

    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 1");
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 2");
  }

  @Test
  void signsForEachLoginWhereATokenMayBeUsedForNoTimeAtAll() throws Exception {
    CachedToken cached = cached(0);

    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 1");
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 2");
  }

  @Test
  void givesATokenForOneLoginToOneCallerAlone() throws Exception {
    CachedToken cached = cached(0, threads);
    CountDownLatch release = signer.hold();
    List<Future<String>> callers = callers(20, cached);
    signer.awaitHeld();
    release.countDown();

    Set<String> values = new HashSet<>();
    for (Future<String> caller : callers) {
      values.add(caller.get(30, SECONDS));
    }
    assertThat(values).hasSize(20);
  }

  @Test
  void servesTheOldTokenWhileRenewingFails() throws Exception {
    CachedToken cached = cached(870);
    cached.current(PATIENCE);
    signer.failing = true;

    time.advance(Duration.ofSeconds(696));
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 1");
    time.advance(Duration.ofSeconds(173));
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 1");
  }

  @Test
  void waitsLongerAfterEachFailureToRenew() throws Exception {
    CachedToken cached = cached(870);
    cached.current(PATIENCE);
    signer.failing = true;
    time.advance(Duration.ofSeconds(696));

    List<Integer> secondsOfAttempts = new ArrayList<>();
    for (int second = 0; second < 173; second++) {
      int before = signer.attempts.get();
      cached.current(PATIENCE);
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

    assertThatThrownBy(() -> cached(870).current(PATIENCE))
        .isInstanceOf(SQLException.class)
        .hasMessage(
            "Could not sign an IAM token for user \"app\" at"
                + " db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432 (region us-east-2): the"
                + " metadata service is down")
        .hasCauseInstanceOf(IllegalStateException.class)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("08001");
  }

  @Test
  void sharesAFailureForAMomentAndThenTriesAgain() throws Exception {
    CachedToken cached = cached(870);
    signer.failing = true;
    assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);
    signer.failing = false;

    time.advance(Duration.ofMillis(999));
    assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);
    assertThat(signer.attempts).hasValue(1);

    time.advance(Duration.ofMillis(1));
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 2");
  }

  @Test
  void takesAFailureForLastingWhereNoTokenWasEverSigned() throws Exception {
    CachedToken cached = cached(870);
    signer.failing = true;
    assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);
    assertThat(cached.problem() == null).isFalse();

    signer.failing = false;
    time.advance(Duration.ofSeconds(1));
    cached.current(PATIENCE);
    signer.failing = true;
    time.advance(Duration.ofSeconds(870));
    assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);

    assertThat(cached.problem() == null).isTrue();
  }

  @Test
  void waitsLessLongWhileThereIsNoToken() {
    CachedToken cached = cached(870);
    signer.failing = true;

    List<Integer> secondsOfAttempts = new ArrayList<>();
    for (int second = 0; second < 30; second++) {
      int before = signer.attempts.get();
      assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);
      if (signer.attempts.get() > before) {
        secondsOfAttempts.add(second);
      }
      time.advance(Duration.ofSeconds(1));
    }

    assertThat(secondsOfAttempts).containsExactly(0, 1, 3, 7, 12, 17, 22, 27);
  }

  @Test
  void sharesOneFailureAmongManyCallers() throws Exception {
    CachedToken cached = cached(870, threads);
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
    CachedToken cached = cached(870, threads);
    cached.current(PATIENCE);
    time.advance(Duration.ofSeconds(820));
    CountDownLatch release = signer.hold();

    for (Future<String> caller : callers(200, cached)) {
      assertThat(caller.get(30, SECONDS)).isEqualTo("token 1");
    }

    release.countDown();
    time.advance(Duration.ofSeconds(50));
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 2");
    assertThat(signer.attempts).hasValue(2);
  }

  @Test
  void waitsNoLongerThanItsCallerForAProviderThatHangs() throws Exception {
    CachedToken cached = cached(870, threads);
    signer.hold();

    assertThatThrownBy(() -> cached.current(Duration.ofMillis(10)))
        .isInstanceOf(SQLException.class)
        .hasMessage(
            "Could not sign an IAM token for user \"app\" at"
                + " db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432 (region us-east-2) within 0.01"
                + " s: the AWS credentials provider did not answer. Check that this machine can"
                + " reach the service that provides the credentials (the EC2 metadata service, the"
                + " container's agent, STS).");
    time.advance(Duration.ofSeconds(7));
    assertThat(cached.status().awaited()).isEqualTo(Duration.ofSeconds(7));
    assertThat(cached.problem() == null).isTrue();
  }

  @Test
  void givesUpAProviderThatHangsAndAsksItAgain() throws Exception {
    CachedToken cached = cached(870, threads);
    signer.hold();
    assertThatThrownBy(() -> cached.current(Duration.ZERO)).isInstanceOf(SQLException.class);
    signer.awaitHeld();
    signer.letTheNextGo();
    time.advance(Duration.ofSeconds(60));

    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 2");
    assertThat(signer.interrupted.await(30, SECONDS)).isTrue();
    assertThat(cached.status().lastFailure())
        .endsWith("the AWS credentials provider did not answer within 60 s");
  }

  @Test
  void asksNoThirdTimeAProviderThatHeedsNoInterrupt() throws Exception {
    Semaphore asked = new Semaphore(0);
    Semaphore release = new Semaphore(0);
    CachedToken cached =
        cached(
            870,
            (request, expiration) -> {
              asked.release();
              release.acquireUninterruptibly();
              throw new IllegalStateException("too late");
            },
            threads);
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(() -> cached.current(Duration.ZERO)).isInstanceOf(SQLException.class);
      assertThat(i >= 2 || asked.tryAcquire(30, SECONDS)).isTrue();
      time.advance(Duration.ofSeconds(60));
    }

    assertThat(asked.availablePermits()).isZero();
    release.release(2);
  }

  @Test
  void letsGoWhoWaitsForATokenWhenItIsClosed() throws Exception {
    CachedToken cached = cached(870, threads);
    signer.hold();
    Future<String> caller = threads.submit(() -> cached.current(PATIENCE).value());
    signer.awaitHeld();

    cached.close();

    assertThatThrownBy(() -> caller.get(30, SECONDS)).hasCauseInstanceOf(SQLException.class);
    assertThat(signer.interrupted.await(30, SECONDS)).isTrue();
    assertThatThrownBy(() -> cached.current(PATIENCE)).isInstanceOf(SQLException.class);
    assertThat(signer.attempts).hasValue(1);
  }

  @Test
  void failsWhereNoThreadCanBeStarted() {
    CachedToken cached =
        cached(
            870,
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            });

    assertThatThrownBy(() -> cached.current(PATIENCE))
        .isInstanceOf(SQLException.class)
        .hasMessageEndingWith(": unable to create native thread");
  }

  @Test
  void heedsAnInterruptWhileATokenIsSigned() throws Exception {
    CachedToken cached = cached(870, threads);
    CountDownLatch release = signer.hold();

    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> cached.current(PATIENCE))
        .isInstanceOf(SQLException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();

    release.countDown();
    assertThat(cached.current(PATIENCE).value()).isEqualTo("token 1");
  }

  @Test
  void keepsATokenThatItCannotReplace() throws Exception {
    CachedToken cached = cached(870);
    IamToken unwanted = cached.current(PATIENCE);
    signer.failing = true;

    assertThat(cached.insteadOf(unwanted, PATIENCE)).isNull();
    assertThat(cached.current(PATIENCE)).isEqualTo(unwanted);
  }

  @Test
  void replacesARefusedTokenSoonAfterASigningFailed() throws Exception {
    CachedToken cached = cached(870);
    IamToken refused = cached.current(PATIENCE);
    signer.failing = true;
    time.advance(Duration.ofSeconds(700));
    cached.current(PATIENCE); // fails to renew it
    signer.failing = false;

    for (int refusals = 0; refusals < 100; refusals++) {
      assertThat(cached.insteadOf(refused, PATIENCE)).isNull();
    }
    assertThat(signer.attempts).as("one fails for all").hasValue(2);
    time.advance(Duration.ofSeconds(1));
    assertThat(value(cached.insteadOf(refused, PATIENCE))).isEqualTo("token 3");
  }

  private CachedToken cached(int expiration) {
    return cached(expiration, Runnable::run);
  }

  private CachedToken cached(int expiration, Executor signingThreads) {
    return cached(expiration, signer, signingThreads);
  }

  private CachedToken cached(int expiration, TokenSigner signedBy, Executor signingThreads) {
    return new CachedToken(
        "pool",
        REQUEST,
        Duration.ofSeconds(expiration),
        signedBy,
        signingThreads,
        time,
        time::nanoTime,
        new LoginStatistics(time));
  }

  private List<Future<String>> callers(int count, CachedToken cached) {
    List<Future<String>> callers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      callers.add(threads.submit(() -> cached.current(PATIENCE).value()));
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
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private volatile boolean failing;
    private volatile CountDownLatch release = new CountDownLatch(0);

    @Override
    public IamToken sign(TokenRequest request, Duration expiration) {
      int attempt = attempts.incrementAndGet();
      try {
        CountDownLatch released = release;
        if (released.getCount() > 0) {
          held.countDown();
          released.await();
        }
      } catch (InterruptedException e) {
        interrupted.countDown();
        throw new IllegalStateException(e);
      }
      if (failing) {
        throw new IllegalStateException("the metadata service is down");
      }
      return IamToken.signed("token " + attempt, time.instant(), expiration, KEY, "us-east-2");
    }

    CountDownLatch hold() {
      release = new CountDownLatch(1);
      return release;
    }

    void letTheNextGo() {
      release = new CountDownLatch(0);
    }

    void awaitHeld() throws InterruptedException {
      assertThat(held.await(30, SECONDS)).isTrue();
    }
  }
}
