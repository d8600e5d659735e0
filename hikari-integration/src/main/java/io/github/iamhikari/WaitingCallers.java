package io.github.iamhikari;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The callers who wait in HikariCP for a connection of a pool that has none. When a login fails for
 * a reason that the next one would meet as well, they are interrupted and learn of it, instead of
 * waiting for {@code connectionTimeout} to pass. May be shared between threads.
 *
 * <p>HikariCP lets a waiting thread go for a connection, for a timeout or for an interrupt. An
 * interrupt leaves its metrics and its messages alone, and reaches a caller only between {@link
 * #enter} and {@link Caller#leave}.
 */
final class WaitingCallers {

  private final Set<Caller> callers = ConcurrentHashMap.newKeySet();

  /** Adds the current thread, which is to wait for a connection of a pool. */
  Caller enter(IamHikariDataSource pool) {
    Caller caller = new Caller(pool);
    callers.add(caller);
    return caller;
  }

  /** Interrupts those whose pool has no connection and can open none now. */
  void loginFailed() {
    callers.forEach(Caller::interruptIfInVain);
  }

  /** One thread that waits. */
  final class Caller {

    private final Thread thread = Thread.currentThread();
    private final IamHikariDataSource pool;
    private boolean hasLeft; // guarded by this, as is the problem
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
     * Takes the current thread out again, without the interrupt that it may have got from here.
     *
     * @return why it was interrupted; empty if it was not, or by somebody else
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
