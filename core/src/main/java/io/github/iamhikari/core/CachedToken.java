package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current token of one user, and the signing of its successor. Independent of the server.
 *
 * <p>Signing may take a round trip to AWS, so it runs on a separate thread, one signing at a time.
 * In the last fifth of a token's life, a caller starts a signing and gets the old token. If there
 * is no usable token, callers wait for one signing and share its result, each for at most its own
 * patience. Thread-safe.
 */
final class CachedToken {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** The first wait after a failed signing, so that many callers do not flood AWS. */
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

  /**
   * The longest wait if there is no usable token, which callers are waiting for: as long as
   * HikariCP waits between attempts.
   */
  private static final Duration LONGEST_WAIT_WITHOUT_TOKEN = Duration.ofSeconds(5);

  /** A signing that takes longer is interrupted, so that the next one can start. */
  private static final Duration OVERDUE = Duration.ofSeconds(60);

  /** SQLState: the client could not establish the connection. */
  private static final String NOT_CONNECTED = "08001";

  private static final IamToken NONE =
      new IamToken("", Instant.EPOCH, Duration.ZERO, new SigningKey("", false, null, null), "");

  private final String name;
  private final TokenRequest request;
  private final Duration expiration;
  private final TokenSigner signer;
  private final Executor signingThreads;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final LoginStatistics statistics;

  private final ReentrantLock lock = new ReentrantLock();

  // Written under the lock.
  private volatile Signed signed;
  private volatile @Nullable Signing signing;
  private volatile @Nullable Failure failure;
  private @Nullable Thread abandoned;

  private volatile boolean isClosed;

  /**
   * @param name the name at the beginning of log lines
   * @param signingThreads runs each signing
   * @param clock the wall clock, which may jump
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   * @param statistics counts the attempts to sign
   */
  CachedToken(
      String name,
      TokenRequest request,
      Duration expiration,
      TokenSigner signer,
      Executor signingThreads,
      InstantSource clock,
      LongSupplier nanoTime,
      LoginStatistics statistics) {
    this.name = name;
    this.request = request;
    this.expiration = expiration;
    this.signer = signer;
    this.signingThreads = signingThreads;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.statistics = statistics;
    this.signed = new Signed(NONE, nanoTime.getAsLong());
  }

  TokenRequest request() {
    return request;
  }

  /**
   * The current token if it is usable, else null. Starts the signing of the next token if it is
   * due, without waiting.
   */
  @Nullable IamToken living() {
    Signed seen = signed;
    Failure last = failure;
    if (stateOf(seen) != IamToken.State.FRESH && !mustWaitAfter(last)) {
      signAfter(seen, last);
    }
    Signed current = signed;
    return stateOf(current) == IamToken.State.EXPIRED ? null : current.token;
  }

  /**
   * A token that is usable now.
   *
   * @param patience how long to wait if there is none
   * @throws SQLException if there is none within this time; the message or the cause says why
   */
  IamToken current(Duration patience) throws SQLException {
    return tokenBesides(null, patience);
  }

  /**
   * The token to use instead of one that was rejected and whose signing key may be invalid: its
   * successor, or else a new one. After a failure its signing waits for a second at most.
   *
   * @param patience how long to wait for a new one
   * @return null if there is none within this time, or only an identical one, as from a second
   *     signing in the same second
   */
  @Nullable IamToken insteadOf(IamToken unwanted, Duration patience) {
    if (signed.token.equals(unwanted)) {
      signer.forget(unwanted.key());
    }
    return newer(unwanted, patience);
  }

  /** Like {@link #insteadOf}, for a token whose signing key is still trusted. */
  @Nullable IamToken newer(IamToken old, Duration patience) {
    signer.regionRefused(old.region());
    try {
      IamToken other = tokenBesides(old, patience);
      return other.equals(old) ? null : other;
    } catch (SQLException e) {
      logger.debug("{} - Could not get another token: {}", name, e.getMessage());
      return null;
    }
  }

  /** Whether this is the current token and was signed less than this time ago. */
  boolean isCurrentAndYoungerThan(Duration age, IamToken token) {
    Signed seen = signed;
    return seen.token.equals(token) && elapsedSince(seen.atNanos).compareTo(age) < 0;
  }

  /**
   * Signs a new token now, regardless of the current one.
   *
   * @param patience how long to wait for it
   * @throws SQLException if there is none within this time; the current token is kept
   */
  void renew(Duration patience) throws SQLException {
    IamToken old = signed.token;
    if (!old.equals(NONE)) {
      signer.forget(old.key());
      signer.regionRefused(old.region());
    }
    Signing begun = null;
    while (begun == null) {
      begun = signAfter(signed, failure);
    }
    await(begun, System.nanoTime(), patience);
  }

  /**
   * The reason why a login would get no token now, if that is known without waiting and waiting is
   * unlikely to help: no token was ever signed, or there are no AWS credentials at all. Null
   * otherwise: a provider that returned credentials before may do so again in a moment.
   */
  @Nullable SQLException problem() {
    Failure last = failure;
    if (last == null || hasLivingToken() || waitAfter(last).isOverAt(nanoTime.getAsLong())) {
      return null;
    }
    boolean lasts = last.isWithoutCredentials || signed.token.equals(NONE);
    return lasts ? noToken(last) : null;
  }

  boolean hasLivingToken() {
    return stateOf(signed) != IamToken.State.EXPIRED;
  }

  /**
   * Whether this can be dropped without losing state: it has no usable token, no signing in
   * progress and no wait after a failure.
   */
  boolean isIdle() {
    return signing == null && !hasLivingToken() && !mustWaitAfter(failure);
  }

  /** The state of the current token, for monitoring. */
  TokenStatus status() {
    Signed seen = signed;
    Signing inFlight = signing;
    return statistics.status(
        seen.token.equals(NONE) ? null : seen.token,
        seen.token.remainingAt(clock.instant(), elapsedSince(seen.atNanos)),
        inFlight == null ? Duration.ZERO : elapsedSince(inFlight.begunNanos));
  }

  /** Fails the callers that wait for a token, and signs no further ones. */
  void close() {
    isClosed = true;
    Signing inFlight = signing;
    if (inFlight != null) {
      inFlight.fail(closed());
      inFlight.interrupt();
    }
  }

  private IamToken tokenBesides(@Nullable IamToken unwanted, Duration patience)
      throws SQLException {
    long asked = System.nanoTime();
    while (true) {
      Signed seen = signed;
      IamToken.State state = stateOf(seen);
      boolean lives = state != IamToken.State.EXPIRED && !seen.token.equals(unwanted);
      if (lives && state == IamToken.State.FRESH) {
        return seen.token;
      }
      Failure last = failure;
      boolean waits = unwanted == null ? mustWaitAfter(last) : signing == null && isOfJustNow(last);
      Signing begun = waits ? null : signAfter(seen, last);
      if (lives && stateOf(seen) != IamToken.State.EXPIRED) {
        return seen.token;
      }
      if (begun != null) {
        IamToken token = await(begun, asked, patience);
        if (begun.isForMe()) {
          return token;
        }
      } else if (waits) {
        throw noToken(requireNonNull(last));
      }
    }
  }

  /**
   * Whether a signing failed so recently that no other one is started to replace a rejected token.
   */
  boolean hasJustFailed() {
    return isOfJustNow(failure);
  }

  private boolean isOfJustNow(@Nullable Failure last) {
    return last != null && !last.backOff.atMost(FIRST_WAIT).isOverAt(nanoTime.getAsLong());
  }

  /** Whether the wait after a failed signing is not over yet. */
  private boolean mustWaitAfter(@Nullable Failure last) {
    return signing == null && last != null && !waitAfter(last).isOverAt(nanoTime.getAsLong());
  }

  /**
   * The signing in progress, or a new one.
   *
   * @param seen the token to replace
   * @param last the last failure
   * @return null if a signing has ended since the two were read
   */
  private @Nullable Signing signAfter(Signed seen, @Nullable Failure last) {
    abandonOverdueSigning();
    Signing begun = new Signing(nanoTime.getAsLong());
    lock.lock();
    try {
      Signing inFlight = signing;
      if (inFlight != null) {
        return inFlight;
      }
      if (signed != seen || failure != last) {
        return null;
      }
      signing = begun;
    } finally {
      lock.unlock();
    }
    if (isClosed) {
      begun.fail(closed());
      return begun;
    }
    try {
      signingThreads.execute(begun);
    } catch (RuntimeException | Error e) { // no thread could be started
      begun.fail(e);
    }
    return begun;
  }

  /** Abandons a signing that hangs, unless one abandoned earlier is still running. */
  private void abandonOverdueSigning() {
    Signing inFlight = signing;
    if (inFlight == null || elapsedSince(inFlight.begunNanos).compareTo(OVERDUE) < 0) {
      return;
    }
    lock.lock();
    try {
      if (signing != inFlight || (abandoned != null && abandoned.isAlive())) {
        return;
      }
      abandoned = inFlight.thread;
    } finally {
      lock.unlock();
    }
    inFlight.abandon(
        new IllegalStateException(
            "the AWS credentials provider did not answer within " + OVERDUE.toSeconds() + " s"));
    inFlight.interrupt();
  }

  private static IllegalStateException closed() {
    return new IllegalStateException("the pool is closed");
  }

  private IamToken await(Signing awaited, long asked, Duration patience) throws SQLException {
    try {
      long remaining = patience.toNanos() - (System.nanoTime() - asked);
      if (!awaited.done.await(remaining, TimeUnit.NANOSECONDS)) {
        throw unanswered(patience);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException(
          String.format(Locale.ROOT, "Interrupted while waiting for an IAM token for %s", request),
          NOT_CONNECTED,
          e);
    }
    IamToken token = awaited.token;
    if (token == null) {
      throw noToken(requireNonNull(awaited.failure));
    }
    return token;
  }

  private SQLException unanswered(Duration patience) {
    return new SQLException(
        String.format(
            Locale.ROOT,
            "Could not sign an IAM token for %s within %s s: the AWS credentials provider did not"
                + " answer. Check that this machine can reach the service that provides the"
                + " credentials (the EC2 metadata service, the container's agent, STS)%s.",
            request,
            seconds(patience),
            request.region() == null ? ", and the RDS API, which knows the writer's region" : ""),
        NOT_CONNECTED);
  }

  private SQLException noToken(Failure problem) {
    return new SQLException(
        String.format(
            Locale.ROOT, "Could not sign an IAM token for %s: %s", request, problem.reason),
        NOT_CONNECTED,
        problem.cause);
  }

  private BackOff waitAfter(Failure last) {
    return hasLivingToken() ? last.backOff : last.backOff.atMost(LONGEST_WAIT_WITHOUT_TOKEN);
  }

  private IamToken.State stateOf(Signed token) {
    return token.token.stateAt(clock.instant(), elapsedSince(token.atNanos));
  }

  private Duration elapsedSince(long nanos) {
    return Duration.ofNanos(nanoTime.getAsLong() - nanos);
  }

  private static String seconds(Duration duration) {
    return duration.toMillis() % 1_000 == 0
        ? Long.toString(duration.toSeconds())
        : Double.toString(duration.toMillis() / 1_000.0);
  }

  /** The last signed token, with the time of its signing. */
  private static final class Signed {
    private final IamToken token;
    private final long atNanos;

    private Signed(IamToken token, long atNanos) {
      this.token = token;
      this.atNanos = atNanos;
    }
  }

  /** One attempt to sign a token. */
  private final class Signing implements Runnable {

    private final long begunNanos;
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicBoolean isTaken = new AtomicBoolean();
    private @Nullable Thread thread; // guarded by lock
    private volatile @Nullable IamToken token;
    private volatile @Nullable Failure failure;

    private Signing(long begunNanos) {
      this.begunNanos = begunNanos;
    }

    @Override
    public void run() {
      lock.lock();
      try {
        thread = Thread.currentThread();
      } finally {
        lock.unlock();
      }
      try {
        succeed(signer.sign(request, expiration));
      } catch (Throwable e) { // waiting callers must be notified
        fail(e);
      }
    }

    /**
     * Whether the caller may use the token: a token for a single login goes to the first caller.
     */
    private boolean isForMe() {
      IamToken result = token;
      return (result != null && !result.usableFor().isZero()) || isTaken.compareAndSet(false, true);
    }

    private void succeed(IamToken result) {
      Failure last;
      lock.lock();
      try {
        if (signing != this) {
          return;
        }
        last = CachedToken.this.failure;
        token = result;
        signed = new Signed(result, nanoTime.getAsLong());
        CachedToken.this.failure = null;
        signing = null;
        statistics.signed(elapsedSince(begunNanos));
      } finally {
        lock.unlock();
      }
      logger.debug("{} - New token for {}: {}.", name, request.in(result.region()), result);
      if (last != null) {
        logger.info("{} - Signing tokens for {} works again.", name, request);
      }
      done.countDown();
    }

    /** The next signing waits. */
    private void fail(Throwable cause) {
      end(cause, true);
    }

    /** The next signing may start immediately. */
    private void abandon(Throwable cause) {
      end(cause, false);
    }

    private void end(Throwable cause, boolean nextOneWaits) {
      Failure last;
      Failure problem;
      lock.lock();
      try {
        if (signing != this) {
          return;
        }
        last = CachedToken.this.failure;
        problem = Failure.of(cause, last, nanoTime.getAsLong());
        failure = problem;
        signing = null; // first, so that whoever sees the failure sees none in flight, and waits
        if (nextOneWaits) {
          CachedToken.this.failure = problem;
        }
        statistics.failed(elapsedSince(begunNanos), problem.reason);
      } finally {
        lock.unlock();
      }
      if (last == null && !isClosed) {
        logger.warn("{} - Could not sign an IAM token for {}: {}", name, request, problem.reason);
      }
      done.countDown();
    }

    private void interrupt() {
      lock.lock();
      try {
        if (thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  /** The reason why a token could not be signed, and the wait before the next signing. */
  private static final class Failure {
    private final String reason;
    private final @Nullable Throwable cause;
    private final boolean isWithoutCredentials;
    private final BackOff backOff;

    private Failure(
        String reason, @Nullable Throwable cause, boolean isWithoutCredentials, BackOff backOff) {
      this.reason = reason;
      this.cause = cause;
      this.isWithoutCredentials = isWithoutCredentials;
      this.backOff = backOff;
    }

    private static Failure of(Throwable problem, @Nullable Failure previous, long now) {
      String message = problem.getMessage();
      String reason =
          message == null || problem instanceof NullPointerException
              ? "the AWS credentials provider failed with " + problem
              : message;
      boolean isWithoutCredentials = problem instanceof ExplainedCredentials.NoCredentialsException;
      BackOff before = previous == null ? null : previous.backOff;
      return new Failure(
          reason,
          isWithoutCredentials ? problem.getCause() : problem,
          isWithoutCredentials,
          BackOff.after(before, FIRST_WAIT, LONGEST_WAIT, now));
    }
  }
}
