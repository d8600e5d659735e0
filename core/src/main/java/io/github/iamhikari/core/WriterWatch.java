package io.github.iamhikari.core;

import java.lang.ref.WeakReference;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the connections of a writer endpoint no longer lead to the writer.
 *
 * <p>The first error that shows it closes all connections. Each replacement is checked once,
 * because the endpoint may lead to the same server for a while. Until it leads to the writer, at
 * most one connection is closed at a time, after a growing wait, because its replacement would be
 * no better. Thread-safe.
 */
final class WriterWatch {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** How long errors may still come from old connections that were in use. */
  private static final Duration AFTERMATH = Duration.ofMinutes(1);

  /** How long the check of a new connection may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int OPTION_PREVENTS_STATEMENT = 1290;

  private static final int READ_ONLY_MODE = 1836;

  private enum Verdict {
    UNRELATED,
    /** An error that a read-only transaction on a writer causes, too. */
    UNSURE,
    DEMOTED
  }

  private final String name;
  private final TokenRequest request;
  private final LongSupplier nanoTime;
  private final Runnable demotionListener;
  private final AtomicReference<@Nullable Doubt> doubt = new AtomicReference<>();
  private final AtomicInteger demotions = new AtomicInteger();

  /** Connections to PostgreSQL, whose server reports its role. */
  private final List<WeakReference<Connection>> connections = new CopyOnWriteArrayList<>();

  private final boolean isPostgres;

  /**
   * @param name the name at the beginning of log lines
   * @param request the endpoint
   * @param isPostgres whether it is a PostgreSQL endpoint
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   * @param demotionListener closes the existing connections
   */
  WriterWatch(
      String name,
      TokenRequest request,
      boolean isPostgres,
      LongSupplier nanoTime,
      Runnable demotionListener) {
    this.name = name;
    this.request = request;
    this.isPostgres = isPostgres;
    this.nanoTime = nanoTime;
    this.demotionListener = demotionListener;
  }

  /**
   * Evaluates an exception of a connection.
   *
   * @return whether to close that connection
   */
  boolean failed(SQLException e) {
    Verdict verdict = verdict(e);
    if (verdict == Verdict.UNRELATED) {
      return false;
    }
    long now = nanoTime.getAsLong();
    Doubt before = doubt.get();
    Doubt last = before == null || before.isForgottenAt(now) ? null : before;
    if (last != null && !last.backOff.isOverAt(now)) {
      return false; // an old connection, which is closed when returned, or one that was checked
      // already
    }
    BackOff wait = BackOff.after(last == null ? null : last.backOff, FIRST_WAIT, LONGEST_WAIT, now);
    boolean isDemotion = last == null && verdict == Verdict.DEMOTED;
    boolean isAnotherOne = last != null && last.isSettled && verdict == Verdict.DEMOTED;
    boolean hasReaders = isDemotion || isAnotherOne || (last != null && last.hasReaders);
    Doubt next = new Doubt(wait, false, hasReaders);
    if (isDemotion) {
      demotionListener.run(); // first, so that a connection that fails meanwhile is not lent again
    }
    if (!doubt.compareAndSet(before, next)) {
      return isDemotion;
    }
    if (isDemotion) {
      demotions.incrementAndGet();
      logger.warn(
          "{} - {} no longer leads to the writer: \"{}\" (SQLState {}, error code {}). Replacing"
              + " all connections of the pool, those in use when they are returned.",
          name,
          request.host(),
          firstLine(e),
          e.getSQLState(),
          e.getErrorCode());
    }
    return true;
  }

  /** {@return how often all connections were closed so far} */
  int demotions() {
    return demotions.get();
  }

  /**
   * Registers a new connection, and checks it if the endpoint has led to a reader.
   *
   * @param demotionsBefore the value of {@link #demotions} before it was opened
   * @return false if it leads to a reader and should be replaced, because all connections were
   *     closed while it was being opened
   */
  boolean takes(Connection connection, int demotionsBefore) {
    if (isPostgres) {
      for (WeakReference<Connection> known : List.copyOf(connections)) {
        if (isClosed(known.get())) {
          connections.remove(known);
        }
      }
      connections.add(new WeakReference<>(connection));
    }
    Doubt last = doubt.get();
    if (last == null || last.isSettled) {
      return true;
    }
    boolean isWriter;
    try {
      isWriter = ServerRole.isWriter(connection, PATIENCE);
    } catch (SQLException e) {
      return true; // its user will notice
    }
    if (!isWriter) {
      doubt.compareAndSet(last, new Doubt(last.backOff, false, true));
      return demotionsBefore == demotions.get();
    }
    if (doubt.compareAndSet(last, new Doubt(last.backOff, true, false)) && last.hasReaders) {
      logger.info("{} - {} leads to the writer again.", name, request.host());
      demotionListener.run(); // this connection is not in the pool yet
    }
    return true;
  }

  private Verdict verdict(SQLException e) {
    return switch (e.getErrorCode()) {
      case OPTION_PREVENTS_STATEMENT ->
          says(e, "read-only") || says(e, "read_only") ? Verdict.DEMOTED : Verdict.UNRELATED;
      case READ_ONLY_MODE -> Verdict.DEMOTED;
      case 0 -> // PostgreSQL has no error codes
          !WriterVerification.READ_ONLY.equals(e.getSQLState())
              ? Verdict.UNRELATED
              : says(e, "during recovery") ? Verdict.DEMOTED : verdictOfConnections();
      default -> Verdict.UNRELATED;
    };
  }

  /** The first line only: a driver may be configured to append the statement with its data. */
  private static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static boolean says(SQLException e, String words) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(words);
  }

  /** The verdict from the roles that the servers of all connections have reported. */
  private Verdict verdictOfConnections() {
    Verdict verdict = isPostgres ? Verdict.UNRELATED : Verdict.UNSURE;
    for (WeakReference<Connection> known : connections) {
      Connection connection = known.get();
      if (connection != null && !isClosed(connection)) {
        Optional<Boolean> isWriter = ServerRole.reportsWriter(connection);
        if (isWriter.isPresent() && !isWriter.get()) {
          return Verdict.DEMOTED;
        }
        verdict = isWriter.isEmpty() ? Verdict.UNSURE : verdict;
      }
    }
    return verdict;
  }

  private static boolean isClosed(@Nullable Connection connection) {
    try {
      return connection == null || connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }

  /**
   * An endpoint that led to a reader.
   *
   * @param backOff the wait until the next connection may be closed
   * @param isSettled whether a new connection has led to the writer since
   * @param hasReaders whether there may be connections to a reader, which must be closed once one
   *     leads to the writer
   */
  private record Doubt(BackOff backOff, boolean isSettled, boolean hasReaders) {

    private boolean isForgottenAt(long now) {
      return isSettled && backOff.remainingAt(now).plus(AFTERMATH).isNegative();
    }
  }
}
