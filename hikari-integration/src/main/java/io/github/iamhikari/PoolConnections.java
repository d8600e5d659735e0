package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells a pool's logins how many connections the pool has and which exceptions they throw.
 *
 * <p>It is the pool's {@link SQLExceptionOverride}, which makes HikariCP close connections to a
 * demoted writer. The user's own override takes precedence. Instances are safe for use by multiple
 * threads.
 */
final class PoolConnections implements SQLExceptionOverride {

  private final @Nullable SQLExceptionOverride own;
  private volatile @Nullable HikariDataSource pool;

  private PoolConnections(@Nullable SQLExceptionOverride own) {
    this.own = own;
  }

  /** Installs an instance in a configuration, wrapping the user's own override. */
  static PoolConnections install(HikariConfig config) {
    PoolConnections installed = new PoolConnections(own(config.getExceptionOverride()));
    config.setExceptionOverride(installed);
    return installed;
  }

  /** {@return the user's own override, which may be wrapped by an instance of this class} */
  static @Nullable SQLExceptionOverride own(@Nullable SQLExceptionOverride override) {
    return override instanceof PoolConnections installed ? installed.own : override;
  }

  /** Connects the instance in a configuration with the pool created from it. */
  static void belongsTo(HikariDataSource pool, HikariConfig config) {
    if (config.getExceptionOverride() instanceof PoolConnections installed) {
      installed.pool = pool;
    }
  }

  @java.lang.Override
  public Override adjudicate(SQLException e) {
    Override decision = own == null ? Override.CONTINUE_EVICT : own.adjudicate(e);
    if (decision == Override.DO_NOT_EVICT) {
      return decision;
    }
    HikariDataSource running = pool;
    boolean isLost =
        running != null
            && running.getDataSource() instanceof IamDataSource logins
            && logins.connectionFailed(e);
    return isLost ? Override.MUST_EVICT : decision;
  }

  /** {@return the number of connections, or -1 while the pool is starting} */
  int openConnections() {
    HikariPoolMXBean connections = connections();
    return connections == null ? -1 : connections.getTotalConnections();
  }

  /** {@return how many connections the pool keeps while none are borrowed} */
  int poolSize() {
    HikariDataSource running = pool;
    return running == null ? 1 : Math.max(1, running.getMinimumIdle());
  }

  /** Evicts all connections; those in use are closed when they are returned. */
  void evict() {
    HikariPoolMXBean connections = connections();
    if (connections != null) {
      connections.softEvictConnections();
    }
  }

  private @Nullable HikariPoolMXBean connections() {
    HikariDataSource running = pool;
    return running == null ? null : running.getHikariPoolMXBean();
  }
}
