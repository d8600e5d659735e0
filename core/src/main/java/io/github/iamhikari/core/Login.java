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
 * The login of one user at one endpoint: which token the server accepted, which it refused, and
 * when the next login may be sent.
 *
 * <p>A token that the server refuses is replaced once, if it was in use already. If a new one is
 * refused, the server would refuse the next one as well: for a while its answer is given to all
 * callers, and then one login at a time finds out whether it still holds.
 *
 * <p>A server of RDS that is asked for more logins than it can take refuses good tokens with the
 * same words. That is assumed where it let this user in before, and was away since then or accepts
 * others: the token is not replaced, and callers may hope. Aurora DSQL says it in words of its own.
 * They may also hope at a global endpoint, whose writer may have moved before RDS tells of it; and
 * once, where a token was not replaced since a signing had just failed. May be shared between
 * threads.
 */
final class Login {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** A server that was away lets many in again, one after another; this is for more than 50,000. */
  private static final Duration LONGEST_HOPE = Duration.ofMinutes(5);

  /** Before a pool's callers give up, it is to know why. */
  private static final Duration TIME_TO_TELL = Duration.ofSeconds(1);

  /** Logins accepted at shorter intervals than this are those of a pool that fills. */
  private static final Duration JUST_NOW = Duration.ofSeconds(5);

  /** A token refused at this age, and never accepted before: another one would be refused too. */
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
   * @param name stands first in log lines
   * @param tokens of this user
   * @param clock the wall clock, which may be set at any time
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   * @param random numbers from 0 to 1
   * @param poolSize how many connections the pool wants that logs in
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
      boolean isRefused = LoginFailure.of(answer, request) == LoginFailure.TOKEN_REFUSED;
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

  /**
   * Why a login would fail now, if that is known without sending one, and waiting is not likely to
   * help; a new exception.
   */
  Optional<SQLException> problem() {
    Refusal last = refusal.get();
    long now = nanoTime.getAsLong();
    if (last == null || last.backOff.isOverAt(now)) {
      return Optional.ofNullable(tokens.problem());
    }
    return last.mayPassAt(now) ? Optional.empty() : Optional.of(exception(last));
  }

  /**
   * What is left of the wait for the next login; zero or less if one may be sent.
   *
   * @param hasConnections whether who asks has a connection, and so gives way to others
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
   * Whether the last login was refused by a server that is likely to accept another one within this
   * time.
   */
  boolean isHeld(Duration patience) {
    long now = nanoTime.getAsLong();
    Refusal last = refusal.get();
    if (last == null || last.backOff.isOverAt(now)) {
      return false; // the login failed before it was sent, as for want of a token
    }
    return last.mayPassAt(now)
        && last.backOff.remainingAt(now).plus(TIME_TO_TELL).compareTo(patience) < 0;
  }

  /**
   * Takes note that the server ended connections, or could not be reached, or was another one.
   * While a refusal stands this says nothing about why it was.
   */
  void serverWasAway() {
    if (refusal.get() == null) {
      awayNanos = nanoTime.getAsLong();
    }
  }

  private boolean wasAway() {
    Long then = awayNanos;
    return then != null
        && Duration.ofNanos(nanoTime.getAsLong() - then).compareTo(LONGEST_HOPE) < 0;
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
    pace.set(null);
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
    Refusal last = refusal.get();
    boolean isKeyInDoubt =
        last != null && last.attempts == 2; // once, as it may be a role's session
    IamToken other =
        isThrottled(current) && !isKeyInDoubt
            ? tokens.newer(current, patience)
            : tokens.insteadOf(current, patience);
    return other == null ? tokens.current(patience) : other;
  }

  /**
   * The token to try instead of one that the server refused. Null if no other one would do better:
   * the refused one was new itself and no login with it ever succeeded, or none can be signed. At a
   * global endpoint even that may be for a region that the writer has just left.
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
   * Whether the server is likely to refuse good tokens now, since it is asked for too many logins:
   * it was away, or accepted others just now. Then another token by the same key would be no
   * better.
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

  /** Of a writer that has moved, RDS may tell later than its name leads there. */
  private boolean isInRegionToBeLookedUp() {
    return request.region() == null;
  }

  /** RDS has no other words for too many logins, and DSQL has. */
  private boolean refusalMayBeThrottling() {
    return !request.isOfDsql();
  }

  private Connection connect(DataSource driver, IamToken token) throws SQLException {
    try {
      Connection connection = driver.getConnection(request.user(), token.value());
      accepted = token;
      refused = null; // that token has been replaced, or is taken now
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
    boolean isOfAFault = last != null && last.isHopelessAt(now);
    boolean wasAwayBefore = last != null && last.mayPass;
    int size = poolSize.getAsInt();
    pace.updateAndGet(
        before ->
            Pace.afterAcceptance(before, refusals, isOfAFault, wasAwayBefore, size, now, random));
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
    LoginFailure kind = LoginFailure.of(answer, request);
    SQLException shown = LoginFailure.withoutSecrets(answer);
    if (kind == LoginFailure.UNRELATED) {
      refusal.compareAndSet(challenged, null);
      if (LoginFailure.saysThatServerIsAway(answer)) {
        serverWasAway();
      }
      return shown;
    }
    Instant now = clock.instant();
    String message = kind.explain(answer, request.in(token.region()), token, accepted != null, now);
    statistics.lastFailure(message);
    if (kind == LoginFailure.TOO_MANY_CONNECTIONS) {
      refusal.compareAndSet(challenged, null);
      return exception(message, shown);
    }
    long nanos = nanoTime.getAsLong();
    boolean isTokenRefused = kind == LoginFailure.TOKEN_REFUSED;
    boolean isTooEarly = kind == LoginFailure.TOO_MANY_LOGINS;
    boolean wasGood = isTokenRefused && accepted != null;
    boolean mayPass = isTooEarly || (wasGood && isLikelyToPass(challenged));
    boolean mayPassOnce = wasGood && challenged == null && tokens.hasJustFailed();
    int step = challenged == null || isTooEarly ? 1 : challenged.attempts + 1;
    BackOff backOff = new BackOff(Refusal.waitAfter(step, random), nanos);
    Refusal next = Refusal.of(message, shown, challenged, mayPass, mayPassOnce, backOff);
    if (refusal.compareAndSet(challenged, next) && challenged == null) {
      logger.warn("{} - {}", name, message);
    }
    if (isTokenRefused || isTooEarly) {
      int acceptedJustNow = acceptances.before(nanos);
      int size = poolSize.getAsInt();
      pace.updateAndGet(before -> Pace.afterRefusal(before, acceptedJustNow, size, nanos, random));
    }
    return exception(message, shown);
  }

  /** Whether a server that let the user in before is likely to do so again. */
  private boolean isLikelyToPass(@Nullable Refusal challenged) {
    return isInRegionToBeLookedUp()
        || (refusalMayBeThrottling() && (wasAway() || (challenged != null && challenged.mayPass)));
  }

  /** For a login that is not sent. */
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
   * A login that the server refused.
   *
   * @param message the answer, explained
   * @param answer the driver's exception, without secrets
   * @param attempts how many times in a row
   * @param firstNanos when that was for the first time
   * @param answeredNanos when that was for the last time
   * @param mayPass whether the server was away before, so that it may be throttling, or the token
   *     may be for a region that the writer has just left
   * @param mayPassOnce whether the token was not replaced for the mere reason that a signing failed
   *     just now; the next login tells
   * @param backOff until the next login is sent
   */
  private record Refusal(
      String message,
      SQLException answer,
      int attempts,
      long firstNanos,
      long answeredNanos,
      boolean mayPass,
      boolean mayPassOnce,
      BackOff backOff) {

    /**
     * Jittered, so that pools do not come back together; no more than 6 logins in 30 s. DSQL, which
     * takes 100 more each second, is asked again after a first wait each time.
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
        boolean mayPass,
        boolean mayPassOnce,
        BackOff backOff) {
      int attempts = previous == null ? 1 : previous.attempts + 1;
      long now = backOff.sinceNanos();
      long first = previous == null ? now : previous.firstNanos;
      return new Refusal(message, answer, attempts, first, now, mayPass, mayPassOnce, backOff);
    }

    private boolean mayPassAt(long now) {
      return mayPassOnce || (mayPass && !isHopelessAt(now));
    }

    private boolean isHopelessAt(long now) {
      return Duration.ofNanos(now - firstNanos).compareTo(LONGEST_HOPE) >= 0;
    }

    private Refusal withoutWait(long now) {
      return with(new BackOff(Duration.ZERO, now));
    }

    private Refusal waitingOnceMore(long now) {
      return with(backOff.restartedAt(now));
    }

    private Refusal with(BackOff other) {
      return new Refusal(
          message, answer, attempts, firstNanos, answeredNanos, mayPass, mayPassOnce, other);
    }
  }

  /**
   * Logins that were accepted one soon after the other.
   *
   * @param count how many
   * @param lastNanos when the last one was
   */
  private record Acceptances(int count, long lastNanos) {

    private Acceptances andOneAt(long now) {
      return new Acceptances(before(now) + 1, now);
    }

    /** How many there were just before. */
    private int before(long now) {
      boolean isJustNow = Duration.ofNanos(now - lastNanos).compareTo(JUST_NOW) < 0;
      return isJustNow ? count : 0;
    }
  }
}
