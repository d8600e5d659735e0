package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * An application: threads that borrow connections of a pool, do some work with each, such as to ask
 * the database who they are, and go on when that fails.
 */
final class Borrowers implements AutoCloseable {

  /** HikariCP prefers a thread that borrows again at once, so that others would starve. */
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);

  private final Work work;
  private final List<Thread> threads = new ArrayList<>();
  private final List<AtomicLong> answers = new ArrayList<>();
  private final Set<String> users = ConcurrentHashMap.newKeySet();
  private final Collection<SQLException> failedBorrows = new ConcurrentLinkedQueue<>();
  private final Collection<SQLException> failedStatements = new ConcurrentLinkedQueue<>();
  private volatile boolean end;

  /** Starts so many of them, who ask who they are. */
  Borrowers(DataSource pool, int count) {
    work = connection -> users.add(currentUser(connection));
    start(pool, count);
  }

  /** Starts so many of them, who do this. */
  Borrowers(DataSource pool, int count, Work work) {
    this.work = work;
    start(pool, count);
  }

  private void start(DataSource pool, int count) {
    for (int i = 0; i < count; i++) {
      AtomicLong answered = new AtomicLong();
      answers.add(answered);
      Thread thread = new Thread(() -> borrow(pool, answered), "borrower " + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void borrow(DataSource pool, AtomicLong answered) {
    while (!end) {
      LockSupport.parkNanos(PAUSE);
      try (Connection connection = pool.getConnection()) {
        workWith(connection);
        answered.incrementAndGet();
      } catch (FailedStatement e) {
        failedStatements.add(e.reason);
      } catch (SQLException e) {
        failedBorrows.add(e);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10)); // as a caller who tries again
      }
    }
  }

  private void workWith(Connection connection) throws FailedStatement {
    try {
      work.with(connection);
    } catch (SQLException e) {
      throw new FailedStatement(e);
    }
  }

  /** Who the database says that a connection belongs to. */
  static String currentUser(Connection connection) throws SQLException {
    return ask(connection, "SELECT current_user").replaceFirst("@%$", "");
  }

  /** What the database answers. */
  static String ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }

  /** Waits until each of them has asked, from now on, and been answered. */
  void awaitAnswers() throws Exception {
    List<Long> before = answers.stream().map(AtomicLong::get).toList();
    for (int i = 0; i < answers.size(); i++) {
      AtomicLong answered = answers.get(i);
      long enough = before.get(i) + 2; // the first one may have been asked for before
      Patience.await("all borrowers are answered", () -> answered.get() >= enough);
    }
  }

  /** As whom they were logged in. */
  Set<String> users() {
    return users;
  }

  /** What {@code getConnection()} has thrown. */
  Collection<SQLException> failedBorrows() {
    return failedBorrows;
  }

  /** What has been thrown by connections that were borrowed. */
  Collection<SQLException> failedStatements() {
    return failedStatements;
  }

  /** Lets them come to an end, and waits for it. */
  @Override
  public void close() {
    end = true;
    try {
      for (Thread thread : threads) {
        thread.join(Patience.PATIENCE.toMillis());
        assertThat(thread.isAlive()).as(thread.getName()).isFalse();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What one of them does with a connection. */
  interface Work {
    void with(Connection connection) throws SQLException;
  }

  private static final class FailedStatement extends Exception {

    private static final long serialVersionUID = 1L;

    private final SQLException reason;

    private FailedStatement(SQLException reason) {
      super(reason);
      this.reason = reason;
    }
  }
}
