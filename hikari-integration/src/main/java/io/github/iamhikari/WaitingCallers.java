package io.github.iamhikari;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The callers waiting in HikariCP for a connection from a pool that has none. When a login fails
 * and the next one would fail too, they are interrupted and throw immediately instead of waiting
 * for {@code connectionTimeout}. Instances are safe for use by multiple threads.
 *
 * <p>A thread waiting in HikariCP is released by a connection, a timeout or an interrupt. An
 * interrupt does not affect HikariCP's metrics and messages. A caller is only interrupted between
 * {@link #enter} and {@link Caller#leave}.
 */
final class WaitingCallers {

  private final Set<Caller> callers = ConcurrentHashMap.newKeySet();

  /** Adds the current thread, which is about to wait for a connection. */
  Caller enter(IamHikariDataSource pool) {
    Caller caller = new Caller(pool);
    callers.add(caller);
    return caller;
  }

  /** Interrupts the callers whose pool has no connections and cannot log in now. */
  void loginFailed() {
    callers.forEach(Caller::interruptIfInVain);
  }

  /** A waiting thread. */
  final class Caller {

    private final Thread thread = Thread.currentThread();
    private final IamHikariDataSource pool;
    private boolean hasLeft; // guarded by this, like problem
    private @Nullable SQLException problem;

    private Caller(IamHikariDataSource pool) {
      this.pool = pool;
    }

    private void interruptIfInVain() {
      HikariPoolMXBean running = pool.getHikariPoolMXBean();
      if (thread != Thread.currentThread()
          && running != null
          && running.getTotalConnections() == 0
          && pool.getDataSource() instanceof IamDataSource iamDataSource) {
        iamDataSource.getProblem().ifPresent(this::interrupt);
      }
    }

    private synchronized void interrupt(SQLException problem) {
      if (!hasLeft && this.problem == null) {
        this.problem = problem;
        thread.interrupt();
      }
    }

    /**
     * Removes the current thread and clears the interrupt that this class may have sent.
     *
     * @return why this class interrupted the thread; empty if it did not
     */
    synchronized Optional<SQLException> leave() {
      if (!hasLeft && problem != null) {
        Thread.interrupted();
      }
      hasLeft = true;
      callers.remove(this);
      return Optional.ofNullable(problem);
    }
  }
}
