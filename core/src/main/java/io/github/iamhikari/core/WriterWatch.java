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
 * Notices that the connections of a writer's endpoint lead to a server that does not take writes.
 *
 * <p>The first error that says so ends all of them. What is opened in their place is asked once, as
 * the endpoint may lead to the same server for a while. Until it leads to the writer, no more than
 * one connection at a time is given up, after a wait that grows: others would be no better. May be
 * shared between threads.
 */
final class WriterWatch {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  /** For so long errors may be those of old connections that were in use. */
  private static final Duration AFTERMATH = Duration.ofMinutes(1);

  /** How long a new connection may take to say what its server is. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int OPTION_PREVENTS_STATEMENT = 1290;

  private static final int READ_ONLY_MODE = 1836;

  private enum Verdict {
    UNRELATED,
    /** An error as of a read-only transaction on a writer. */
    UNSURE,
    DEMOTED
  }

  private final String name;
  private final TokenRequest request;
  private final LongSupplier nanoTime;
  private final Runnable demotionListener;
  private final AtomicReference<@Nullable Doubt> doubt = new AtomicReference<>();
  private final AtomicInteger demotions = new AtomicInteger();

  /** Those of PostgreSQL, which are told by their server what it is. */
  private final List<WeakReference<Connection>> connections = new CopyOnWriteArrayList<>();

  private final boolean isPostgres;

  /**
   * @param name stands first in log lines
   * @param request names the endpoint
   * @param isPostgres whether it is one of PostgreSQL
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   * @param demotionListener has the connections closed that there are
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
   * Judges what a connection threw.
   *
   * @return whether that connection is to be closed
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
      return false; // an old one, which ends when it is returned, or one that was asked already
    }
    BackOff wait = BackOff.after(last == null ? null : last.backOff, FIRST_WAIT, LONGEST_WAIT, now);
    boolean isDemotion = last == null && verdict == Verdict.DEMOTED;
    boolean isAnotherOne = last != null && last.isSettled && verdict == Verdict.DEMOTED;
    boolean hasReaders = isDemotion || isAnotherOne || (last != null && last.hasReaders);
    Doubt next = new Doubt(wait, false, hasReaders);
    if (isDemotion) {
      demotionListener.run(); // first, or a connection that fails meanwhile is lent again
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

  /** {@return how often the connections were ended so far} */
  int demotions() {
    return demotions.get();
  }

  /**
   * Takes note of a connection that has just been opened.
   *
   * @param demotionsBefore as {@link #demotions} was when that began
   * @return false if it leads to a reader, and another may do better since this one was being
   *     opened when the others were ended
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
      return true; // whoever uses it will see
    }
    if (!isWriter) {
      doubt.compareAndSet(last, new Doubt(last.backOff, false, true));
      return demotionsBefore == demotions.get();
    }
    if (doubt.compareAndSet(last, new Doubt(last.backOff, true, false)) && last.hasReaders) {
      logger.info("{} - {} leads to the writer again.", name, request.host());
      demotionListener.run(); // this one is not in the pool yet
    }
    return true;
  }

  private Verdict verdict(SQLException e) {
    return switch (e.getErrorCode()) {
      case OPTION_PREVENTS_STATEMENT ->
          says(e, "read-only") || says(e, "read_only") ? Verdict.DEMOTED : Verdict.UNRELATED;
      case READ_ONLY_MODE -> Verdict.DEMOTED;
      case 0 -> // as of PostgreSQL
          !WriterVerification.READ_ONLY.equals(e.getSQLState())
              ? Verdict.UNRELATED
              : says(e, "during recovery") ? Verdict.DEMOTED : verdictOfConnections();
      default -> Verdict.UNRELATED;
    };
  }

  /** A driver may be told to write the statement below it, with its data. */
  private static String firstLine(SQLException e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  private static boolean says(SQLException e, String words) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains(words);
  }

  /** By what the servers of all connections, that of the error among them, have told. */
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
   * @param backOff until the next connection may be given up
   * @param isSettled whether a new connection has led to the writer since
   * @param hasReaders whether there may be connections to a reader, so that all are to end when one
   *     leads to the writer
   */
  private record Doubt(BackOff backOff, boolean isSettled, boolean hasReaders) {

    private boolean isForgottenAt(long now) {
      return isSettled && backOff.remainingAt(now).plus(AFTERMATH).isNegative();
    }
  }
}
