package io.github.iamhikari.core;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * A simulated database that takes a limited number of new IAM logins a second, after a burst, and
 * refuses others as it refuses a bad token. By the time of {@link Fleet}, in nanoseconds.
 */
final class FleetServer {

  static final double LOGINS_PER_SECOND = 200;
  private static final double BURST = 200;

  /** How long a server takes to judge a token. */
  static final long LATENCY = Duration.ofMillis(50).toNanos();

  private static final long NO_ROUTE_LATENCY = Duration.ofMillis(2).toNanos();

  private final int maximumConnections;
  private final Set<String> validKeys = new HashSet<>(Set.of(FleetLogins.FIRST_KEY));
  private boolean isThrottling;
  private boolean isReachable = true;
  private boolean isPermitting = true;
  private double allowance = BURST;
  private long allowanceNanos;
  private int connections;
  private int logins;
  private int accepted;

  FleetServer(int maximumConnections) {
    this.maximumConnections = maximumConnections;
  }

  /**
   * Judges a login.
   *
   * @param now when it comes
   * @param key that signed its token
   * @param isDatedRight whether the server's clock is within the token's lifetime
   * @return how long that takes
   */
  long judge(long now, String key, boolean isDatedRight) throws FleetRefusal {
    if (!isReachable) {
      throw new FleetRefusal("Connection refused", "08001", NO_ROUTE_LATENCY);
    }
    logins++;
    if (!isWithinLimit(now) || !isPermitting || !isDatedRight || !validKeys.contains(key)) {
      throw new FleetRefusal("FATAL: PAM authentication failed for user \"app\"", "28000", LATENCY);
    }
    if (connections >= maximumConnections) {
      throw new FleetRefusal("FATAL: sorry, too many clients already", "53300", LATENCY);
    }
    connections++;
    accepted++;
    return LATENCY;
  }

  private boolean isWithinLimit(long now) {
    if (!isThrottling) {
      return true;
    }
    if (now > allowanceNanos) {
      allowance = Math.min(BURST, allowance + (now - allowanceNanos) / 1e9 * LOGINS_PER_SECOND);
      allowanceNanos = now;
    }
    if (allowance < 1) {
      return false;
    }
    allowance--;
    return true;
  }

  /** From now on it has a limit, and counts. */
  void throttle(long now) {
    isThrottling = true;
    allowanceNanos = now;
    logins = 0;
    accepted = 0;
  }

  void setReachable(boolean reachable) {
    isReachable = reachable;
  }

  void setPermitting(boolean permitting) {
    isPermitting = permitting;
  }

  void rotateKeys() {
    validKeys.clear();
    validKeys.add(FleetLogins.SECOND_KEY);
  }

  void connectionsEnded(int count) {
    connections -= count;
  }

  int logins() {
    return logins;
  }

  int accepted() {
    return accepted;
  }

  /** What the server answers, and how long that takes. */
  static final class FleetRefusal extends SQLException {

    private static final long serialVersionUID = 1L;

    private final long nanos;

    private FleetRefusal(String message, String state, long nanos) {
      super(message, state);
      this.nanos = nanos;
    }

    long nanos() {
      return nanos;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }
}
