package io.github.iamhikari.core;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.function.Supplier;

/**
 * One pool of a simulated fleet: HikariCP's thread that opens connections, with its waits, and
 * callers who come each second and have 30 s.
 */
final class FleetPool {

  private static final long FIRST_WAIT = millis(10);
  private static final long LONGEST_WAIT = millis(5_000);
  private static final long AFTER_EACH_CONNECTION = millis(30);
  private static final long BETWEEN_START_ATTEMPTS = millis(1_000);
  private static final long HOUSEKEEPER_DELAY = millis(100);
  private static final long BETWEEN_CALLERS = millis(1_000);
  private static final long CONNECTION_TIMEOUT = millis(30_000);

  /** As the docs tell those to set it whose pods all start together. */
  private static final long INITIALIZATION_FAIL_TIMEOUT = millis(60_000);

  /** After which Kubernetes starts a pod again, for the first time. */
  private static final long FIRST_RESTART = millis(10_000);

  private static final long LONGEST_RESTART = millis(300_000);

  private final Fleet fleet;
  private final FleetServer server;
  private final Supplier<FleetLogins> process;
  private final Random random;
  private final int size;
  private final Deque<Long> waitingCallers = new ArrayDeque<>();
  private FleetLogins logins;
  private Runnable whenServing = () -> {};
  private int total;
  private int era;
  private boolean isOpening;
  private boolean hasCallers;
  private long wait = FIRST_WAIT;

  /** When HikariCP asked for the connection that is being opened. */
  private long asked = Long.MAX_VALUE;

  private long started;
  private long restart = FIRST_RESTART;
  private long servedAt = Long.MAX_VALUE;
  private long fullAt = Long.MAX_VALUE;
  private int failedCallers;
  private int failedStarts;

  FleetPool(
      Fleet fleet, FleetServer server, Supplier<FleetLogins> process, Random random, int size) {
    this.fleet = fleet;
    this.server = server;
    this.process = process;
    this.random = random;
    this.size = size;
    this.logins = process.get();
  }

  FleetLogins logins() {
    return logins;
  }

  /** When it got its first connection since they were counted; Long.MAX_VALUE if it did not. */
  long servedAt() {
    return servedAt;
  }

  long fullAt() {
    return fullAt;
  }

  int failedCallers() {
    return failedCallers;
  }

  int failedStarts() {
    return failedStarts;
  }

  /** It has all of its connections, and its tokens are in use. */
  void fillAtOnce() {
    login();
    server.connectionsEnded(1 - size);
    total = size;
  }

  void forgetWhatWas() {
    servedAt = Long.MAX_VALUE;
    fullAt = Long.MAX_VALUE;
    failedCallers = 0;
  }

  /** All connections end; the first caller finds that out. */
  void loseConnections() {
    server.connectionsEnded(total);
    total = 0;
    era++;
    isOpening = false;
    forgetWhatWas();
    fleet.in(random.nextLong(BETWEEN_CALLERS), this::noticesThatItIsEmpty);
  }

  private void noticesThatItIsEmpty() {
    startCallers();
    openMore();
  }

  /** A connection that is old enough is replaced. */
  void replaceOne() {
    server.connectionsEnded(1);
    total--;
    openMore();
  }

  /** A new process; its pool is made by the constructor that starts it. */
  void start(Runnable whenItServes) {
    whenServing = whenItServes;
    started = fleet.now();
    attemptToStart();
  }

  private void attemptToStart() {
    boolean isAccepted = login();
    fleet.in(logins.taken(), isAccepted ? this::hasStarted : this::hasNotStarted);
  }

  private void hasStarted() {
    opened();
    fleet.in(HOUSEKEEPER_DELAY, this::openMore);
  }

  private void hasNotStarted() {
    fleet.in(
        BETWEEN_START_ATTEMPTS,
        () -> {
          if (fleet.now() - started < INITIALIZATION_FAIL_TIMEOUT) {
            attemptToStart();
            return;
          }
          failedStarts++;
          logins = process.get();
          fleet.in(restart, () -> start(whenServing));
          restart = Math.min(LONGEST_RESTART, 2 * restart);
        });
  }

  private void openMore() {
    if (!isOpening && total < size) {
      isOpening = true;
      wait = FIRST_WAIT;
      attempt(era);
    }
  }

  /** As HikariPool's PoolEntryCreator goes on until it is not needed any more. */
  private void attempt(int eraOfThis) {
    if (eraOfThis != era) {
      return;
    }
    if (total >= size) {
      isOpening = false;
      return;
    }
    asked = Math.min(asked, fleet.now());
    if (total == 0) {
      logins.connectionsLost();
    }
    long untilTurn = logins.nanosToTurn(total > 0);
    if (untilTurn > 0) {
      fleet.in(untilTurn, () -> attempt(eraOfThis));
      return;
    }
    boolean isAccepted = login();
    boolean isHeld =
        !isAccepted && total == 0 && logins.holds(asked + CONNECTION_TIMEOUT - fleet.now());
    fleet.in(
        logins.taken(),
        () -> {
          if (isAccepted) {
            opened();
            wait = FIRST_WAIT;
            asked = Long.MAX_VALUE;
            fleet.in(AFTER_EACH_CONNECTION, () -> attempt(eraOfThis));
            return;
          }
          tellWaitingCallers();
          if (isHeld) {
            attempt(eraOfThis);
            return;
          }
          asked = Long.MAX_VALUE;
          fleet.in(wait, () -> attempt(eraOfThis));
          wait = Math.min(LONGEST_WAIT, 2 * wait);
        });
  }

  private boolean login() {
    try {
      logins.login();
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  private void opened() {
    total++;
    if (servedAt == Long.MAX_VALUE) {
      servedAt = fleet.now();
      whenServing.run();
    }
    if (total == size && fullAt == Long.MAX_VALUE) {
      fullAt = fleet.now();
    }
    giveUpLateCallers();
    waitingCallers.clear();
  }

  private void startCallers() {
    if (!hasCallers) {
      hasCallers = true;
      callerComes();
    }
  }

  private void callerComes() {
    if (total > 0) {
      hasCallers = false;
      return;
    }
    giveUpLateCallers();
    if (logins.tellsCallers()) {
      failedCallers++;
    } else {
      waitingCallers.add(fleet.now());
    }
    fleet.in(BETWEEN_CALLERS, this::callerComes);
  }

  private void giveUpLateCallers() {
    while (!waitingCallers.isEmpty() && fleet.now() - waitingCallers.peek() >= CONNECTION_TIMEOUT) {
      waitingCallers.remove();
      failedCallers++;
    }
  }

  private void tellWaitingCallers() {
    if (total == 0 && logins.tellsCallers()) {
      failedCallers += waitingCallers.size();
      waitingCallers.clear();
    }
  }

  private static long millis(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
