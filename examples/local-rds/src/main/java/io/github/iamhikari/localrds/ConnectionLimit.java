package io.github.iamhikari.localrds;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How many connections a server takes at once, and for how long. One that is over its time ends
 * with what its client sends next, or when there would be too many. Safe for use by several
 * threads.
 */
final class ConnectionLimit {

  private final LongSupplier nanoTime;
  private final long lifetimeNanos;
  private final Map<Connection, Long> openedNanos = new HashMap<>();
  private int most;

  /**
   * One that takes any number.
   *
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   * @param lifetime how long a connection lives
   */
  ConnectionLimit(LongSupplier nanoTime, Duration lifetime) {
    this.nanoTime = nanoTime;
    this.lifetimeNanos = lifetime.toNanos();
  }

  /** Takes so many from now on; any number for 0. */
  synchronized void set(int connections) {
    most = connections;
  }

  /** {@return whether there may be this connection, which counts then until it is closed} */
  synchronized boolean takes(Connection connection) {
    openedNanos.keySet().stream().filter(this::isOver).forEach(Connection::close);
    openedNanos.keySet().removeIf(Connection::isClosed);
    if (most > 0 && openedNanos.size() >= most) {
      return false;
    }
    openedNanos.put(connection, nanoTime.getAsLong());
    connection.endsWhen(() -> isOver(connection));
    return true;
  }

  private synchronized boolean isOver(Connection connection) {
    Long opened = openedNanos.get(connection);
    return opened == null || nanoTime.getAsLong() - opened >= lifetimeNanos;
  }
}
