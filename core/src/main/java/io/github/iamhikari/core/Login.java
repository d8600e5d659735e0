package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The login of one user at one endpoint: which token the server accepted, which it refused, and
 * when the next login may be sent.
 *
 * <p>A token that the server refuses is replaced once, if it was in use already. If a new one is
 * refused, the server would refuse the next one as well: for a while its answer is given to all
 * callers, and then one login at a time finds out whether it still holds. May be shared between
 * threads.
 */
final class Login {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** HikariCP tries again after 10 ms; the server sees the doubling of this. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** A token refused at this age, and never accepted before: another one would be refused too. */
  private static final Duration NEW = Duration.ofSeconds(10);

  private final String name;
  private final TokenRequest request;
  private final CachedToken tokens;
  private final LoginStatistics statistics;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private volatile @Nullable IamToken accepted;
  private volatile @Nullable IamToken refused;
  private final AtomicReference<@Nullable Refusal> refusal = new AtomicReference<>();

  /**
   * @param name stands first in log lines
   * @param tokens of this user
   * @param clock the wall clock, which may be set at any time
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   */
  Login(
      String name,
      CachedToken tokens,
      LoginStatistics statistics,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.name = name;
    this.request = tokens.request();
    this.tokens = tokens;
    this.statistics = statistics;
    this.clock = clock;
    this.nanoTime = nanoTime;
  }

  CachedToken tokens() {
    return tokens;
  }

  /**
   * Opens a connection.
   *
   * @param patience how long to wait for a token if none lives
   * @throws SQLException if no token can be signed, or the server refuses the login or did so just
   *     now, or the connection fails for another reason
   */
  Connection open(DataSource driver, Duration patience) throws SQLException {
    refusalToChallenge(); // before a token is signed in vain
    IamToken first = tokenToSend(patience);
    Refusal challenged = challengedRefusal();
    try {
      return connect(driver, first);
    } catch (SQLException answer) {
      boolean isRefused = LoginFailure.of(answer) == LoginFailure.TOKEN_REFUSED;
      IamToken second = isRefused ? replacementFor(first, patience) : null;
      if (second == null) {
        throw explained(answer, first, challenged);
      }
      try {
        return connect(driver, second);
      } catch (SQLException lastAnswer) {
        throw explained(lastAnswer, second, challenged);
      }
    }
  }

  /** Why a login would fail now, if that is known without sending one; a new exception. */
  Optional<SQLException> problem() {
    Refusal last = refusal.get();
    return last != null && !last.backOff.isOverAt(nanoTime.getAsLong())
        ? Optional.of(exception(last))
        : Optional.ofNullable(tokens.problem());
  }

  /** Whether nothing would be lost without this: it has no living token, and waits for nothing. */
  boolean isIdle() {
    return tokens.isIdle() && problem().isEmpty();
  }

  /** Takes a new token for the next login, and lets it be sent whatever was refused before. */
  void renew(Duration patience) throws SQLException {
    tokens.renew(patience);
    long now = nanoTime.getAsLong();
    refusal.updateAndGet(last -> last == null ? null : last.withoutWait(now));
  }

  /**
   * The current token, or if that was refused already, another one, since by now the AWS
   * credentials may be others. A refused token is sent again if there is no other one: a server may
   * also refuse a good one.
   */
  private IamToken tokenToSend(Duration patience) throws SQLException {
    IamToken current = tokens.current(patience);
    if (!current.equals(refused)) {
      return current;
    }
    IamToken other = tokens.insteadOf(current, patience);
    return other == null ? tokens.current(patience) : other;
  }

  /**
   * The token to try instead of one that the server refused. Null if no other one would do better:
   * the refused one was new itself and no login with it ever succeeded, or none can be signed.
   */
  private @Nullable IamToken replacementFor(IamToken token, Duration patience) {
    if (!token.equals(accepted) && tokens.isCurrentAndYoungerThan(NEW, token)) {
      return null;
    }
    logger.info("{} - The token for {} was refused, a new one is tried.", name, request);
    return tokens.insteadOf(token, patience);
  }

  private Connection connect(DataSource driver, IamToken token) throws SQLException {
    try {
      Connection connection = driver.getConnection(request.user(), token.value());
      accepted = token;
      refused = null; // that token has been replaced, or is taken now
      if (refusal.getAndSet(null) != null) {
        logger.info("{} - Logins of {} are accepted again.", name, request);
      }
      return connection;
    } catch (SQLException e) {
      if (LoginFailure.of(e) == LoginFailure.TOKEN_REFUSED) {
        refused = token;
        statistics.rejected();
      }
      throw e;
    }
  }

  /**
   * The refusal that stands, if there is one.
   *
   * @throws SQLException if it is too early to challenge it
   */
  private @Nullable Refusal refusalToChallenge() throws SQLException {
    Refusal last = refusal.get();
    if (last != null && !last.backOff.isOverAt(nanoTime.getAsLong())) {
      throw exception(last);
    }
    return last;
  }

  /**
   * The refusal that the login at hand challenges, alone, if there is one.
   *
   * @throws SQLException if it is too early for that, or another login is about to
   */
  private @Nullable Refusal challengedRefusal() throws SQLException {
    while (true) {
      Refusal last = refusalToChallenge();
      if (last == null) {
        return null;
      }
      Refusal challenged = last.waitingOnceMore(nanoTime.getAsLong());
      if (refusal.compareAndSet(last, challenged)) {
        return challenged;
      }
    }
  }

  /** The exception thrown to the caller. What the server said of the login is kept for others. */
  private SQLException explained(
      SQLException answer, IamToken token, @Nullable Refusal challenged) {
    LoginFailure kind = LoginFailure.of(answer);
    if (kind == LoginFailure.UNRELATED) {
      refusal.compareAndSet(challenged, null);
      return answer;
    }
    Instant now = clock.instant();
    String message = kind.explain(answer, request, token, accepted != null, now);
    statistics.lastFailure(message);
    if (kind == LoginFailure.TOO_MANY_CONNECTIONS) {
      refusal.compareAndSet(challenged, null);
      return exception(message, answer);
    }
    Refusal next = Refusal.of(message, answer, challenged, nanoTime.getAsLong());
    if (refusal.compareAndSet(challenged, next) && challenged == null) {
      logger.warn("{} - {}", name, message);
    }
    return exception(message, answer);
  }

  /** For a login that is not sent. */
  private SQLException exception(Refusal last) {
    long now = nanoTime.getAsLong();
    long age = Duration.ofNanos(now - last.answeredNanos).toSeconds();
    long wait = Math.max(0, last.backOff.remainingAt(now).plusMillis(999).toSeconds());
    return exception(
        String.format(
            Locale.ROOT,
            "%s This was the server's answer %d s ago; the next login is sent in %d s.",
            last.message,
            age,
            wait),
        last.answer);
  }

  private static SQLException exception(String message, SQLException cause) {
    return new SQLException(message, cause.getSQLState(), cause.getErrorCode(), cause);
  }

  /**
   * A login that the server refused for good.
   *
   * @param message the answer, explained
   * @param answer the driver's exception
   * @param answeredNanos when that was
   * @param backOff until the next login is sent
   */
  private record Refusal(String message, SQLException answer, long answeredNanos, BackOff backOff) {

    private static Refusal of(
        String message, SQLException answer, @Nullable Refusal previous, long now) {
      BackOff before = previous == null ? null : previous.backOff;
      BackOff backOff = BackOff.after(before, FIRST_WAIT, LONGEST_WAIT, now);
      return new Refusal(message, answer, now, backOff);
    }

    private Refusal withoutWait(long now) {
      BackOff over = new BackOff(FIRST_WAIT, now - FIRST_WAIT.toNanos());
      return new Refusal(message, answer, answeredNanos, over);
    }

    private Refusal waitingOnceMore(long now) {
      return new Refusal(message, answer, answeredNanos, backOff.restartedAt(now));
    }
  }
}
