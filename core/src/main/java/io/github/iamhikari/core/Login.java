package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logins of one user to one endpoint: which token the server accepted or rejected last, and
 * when the next login is allowed.
 *
 * <p>A rejected token that has been in use is replaced once. If a new token is rejected, the server
 * would reject the next one, too: for a while all callers get its answer, and then one login at a
 * time checks whether it still holds.
 *
 * <p>An overloaded RDS server rejects valid tokens with the same message. A rejection counts as
 * such throttling if the server has accepted this user before and was unavailable since, or accepts
 * other logins: then the token is kept, and the rejection is treated as temporary. Aurora DSQL has
 * a message of its own for it. A rejection is also temporary at a global endpoint, whose writer may
 * have moved before RDS reports it, and once if a token was not replaced because a signing had just
 * failed. Thread-safe.
 */
final class Login {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /**
   * How long a rejection may be treated as temporary: enough for a server to accept more than
   * 50,000 connections after it was unavailable.
   */
  private static final Duration LONGEST_THROTTLING = Duration.ofMinutes(5);

  /** How long before its callers time out a pool must know the reason. */
  private static final Duration TIME_TO_TELL = Duration.ofSeconds(1);

  /** Accepted logins at shorter intervals are those of a filling pool. */
  private static final Duration JUST_NOW = Duration.ofSeconds(5);

  /**
   * If a token is rejected at a lower age and was never accepted, another one would be rejected,
   * too.
   */
  private static final Duration NEW = Duration.ofSeconds(10);

  private final String name;
  private final TokenRequest request;
  private final CachedToken tokens;
  private final LoginStatistics statistics;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final DoubleSupplier random;
  private final IntSupplier poolSize;

  private volatile @Nullable IamToken accepted;
  private volatile @Nullable IamToken refused;
  private volatile @Nullable Long awayNanos;
  private volatile Acceptances acceptances = new Acceptances(0, 0);
  private final AtomicReference<@Nullable Refusal> refusal = new AtomicReference<>();
  private final AtomicReference<@Nullable Pace> pace = new AtomicReference<>();

  /**
   * @param name the name at the beginning of log lines
   * @param tokens the tokens of this user
   * @param clock the wall clock, which may jump
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   * @param random numbers from 0 to 1
   * @param poolSize the number of connections that the pool wants
   */
  Login(
      String name,
      CachedToken tokens,
      LoginStatistics statistics,
      InstantSource clock,
      LongSupplier nanoTime,
      DoubleSupplier random,
      IntSupplier poolSize) {
    this.name = name;
    this.request = tokens.request();
    this.tokens = tokens;
    this.statistics = statistics;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.random = random;
    this.poolSize = poolSize;
  }

  CachedToken tokens() {
    return tokens;
  }

  /**
   * Opens a connection.
   *
   * @param patience how long to wait if there is no usable token
   * @throws SQLException if no token can be signed; if the server rejects the login, or did so a
   *     moment ago; or if the connection fails for another reason
   */
  Connection open(DataSource driver, Duration patience) throws SQLException {
    currentRefusal(); // before signing a token in vain
    IamToken first = tokenToSend(patience);
    Refusal claimed = claimRefusal();
    try {
      return connect(driver, first);
    } catch (SQLException answer) {
      boolean isRefused = LoginFailure.of(answer, request) == LoginFailure.TOKEN_REFUSED;
      IamToken second = isRefused ? replacementFor(first, patience) : null;
      if (second == null) {
        throw explained(answer, first, claimed);
      }
      try {
        return connect(driver, second);
      } catch (SQLException lastAnswer) {
        throw explained(lastAnswer, second, claimed);
      }
    }
  }

  /**
   * The reason why a login would fail now, if that is known without logging in and waiting is
   * unlikely to help, as a new exception.
   */
  Optional<SQLException> problem() {
    Refusal last = refusal.get();
    long now = nanoTime.getAsLong();
    if (last == null || last.backOff.isOverAt(now)) {
      return Optional.ofNullable(tokens.problem());
    }
    return last.isTemporaryAt(now) ? Optional.empty() : Optional.of(exception(last));
  }

  /**
   * The time until the next login is allowed; zero or negative if it is allowed now.
   *
   * @param hasConnections whether the pool has connections, and so gives way to others
   */
  Duration timeToTurn(boolean hasConnections) {
    long now = nanoTime.getAsLong();
    Refusal last = refusal.get();
    Duration wait = last == null ? Duration.ZERO : last.backOff.remainingAt(now);
    Pace current = hasConnections ? pace.get() : null;
    if (current == null || current.remainingAt(now).compareTo(wait) <= 0) {
      return wait;
    }
    return current.remainingAt(now);
  }

  /**
   * Whether the last login was rejected but the server is likely to accept another one within this
   * time.
   */
  boolean isHeld(Duration patience) {
    long now = nanoTime.getAsLong();
    Refusal last = refusal.get();
    if (last == null || last.backOff.isOverAt(now)) {
      return false; // the login failed before it was sent, for example without a token
    }
    return last.isTemporaryAt(now)
        && last.backOff.remainingAt(now).plus(TIME_TO_TELL).compareTo(patience) < 0;
  }

  /**
   * Records that the server closed connections, could not be reached or was replaced. Ignored after
   * a rejection, since it does not explain that.
   */
  void serverWasAway() {
    if (refusal.get() == null) {
      awayNanos = nanoTime.getAsLong();
    }
  }

  private boolean wasAway() {
    Long then = awayNanos;
    return then != null
        && Duration.ofNanos(nanoTime.getAsLong() - then).compareTo(LONGEST_THROTTLING) < 0;
  }

  /**
   * Whether this can be dropped without losing state: it has no usable token and no wait after a
   * failure.
   */
  boolean isIdle() {
    return tokens.isIdle() && problem().isEmpty();
  }

  /** Signs a new token, and allows the next login at once, regardless of earlier rejections. */
  void renew(Duration patience) throws SQLException {
    tokens.renew(patience);
    long now = nanoTime.getAsLong();
    refusal.updateAndGet(last -> last == null ? null : last.withoutWait(now));
    pace.set(null);
  }

  /**
   * The current token or, if that was rejected before, another one, since the AWS credentials may
   * have changed. A rejected token is sent again if there is no other one, since servers may reject
   * valid tokens, too.
   */
  private IamToken tokenToSend(Duration patience) throws SQLException {
    IamToken current = tokens.current(patience);
    if (!current.equals(refused)) {
      return current;
    }
    Refusal last = refusal.get();
    boolean isKeyInDoubt =
        last != null && last.attempts == 2; // only once, as the key may belong to a role's session
    IamToken other =
        isThrottled(current) && !isKeyInDoubt
            ? tokens.newer(current, patience)
            : tokens.insteadOf(current, patience);
    return other == null ? tokens.current(patience) : other;
  }

  /**
   * The token to try instead of a rejected one, or null if another one would not help or cannot be
   * signed. It would not help if the rejected token was new and never accepted, except at a global
   * endpoint, where it may be signed for a region that the writer has just left.
   */
  private @Nullable IamToken replacementFor(IamToken token, Duration patience) {
    boolean isNew = !token.equals(accepted) && tokens.isCurrentAndYoungerThan(NEW, token);
    if (isNew && request.region() != null) {
      return null;
    }
    if (isNew || isThrottled(token)) {
      IamToken other = tokens.newer(token, patience);
      return other == null || other.isOfSameKeyAndRegionAs(token) ? null : other;
    }
    logger.info(
        "{} - The server rejected the token for {}; trying a new one.",
        name,
        request.in(token.region()));
    return tokens.insteadOf(token, patience);
  }

  /**
   * Whether the server is probably throttling, and rejecting valid tokens: it was unavailable
   * before, or has just accepted other logins. Another token signed with the same key would be
   * rejected, too.
   */
  private boolean isThrottled(IamToken token) {
    IamToken good = accepted;
    Pace current = pace.get();
    boolean acceptsOthers =
        (current != null && current.isGivingWay()) || acceptances.before(nanoTime.getAsLong()) > 0;
    return good != null
        && refusalMayBeThrottling()
        && good.isOfSameKeyAs(token)
        && (wasAway() || acceptsOthers);
  }

  /**
   * Whether the region is looked up, in which case RDS may report a moved writer later than DNS
   * does.
   */
  private boolean isInRegionToBeLookedUp() {
    return request.region() == null;
  }

  /**
   * Whether a rejected token may mean throttling: RDS has the same message for both, DSQL does not.
   */
  private boolean refusalMayBeThrottling() {
    return !request.isOfDsql();
  }

  private Connection connect(DataSource driver, IamToken token) throws SQLException {
    try {
      Connection connection = driver.getConnection(request.user(), token.value());
      accepted = token;
      refused = null; // that token was replaced, or has now been accepted
      awayNanos = null;
      long now = nanoTime.getAsLong();
      acceptances = acceptances.andOneAt(now);
      Refusal last = refusal.getAndSet(null);
      if (pace.get() != null) {
        paceAfterAcceptance(last, now);
      }
      if (last != null) {
        logger.info("{} - IAM logins work again for {}.", name, request.in(token.region()));
      }
      return connection;
    } catch (SQLException e) {
      if (LoginFailure.of(e, request) == LoginFailure.TOKEN_REFUSED) {
        refused = token;
        statistics.rejected();
      }
      throw e;
    }
  }

  private void paceAfterAcceptance(@Nullable Refusal last, long now) {
    int refusals = last == null ? 0 : last.attempts;
    boolean isOfAFault = last != null && last.isPermanentAt(now);
    boolean wasAwayBefore = last != null && last.isTemporary;
    int size = poolSize.getAsInt();
    pace.updateAndGet(
        before ->
            Pace.afterAcceptance(before, refusals, isOfAFault, wasAwayBefore, size, now, random));
  }

  /**
   * The last rejection if it still holds, or null.
   *
   * @throws SQLException if the wait for the next login is not over
   */
  private @Nullable Refusal currentRefusal() throws SQLException {
    Refusal last = refusal.get();
    if (last != null && !last.backOff.isOverAt(nanoTime.getAsLong())) {
      throw exception(last);
    }
    return last;
  }

  /**
   * Claims the last rejection for this login, which alone checks whether it still holds; null if
   * there is none.
   *
   * @throws SQLException if the wait is not over, or another login is checking it
   */
  private @Nullable Refusal claimRefusal() throws SQLException {
    while (true) {
      Refusal last = currentRefusal();
      if (last == null) {
        return null;
      }
      Refusal claimed = last.waitingOnceMore(nanoTime.getAsLong());
      if (refusal.compareAndSet(last, claimed)) {
        return claimed;
      }
    }
  }

  /** The exception thrown to the caller. Keeps the server's answer for other callers. */
  private SQLException explained(SQLException answer, IamToken token, @Nullable Refusal claimed) {
    LoginFailure kind = LoginFailure.of(answer, request);
    SQLException shown = LoginFailure.withoutSecrets(answer);
    if (kind == LoginFailure.UNRELATED) {
      refusal.compareAndSet(claimed, null);
      if (LoginFailure.saysThatServerIsAway(answer)) {
        serverWasAway();
      }
      return shown;
    }
    Instant now = clock.instant();
    String message = kind.explain(answer, request.in(token.region()), token, accepted != null, now);
    statistics.lastFailure(message);
    if (kind == LoginFailure.TOO_MANY_CONNECTIONS) {
      refusal.compareAndSet(claimed, null);
      return exception(message, shown);
    }
    long nanos = nanoTime.getAsLong();
    boolean isTokenRefused = kind == LoginFailure.TOKEN_REFUSED;
    boolean isTooEarly = kind == LoginFailure.TOO_MANY_LOGINS;
    boolean wasGood = isTokenRefused && accepted != null;
    boolean isTemporary = isTooEarly || (wasGood && isLikelyToPass(claimed));
    boolean isTemporaryOnce = wasGood && claimed == null && tokens.hasJustFailed();
    int step = claimed == null || isTooEarly ? 1 : claimed.attempts + 1;
    BackOff backOff = new BackOff(Refusal.waitAfter(step, random), nanos);
    Refusal next = Refusal.of(message, shown, claimed, isTemporary, isTemporaryOnce, backOff);
    if (refusal.compareAndSet(claimed, next) && claimed == null) {
      logger.warn("{} - {}", name, message);
    }
    if (isTokenRefused || isTooEarly) {
      int acceptedJustNow = acceptances.before(nanos);
      int size = poolSize.getAsInt();
      pace.updateAndGet(before -> Pace.afterRefusal(before, acceptedJustNow, size, nanos, random));
    }
    return exception(message, shown);
  }

  /** Whether a server that has accepted this user before is likely to do so again. */
  private boolean isLikelyToPass(@Nullable Refusal claimed) {
    return isInRegionToBeLookedUp()
        || (refusalMayBeThrottling() && (wasAway() || (claimed != null && claimed.isTemporary)));
  }

  /** The exception for a login that is not sent. */
  private SQLException exception(Refusal last) {
    long now = nanoTime.getAsLong();
    long age = Duration.ofNanos(now - last.answeredNanos).toSeconds();
    long wait = Math.max(0, last.backOff.remainingAt(now).plusMillis(999).toSeconds());
    return exception(
        String.format(
            Locale.ROOT,
            "%s The server answered this %d s ago; the next login is tried in %d s.",
            last.message,
            age,
            wait),
        last.answer);
  }

  private static SQLException exception(String message, SQLException cause) {
    return new SQLException(message, cause.getSQLState(), cause.getErrorCode(), cause);
  }

  /**
   * A rejected login.
   *
   * @param message the explained answer
   * @param answer the driver's exception, without secrets
   * @param attempts the number of rejections in a row
   * @param firstNanos the time of the first of them
   * @param answeredNanos the time of the last of them
   * @param isTemporary whether it may be temporary: the server was unavailable before and may be
   *     throttling, or the token may be signed for a region that the writer has just left
   * @param isTemporaryOnce whether the token was not replaced only because a signing had just
   *     failed, so that the next login decides
   * @param backOff the wait before the next login
   */
  private record Refusal(
      String message,
      SQLException answer,
      int attempts,
      long firstNanos,
      long answeredNanos,
      boolean isTemporary,
      boolean isTemporaryOnce,
      BackOff backOff) {

    /**
     * Has jitter, so that pools do not retry together, and allows at most 6 logins in 30 s. At
     * DSQL, which accepts 100 more each second, each wait is as long as the first.
     */
    private static Duration waitAfter(int step, DoubleSupplier random) {
      double seconds =
          switch (step) {
            case 1 -> 1 + random.getAsDouble();
            case 2 -> 4 + 3 * random.getAsDouble();
            default -> 8.5 + 1.4 * random.getAsDouble();
          };
      return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static Refusal of(
        String message,
        SQLException answer,
        @Nullable Refusal previous,
        boolean isTemporary,
        boolean isTemporaryOnce,
        BackOff backOff) {
      int attempts = previous == null ? 1 : previous.attempts + 1;
      long now = backOff.sinceNanos();
      long first = previous == null ? now : previous.firstNanos;
      return new Refusal(
          message, answer, attempts, first, now, isTemporary, isTemporaryOnce, backOff);
    }

    private boolean isTemporaryAt(long now) {
      return isTemporaryOnce || (isTemporary && !isPermanentAt(now));
    }

    private boolean isPermanentAt(long now) {
      return Duration.ofNanos(now - firstNanos).compareTo(LONGEST_THROTTLING) >= 0;
    }

    private Refusal withoutWait(long now) {
      return with(backOff.overAt(now));
    }

    private Refusal waitingOnceMore(long now) {
      return with(backOff.restartedAt(now));
    }

    private Refusal with(BackOff other) {
      return new Refusal(
          message,
          answer,
          attempts,
          firstNanos,
          answeredNanos,
          isTemporary,
          isTemporaryOnce,
          other);
    }
  }

  /**
   * Accepted logins in quick succession.
   *
   * @param count their number
   * @param lastNanos the time of the last one
   */
  private record Acceptances(int count, long lastNanos) {

    private Acceptances andOneAt(long now) {
      return new Acceptances(before(now) + 1, now);
    }

    /** The number of accepted logins just before. */
    private int before(long now) {
      boolean isJustNow = Duration.ofNanos(now - lastNanos).compareTo(JUST_NOW) < 0;
      return isJustNow ? count : 0;
    }
  }
}
