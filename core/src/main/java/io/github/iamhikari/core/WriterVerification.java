package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * Checks that each new connection of a writer endpoint leads to the writer, and opens another one
 * if not: after a failover the endpoint's name may lead to the old writer for a while. Thread-safe.
 */
final class WriterVerification {

  /** SQLSTATE: read-only SQL transaction, PostgreSQL's answer to a write on a reader. */
  static final String READ_ONLY = "25006";

  /**
   * The average wait between the first two connections; a server accepts a limited number of logins
   * per second.
   */
  private static final long FIRST_WAIT_MILLIS = 1_000;

  private static final long LONGEST_WAIT_MILLIS = 4_000;

  private static final long SHORTEST_WAIT_MILLIS = 500;

  /** Opens a connection. */
  interface Opening {
    Connection open() throws SQLException;
  }

  /** Waits for a while, or until the data source is closed. */
  interface Pause {
    void await(Duration time) throws InterruptedException;
  }

  private final TokenRequest request;
  private final LongSupplier nanoTime;
  private final Pause pause;

  /**
   * @param request the endpoint
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   */
  WriterVerification(TokenRequest request, LongSupplier nanoTime, Pause pause) {
    this.request = request;
    this.nanoTime = nanoTime;
    this.pause = pause;
  }

  /**
   * Rejects the setting for endpoints that need not lead to a writer.
   *
   * @param server the endpoint that the driver connects to
   * @throws IllegalArgumentException if it is not a writer endpoint, or one of DSQL
   */
  static void check(IamSettings settings, EndpointName server) {
    if (settings.verifyWriter() && server.isOfDsql()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is true, but %s is an Aurora DSQL endpoint, where every server accepts writes;"
                  + " remove %s",
              IamSettings.VERIFY_WRITER,
              server.name(),
              IamSettings.VERIFY_WRITER));
    }
    if (settings.verifyWriter() && !server.isWriter()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is true, but %s is not a writer endpoint; remove %s, or connect to the cluster"
                  + " endpoint",
              IamSettings.VERIFY_WRITER,
              server.name(),
              IamSettings.VERIFY_WRITER));
    }
  }

  /**
   * Opens connections until one leads to the writer.
   *
   * @param whenNotTheWriter runs for each connection that does not
   * @param patience how long to try
   * @throws SQLException if none does within this time, or if a connection cannot be opened or
   *     queried
   */
  Connection open(Opening opening, Runnable whenNotTheWriter, Duration patience)
      throws SQLException {
    long start = nanoTime.getAsLong();
    for (int opened = 1; ; opened++) {
      Connection connection = opening.open();
      if (isWriter(connection, patience)) {
        return connection;
      }
      connection.close();
      whenNotTheWriter.run();
      long remaining = patience.minusNanos(nanoTime.getAsLong() - start).toMillis();
      long wait = Math.min(waitAfter(opened), remaining / 2); // leaves time for another attempt
      if (wait < SHORTEST_WAIT_MILLIS) {
        throw notTheWriter(opened, patience);
      }
      await(Duration.ofMillis(wait));
    }
  }

  /** Doubles each time, with jitter. */
  private static long waitAfter(int opened) {
    long wait = Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS << Math.min(opened - 1, 10));
    return wait / 2 + ThreadLocalRandom.current().nextLong(wait + 1);
  }

  private static boolean isWriter(Connection connection, Duration patience) throws SQLException {
    try {
      return ServerRole.isWriter(connection, patience);
    } catch (SQLException | RuntimeException e) {
      connection.close();
      throw e;
    }
  }

  private SQLException notTheWriter(int opened, Duration patience) {
    return new SQLException(
        String.format(
            Locale.ROOT,
            "%s does not lead to the writer: each connection opened within %d s (%d in all) was"
                + " read-only, and was closed. After a failover the name can lead to the old writer for up to"
                + " a minute. Set networkaddress.cache.ttl to 5 s or less, and connectionTimeout"
                + " (or the login timeout) to more than that; if the name never leads to the"
                + " writer, use the writer's endpoint or remove %s.",
            request.host(),
            patience.toSeconds(),
            opened,
            IamSettings.VERIFY_WRITER),
        READ_ONLY);
  }

  private void await(Duration wait) throws SQLException {
    try {
      pause.await(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("Interrupted while waiting for the writer", READ_ONLY, e);
    }
  }
}
