package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.TestClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.lifecycle.BeforeTry;
import org.jspecify.annotations.Nullable;

/** What holds for every token, at every time. */
class IamTokenPropertiesTest {

  private static final Instant SIGNED = Instant.parse("2026-11-22T12:00:00Z");

  private static final TokenRequest REQUEST =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "app");

  private TestClock time = TestClock.stoppedAt(SIGNED);
  private boolean failing;
  private boolean hasFailed;
  private int attempts;
  private long attemptedNanos;
  private long signedNanos;
  private @Nullable IamToken last;

  @BeforeTry
  void beginAnew() {
    time = TestClock.stoppedAt(SIGNED);
    failing = false;
    hasFailed = false;
    attempts = 0;
    last = null;
  }

  @Property
  void aTokenIsUsedWithinItsTimeAndItsCredentialsAndRenewedInItsLastFifth(
      @ForAll @IntRange(max = 1_000) int expiration,
      @ForAll("lives") @Nullable Integer credentialsLive,
      @ForAll @IntRange(max = 1_200) int thousandthsOfItsLife,
      @ForAll @LongRange(min = -2_000_000, max = 2_000_000) long wallIsAheadByMillis) {
    long life = Math.min(expiration, 900) * 1_000L;
    if (credentialsLive != null) {
      life = Math.max(0, Math.min(life, (credentialsLive - 10) * 1_000L));
    }
    long elapsedMillis = life * thousandthsOfItsLife / 1_000;
    long wallMillis = elapsedMillis + wallIsAheadByMillis;
    IamToken token = token(1, SIGNED, expiration, credentialsLive);
    Instant now = SIGNED.plusMillis(wallMillis);
    Duration elapsed = Duration.ofMillis(elapsedMillis);
    long age = Math.max(wallMillis, elapsedMillis);

    IamToken.State state = token.stateAt(now, elapsed);

    assertThat(state == IamToken.State.EXPIRED).isEqualTo(age >= life);
    assertThat(token.remainingAt(now, elapsed)).hasMillis(Math.max(0, life - age));
    if (state != IamToken.State.EXPIRED) {
      assertThat(state == IamToken.State.DUE).isEqualTo(age >= life * 4 / 5 || wallMillis < 0);
    }
    assertThat(token.stateAt(now.plusMillis(1), elapsed.plusMillis(1)).compareTo(state))
        .as("never younger again, unless its time of signing was still to come")
        .isGreaterThanOrEqualTo(wallMillis < 0 ? -1 : 0);
  }

  /** Seconds, or null for credentials that do not end. */
  @Provide
  Arbitrary<Integer> lives() {
    return Arbitraries.integers().between(-100, 2_000).injectNull(0.2);
  }

  enum Step {
    ASK,
    RENEW,
    FAIL,
    RECOVER,
    PASS_A_SECOND,
    PASS_MOST_OF_A_LIFE,
    SLEEP,
    SET_CLOCK_BACK
  }

  @Property(tries = 500)
  void aCacheGivesNoTokenThatHasExpiredAndSignsNoneTooEarly(
      @ForAll("steps") List<Step> steps,
      @ForAll @IntRange(min = 1, max = 900) int expiration,
      @ForAll("lives") @Nullable Integer credentialsLive)
      throws SQLException {
    CachedToken cached =
        new CachedToken(
            "pool",
            REQUEST,
            Duration.ofSeconds(expiration),
            (request, life) -> sign(expiration, credentialsLive),
            Runnable::run,
            time,
            time::nanoTime,
            new LoginStatistics(time));
    for (Step step : steps) {
      switch (step) {
        case ASK -> ask(cached);
        case RENEW -> renew(cached);
        case FAIL -> failing = true;
        case RECOVER -> failing = false;
        case PASS_A_SECOND -> time.advance(Duration.ofSeconds(1));
        case PASS_MOST_OF_A_LIFE -> time.advance(Duration.ofSeconds(expiration * 4L / 5));
        case SLEEP -> time.setWallClock(Duration.ofMinutes(7));
        case SET_CLOCK_BACK -> time.setWallClock(Duration.ofMinutes(-3));
      }
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Arbitraries.of(Step.class).list().ofMaxSize(40);
  }

  private IamToken sign(int expiration, @Nullable Integer credentialsLive) {
    attempts++;
    hasFailed = failing;
    attemptedNanos = time.nanoTime();
    if (failing) {
      throw new IllegalStateException("the metadata service is down");
    }
    signedNanos = attemptedNanos;
    last = token(attempts, time.instant(), expiration, credentialsLive);
    return last;
  }

  private void ask(CachedToken cached) throws SQLException {
    int before = attempts;
    IamToken.State state = state();
    boolean mayNotSign =
        state == IamToken.State.FRESH
            || (hasFailed && time.nanoTime() - attemptedNanos < 1_000_000_000);
    try {
      IamToken given = cached.current(Duration.ofSeconds(30));
      boolean isForOneLogin = given.usableFor().isZero();
      assertThat(isForOneLogin || state() != IamToken.State.EXPIRED).isTrue();
    } catch (SQLException e) {
      assertThat(state).isEqualTo(IamToken.State.EXPIRED);
      assertThat(hasFailed).isTrue();
    }
    assertThat(attempts - before).as("signings").isBetween(0, mayNotSign ? 0 : 1);
  }

  private void renew(CachedToken cached) {
    int before = attempts;
    boolean renewed = true;
    try {
      cached.renew(Duration.ofSeconds(30));
    } catch (SQLException e) {
      renewed = false;
    }
    assertThat(renewed).isNotEqualTo(failing);
    assertThat(attempts).isEqualTo(before + 1);
  }

  private IamToken.State state() {
    return last == null
        ? IamToken.State.EXPIRED
        : last.stateAt(time.instant(), Duration.ofNanos(time.nanoTime() - signedNanos));
  }

  @Property
  void aBackOffDoublesUpToItsLongestAndEndsOnce(
      @ForAll @IntRange(min = 1, max = 20) int failures,
      @ForAll long now,
      @ForAll @LongRange(max = 60_000) long passedMillis) {
    Duration longest = Duration.ofSeconds(30);
    BackOff backOff = BackOff.after(null, Duration.ofSeconds(1), longest, now);
    for (int i = 1; i < failures; i++) {
      backOff = BackOff.after(backOff, Duration.ofSeconds(1), longest, now);
    }
    long length = Math.min(30_000, 1_000L << (failures - 1));
    long later = now + passedMillis * 1_000_000; // may overflow, as System.nanoTime() does

    assertThat(backOff.length()).hasMillis(length);
    assertThat(backOff.remainingAt(later)).hasMillis(length - passedMillis);
    assertThat(backOff.isOverAt(later)).isEqualTo(passedMillis >= length);
    assertThat(backOff.atMost(Duration.ofSeconds(5)).length()).hasMillis(Math.min(5_000, length));
    assertThat(backOff.restartedAt(later).remainingAt(later)).hasMillis(length);
  }

  private static IamToken token(
      int number, Instant signedAt, int expiration, @Nullable Integer credentialsLive) {
    Instant end = credentialsLive == null ? null : signedAt.plusSeconds(credentialsLive);
    SigningKey key = new SigningKey("AKIA...MPLE", true, null, end);
    return IamToken.signed(
        "token " + number, signedAt, Duration.ofSeconds(expiration), key, "us-east-2");
  }
}
