package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins of one user at one endpoint: with which token, and what the server said to it.
 *
 * <p>A token that the server refuses is replaced once, if it was in use already. When a new one is
 * refused, that is the server's verdict: for a while it is the answer to all who come, and one
 * login at a time then finds out whether it still holds. May be shared between threads.
 */
final class IamLogins {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** HikariCP comes again after 10 ms; the server sees the doubling of this. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private final String name;
  private final TokenRequest request;
  private final CachedToken tokens;
  private final LoginStatistics statistics;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private final AtomicReference<@Nullable Verdict> verdict = new AtomicReference<>();

  private volatile boolean hasSucceeded;

  /** Whether the last login failed, and not by a verdict. */
  private volatile boolean failedOtherwise;

  /**
   * @param name stands first in log lines
   * @param clock the wall clock, which may be set at any time
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   */
  IamLogins(
      String name,
      TokenRequest request,
      CachedToken tokens,
      LoginStatistics statistics,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.name = name;
    this.request = request;
    this.tokens = tokens;
    this.statistics = statistics;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  TokenRequest request() {
    return request;
  }

  CachedToken tokens() {
    return tokens;
  }

  /**
   * Opens a connection.
   *
   * @param handedOut the token that {@link CachedToken#current()} gave for this, if any
   * @throws SQLException if no token can be signed, or the server refuses the login or did so just
   *     now, or the connection fails for another reason
   */
  Connection open(DataSource driver, @Nullable String handedOut) throws SQLException {
    verdictToChallenge(); // before a token is signed for nothing
    IamToken first = tokenToSend(handedOut);
    Verdict challenged = challengedVerdict();
    try {
      return connected(driver, first);
    } catch (SQLException refusal) {
      boolean isRefused = LoginFailure.of(refusal) == LoginFailure.TOKEN_REFUSED;
      IamToken second = isRefused ? tokens.replacementFor(first) : null;
      if (second == null) {
        throw explained(refusal, first, challenged);
      }
      try {
        return connected(driver, second);
      } catch (SQLException lastRefusal) {
        throw explained(lastRefusal, second, challenged);
      }
    }
  }

  /** What the server said to the last login, if it refused one with a new token. */
  Optional<SQLException> refusal() {
    return Optional.ofNullable(verdict.get()).map(this::refusal);
  }

  /** What is to be expected of the next login. */
  LoginState state() {
    Verdict standing = verdict.get();
    if (standing == null) {
      return failedOtherwise ? LoginState.FAILED : LoginState.OPEN;
    }
    return standing.backOff.isOverAt(nanoTime.getAsLong())
        ? LoginState.REFUSED
        : LoginState.HELD_BACK;
  }

  /** Takes a new token for the next login, and lets it be sent whatever was refused before. */
  void renew() throws SQLException {
    tokens.renew();
    long now = nanoTime.getAsLong();
    verdict.updateAndGet(standing -> standing == null ? null : standing.overAt(now));
  }

  /**
   * The verdict that stands now, if there is one.
   *
   * @throws SQLException if it is too early to challenge it
   */
  private @Nullable Verdict verdictToChallenge() throws SQLException {
    Verdict standing = verdict.get();
    if (standing != null && !standing.backOff.isOverAt(nanoTime.getAsLong())) {
      throw refusal(standing);
    }
    return standing;
  }

  /**
   * The verdict that the login at hand challenges, alone, if there is one.
   *
   * @throws SQLException if it is too early for that, or another login is about to
   */
  private @Nullable Verdict challengedVerdict() throws SQLException {
    while (true) {
      Verdict standing = verdictToChallenge();
      if (standing == null) {
        return null;
      }
      Verdict challenged = standing.waitingOnceMore(nanoTime.getAsLong());
      if (verdict.compareAndSet(standing, challenged)) {
        return challenged;
      }
    }
  }

  private IamToken tokenToSend(@Nullable String handedOut) throws SQLException {
    try {
      return tokens.currentOr(handedOut);
    } catch (SQLException e) {
      failedOtherwise = true;
      throw e;
    }
  }

  private Connection connected(DataSource driver, IamToken token) throws SQLException {
    try {
      Connection connection = driver.getConnection(request.user(), token.value());
      tokens.accepted(token);
      hasSucceeded = true;
      failedOtherwise = false;
      if (verdict.getAndSet(null) != null) {
        logger.info("{} - Logins of {} are accepted again.", name, request);
      }
      return connection;
    } catch (SQLException e) {
      if (LoginFailure.of(e) == LoginFailure.TOKEN_REFUSED) {
        statistics.rejected();
      }
      throw e;
    }
  }

  /** What leaves for the caller; if it is a verdict of the server, it is kept for those to come. */
  private SQLException explained(
      SQLException failure, IamToken token, @Nullable Verdict challenged) {
    LoginFailure kind = LoginFailure.of(failure);
    if (kind == LoginFailure.UNRELATED) {
      passes(challenged);
      return failure;
    }
    Instant now = clock.instant();
    String message = kind.explain(failure, request, token, hasSucceeded, now);
    statistics.lastFailure(message);
    if (kind == LoginFailure.TOO_MANY_CONNECTIONS) {
      passes(challenged);
      return exception(message, failure);
    }
    tokens.refused(token);
    Verdict next = Verdict.of(message, failure, challenged, nanoTime.getAsLong());
    if (verdict.compareAndSet(challenged, next) && challenged == null) {
      logger.warn("{} - {}", name, message);
    }
    return exception(message, failure);
  }

  /** Takes note of a failure that says nothing of the token. */
  private void passes(@Nullable Verdict challenged) {
    failedOtherwise = true;
    verdict.compareAndSet(challenged, null);
  }

  /** For one more who is not let through. */
  private SQLException refusal(Verdict standing) {
    long now = nanoTime.getAsLong();
    long age = Duration.ofNanos(now - standing.answeredNanos).toSeconds();
    long wait = Math.max(0, standing.backOff.remainingAt(now).plusMillis(999).toSeconds());
    return exception(
        standing.message
            + " This was the server's answer "
            + age
            + " s ago; the next login is sent in "
            + wait
            + " s.",
        standing.answer);
  }

  private static SQLException exception(String message, SQLException cause) {
    return new SQLException(message, cause.getSQLState(), cause.getErrorCode(), cause);
  }

  /**
   * What the server said to a new token.
   *
   * @param message the answer, explained
   * @param answer the driver's exception
   * @param answeredNanos when that was
   * @param backOff until the next login is sent
   */
  private record Verdict(String message, SQLException answer, long answeredNanos, BackOff backOff) {

    private static Verdict of(
        String message, SQLException answer, @Nullable Verdict previous, long now) {
      BackOff before = previous == null ? null : previous.backOff;
      BackOff backOff = BackOff.after(before, FIRST_WAIT, LONGEST_WAIT, now);
      return new Verdict(message, answer, now, backOff);
    }

    private Verdict overAt(long now) {
      BackOff over = new BackOff(FIRST_WAIT, now - FIRST_WAIT.toNanos());
      return new Verdict(message, answer, answeredNanos, over);
    }

    private Verdict waitingOnceMore(long now) {
      return new Verdict(message, answer, answeredNanos, backOff.restartedAt(now));
    }
  }
}
