package io.github.iamhikari.recipes.dsql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Transactions that are run again when they conflict with another one, as they do on a server with
 * optimistic concurrency control.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/working-with-concurrency-control.html">Concurrency
 *     control in Aurora DSQL</a>
 */
public final class Transactions {

  private Transactions() {}

  /** What a transaction does. It may be run several times, so it does nothing but SQL. */
  interface Work<T> {
    T with(Connection connection) throws SQLException;
  }

  /** Runs a transaction on a pool of HikariCP, and again when it conflicts, up to five times. */
  static <T> T run(DataSource pool, Work<T> work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try (Connection connection = pool.getConnection()) {
        connection.setAutoCommit(false);
        T result = work.with(connection);
        connection.commit(); // most conflicts show here
        return result;
      } catch (SQLException e) { // closing the connection has rolled back
        if (!"40001".equals(e.getSQLState()) || attempt == 5) {
          throw e;
        }
      }
      long pause = ThreadLocalRandom.current().nextLong(20L << attempt);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
    }
  }
}
