package io.github.iamhikari.core;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One token, renewed when it is due by whoever asks for it then: one lock, no thread, no timer.
 *
 * <p>In the last fifth of the token's life one caller renews it while the others go on with the old
 * one; if that fails, the old one serves until it ends. Without a living token callers share one
 * attempt and its outcome. May be shared between threads.
 */
final class CachedToken {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** After a failure the next attempt waits, so that many callers are not a storm on AWS. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /** Without a living token somebody is waiting: HikariCP's longest wait between its attempts. */
  private static final Duration LONGEST_WAIT_WITHOUT_TOKEN = Duration.ofSeconds(5);

  /** Refused at this age, and never accepted before: another one would be refused as well. */
  private static final Duration NEW = Duration.ofSeconds(10);

  /** SQLState: the client could not establish the connection. */
  private static final String NOT_CONNECTED = "08001";

  private static final IamToken NONE =
      new IamToken("", Instant.EPOCH, Duration.ZERO, new SigningKey("", false, null));

  private final String name;
  private final TokenRequest request;
  private final Duration expiration;
  private final TokenSigner signer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final LoginStatistics statistics;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile Signed signed;
  private @Nullable Failure failure; // guarded by lock

  /**
   * @param name stands first in log lines
   * @param clock the wall clock, which may be set at any time
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   * @param statistics told of each attempt to sign
   */
  CachedToken(
      String name,
      TokenRequest request,
      Duration expiration,
      TokenSigner signer,
      InstantSource clock,
      LongSupplier nanoTime,
      LoginStatistics statistics) {
    this.name = name;
    this.request = request;
    this.expiration = expiration;
    this.signer = signer;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.statistics = statistics;
    this.signed = new Signed(NONE, nanoTime.getAsLong());
  }

  TokenRequest request() {
    return request;
  }

  /**
   * A token that is good for a login now.
   *
   * @throws SQLException if there is none and none can be made; the cause says why
   */
  IamToken current() throws SQLException {
    Signed seen = signed;
    return switch (stateOf(seen)) {
      case FRESH -> seen.token;
      case DUE -> {
        if (!lock.tryLock()) {
          yield seen.token;
        }
        yield renewedAndUnlocked();
      }
      case EXPIRED -> {
        lockInterruptibly();
        yield renewedAndUnlocked();
      }
    };
  }

  /**
   * The token that {@link #current()} has just handed out, if it is the one given, and else a
   * current one. So a token that is good for one login only is sent and not signed twice, and
   * nothing is ever sent that was not signed here.
   */
  IamToken currentOr(@Nullable String handedOut) throws SQLException {
    Signed seen = signed;
    boolean isMine = seen.token.value().equals(handedOut);
    return isMine && seen.token.isSendableAt(clock.instant(), elapsedSince(seen.atNanos))
        ? seen.token
        : current();
  }

  /** Takes note that a login with this token succeeded. */
  void accepted(IamToken token) {
    Signed seen = signed;
    if (!seen.accepted && seen.token.equals(token)) {
      seen.accepted = true;
    }
  }

  /**
   * Takes note that this token was refused for good. It is kept, since a server may refuse a good
   * one, but whoever asks next signs another one: by then the AWS credentials may be others.
   */
  void refused(IamToken token) {
    Signed seen = signed;
    if (seen.token.equals(token)) {
      seen.refused = true;
    }
  }

  /**
   * Signs a token now, whatever the state of the old one.
   *
   * @throws SQLException if none can be signed; the old one is kept
   */
  void renew() throws SQLException {
    lockInterruptibly();
    try {
      Failure problem = sign();
      if (problem != null) {
        throw noToken(problem);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How the tokens fare. */
  TokenStatus status() {
    Signed seen = signed;
    return seen.token.equals(NONE)
        ? statistics.with(null, Duration.ZERO)
        : statistics.with(
            seen.token, seen.token.remainingAt(clock.instant(), elapsedSince(seen.atNanos)));
  }

  /**
   * The token to try instead of one that the server refused. Null if there is none that would fare
   * better: the refused one was new itself and no login with it ever succeeded, or no other one can
   * be signed. In that case the refused token is kept, since a server may also refuse for a reason
   * of its own, and a token that still lives is worth another login.
   */
  @Nullable IamToken replacementFor(IamToken refused) throws SQLException {
    lockInterruptibly();
    try {
      Signed seen = signed;
      if (!seen.token.equals(refused)) {
        return stateOf(seen) == IamToken.State.EXPIRED ? null : seen.token;
      }
      if (!seen.accepted && elapsedSince(seen.atNanos).compareTo(NEW) < 0) {
        return null;
      }
      logger.info("{} - The token for {} was refused, a new one is tried.", name, request);
      boolean isNew = signUnlessWaiting() == null && !signed.token.equals(refused);
      return isNew ? signed.token : null;
    } finally {
      lock.unlock();
    }
  }

  private IamToken renewedAndUnlocked() throws SQLException {
    try {
      return renewed();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: the token that another caller has just made, else a new one. */
  private IamToken renewed() throws SQLException {
    if (stateOf(signed) == IamToken.State.FRESH) {
      return signed.token;
    }
    Failure problem = signUnlessWaiting(); // for so long, maybe, that the old token expires
    if (problem != null && stateOf(signed) == IamToken.State.EXPIRED) {
      throw noToken(problem);
    }
    return signed.token;
  }

  /**
   * Under the lock: signs, unless the last attempt failed just now. Null if there is a new token.
   */
  private @Nullable Failure signUnlessWaiting() {
    Failure last = failure;
    if (last == null) {
      return sign();
    }
    boolean hasToken = stateOf(signed) != IamToken.State.EXPIRED;
    BackOff wait = hasToken ? last.backOff : last.backOff.atMost(LONGEST_WAIT_WITHOUT_TOKEN);
    return wait.isOverAt(nanoTime.getAsLong()) ? sign() : last;
  }

  /** Under the lock: signs. Null if there is a new token. */
  private @Nullable Failure sign() {
    Failure last = failure;
    long begin = nanoTime.getAsLong();
    try {
      IamToken token = signer.sign(request, expiration);
      Signed next = new Signed(token, nanoTime.getAsLong());
      // Of the same second it is the same token, to the letter.
      next.refused = signed.refused && signed.token.value().equals(token.value());
      signed = next;
      statistics.signed(elapsedSince(begin));
      logger.debug("{} - New token for {}: {}.", name, request, token);
      if (last != null) {
        logger.info("{} - Tokens for {} can be signed again.", name, request);
      }
      failure = null;
    } catch (RuntimeException | LinkageError e) {
      failure = new Failure(e, last == null ? null : last.backOff, nanoTime.getAsLong());
      statistics.failed(elapsedSince(begin), failure.reason());
      if (last == null) {
        logger.warn("{} - No token could be signed for {}: {}", name, request, failure.reason());
      }
    }
    return failure;
  }

  private SQLException noToken(Failure problem) {
    return new SQLException(
        "No IAM token could be signed for " + request + ": " + problem.reason(),
        NOT_CONNECTED,
        problem.cause);
  }

  private IamToken.State stateOf(Signed token) {
    IamToken.State state = token.token.stateAt(clock.instant(), elapsedSince(token.atNanos));
    return token.refused && state == IamToken.State.FRESH ? IamToken.State.DUE : state;
  }

  private Duration elapsedSince(long nanos) {
    return Duration.ofNanos(nanoTime.getAsLong() - nanos);
  }

  private void lockInterruptibly() throws SQLException {
    try {
      lock.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException(
          "Interrupted while an IAM token was signed for " + request, NOT_CONNECTED, e);
    }
  }

  private static final class Signed {
    private final IamToken token;
    private final long atNanos;
    private volatile boolean accepted;
    private volatile boolean refused;

    private Signed(IamToken token, long atNanos) {
      this.token = token;
      this.atNanos = atNanos;
    }
  }

  private static final class Failure {
    private final Throwable cause;
    private final BackOff backOff;

    private Failure(Throwable cause, @Nullable BackOff previous, long now) {
      this.cause = cause;
      this.backOff = BackOff.after(previous, FIRST_WAIT, LONGEST_WAIT, now);
    }

    private String reason() {
      String message = cause.getMessage();
      return message == null || cause instanceof NullPointerException
          ? "the AWS credentials provider failed with " + cause
          : message;
    }
  }
}
