package io.github.iamhikari.localrds;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A limit of open connections and of their age. A connection past its age ends when its client
 * sends something, or when there would be too many. Safe for use by several threads.
 */
final class ConnectionLimit {

  private final LongSupplier nanoTime;
  private final long lifetimeNanos;
  private final Map<Connection, Long> openedNanos = new HashMap<>();
  private int most;

  /**
   * A limit that accepts any number.
   *
   * @param nanoTime a monotonic clock, as {@link System#nanoTime()}
   * @param lifetime how long a connection lives
   */
  ConnectionLimit(LongSupplier nanoTime, Duration lifetime) {
    this.nanoTime = nanoTime;
    this.lifetimeNanos = lifetime.toNanos();
  }

  /** Sets the number; 0 for no limit. */
  synchronized void set(int connections) {
    most = connections;
  }

  /** {@return whether the connection is accepted; if so, it counts until it is closed} */
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
