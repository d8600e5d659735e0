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

  private static final IamToken NONE = new IamToken("", Instant.EPOCH, Duration.ZERO);

  private final String name;
  private final TokenRequest request;
  private final Duration expiration;
  private final TokenSigner signer;
  private final InstantSource clock;
  private final LongSupplier nanoTime;

  private final ReentrantLock lock = new ReentrantLock();
  private volatile Signed signed;
  private @Nullable Failure failure; // guarded by lock

  /**
   * @param name stands first in log lines
   * @param clock the wall clock, which may be set at any time
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   */
  CachedToken(
      String name,
      TokenRequest request,
      Duration expiration,
      TokenSigner signer,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.name = name;
    this.request = request;
    this.expiration = expiration;
    this.signer = signer;
    this.clock = clock;
    this.nanoTime = nanoTime;
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
  void accepted(String token) {
    Signed seen = signed;
    if (!seen.accepted && seen.token.value().equals(token)) {
      seen.accepted = true;
    }
  }

  /**
   * The token to try instead of one that the server refused. Null if there is none that would fare
   * better: the refused one was new itself and no login with it ever succeeded, or no other one can
   * be signed. In that case the refused token is kept, since a server may also refuse for a reason
   * of its own, and a token that still lives is worth another login.
   */
  @Nullable IamToken replacementFor(String refused) throws SQLException {
    lockInterruptibly();
    try {
      Signed seen = signed;
      if (!seen.token.value().equals(refused)) {
        return stateOf(seen) == IamToken.State.EXPIRED ? null : seen.token;
      }
      if (!seen.accepted && elapsedSince(seen.atNanos).compareTo(NEW) < 0) {
        return null;
      }
      logger.info("{} - The token for {} was refused, a new one is tried.", name, request);
      boolean isNew = sign() == null && !signed.token.value().equals(refused);
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
    IamToken.State state = stateOf(signed);
    if (state == IamToken.State.FRESH) {
      return signed.token;
    }
    Failure problem = sign();
    if (problem != null && state == IamToken.State.EXPIRED) {
      throw new SQLException(
          "No IAM token could be signed for " + request + ": " + reason(problem.cause),
          NOT_CONNECTED,
          problem.cause);
    }
    return signed.token;
  }

  /**
   * Under the lock: signs, unless the last attempt failed just now. Null if there is a new token.
   */
  private @Nullable Failure sign() {
    Failure last = failure;
    if (last != null && elapsedSince(last.atNanos).compareTo(waitAfter(last)) < 0) {
      return last;
    }
    try {
      IamToken token = signer.sign(request, expiration);
      signed = new Signed(token, nanoTime.getAsLong());
      logger.debug("{} - New token for {}: {}.", name, request, token);
      if (last != null) {
        logger.info("{} - Tokens for {} can be signed again.", name, request);
      }
      failure = null;
    } catch (RuntimeException e) {
      if (last == null) {
        logger.warn("{} - No token could be signed for {}: {}", name, request, reason(e));
      }
      failure = new Failure(e, last, nanoTime.getAsLong());
    }
    return failure;
  }

  private Duration waitAfter(Failure last) {
    boolean waiting = stateOf(signed) == IamToken.State.EXPIRED;
    return waiting && last.wait.compareTo(LONGEST_WAIT_WITHOUT_TOKEN) > 0
        ? LONGEST_WAIT_WITHOUT_TOKEN
        : last.wait;
  }

  private static String reason(RuntimeException failure) {
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private IamToken.State stateOf(Signed token) {
    return token.token.stateAt(clock.instant(), elapsedSince(token.atNanos));
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

    private Signed(IamToken token, long atNanos) {
      this.token = token;
      this.atNanos = atNanos;
    }
  }

  private static final class Failure {
    private final RuntimeException cause;
    private final Duration wait;
    private final long atNanos;

    private Failure(RuntimeException cause, @Nullable Failure previous, long atNanos) {
      this.cause = cause;
      this.wait = previous == null ? FIRST_WAIT : doubled(previous.wait);
      this.atNanos = atNanos;
    }

    private static Duration doubled(Duration wait) {
      Duration twice = wait.multipliedBy(2);
      return twice.compareTo(LONGEST_WAIT) < 0 ? twice : LONGEST_WAIT;
    }
  }
}
