package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What the logins of a pool learn of its connections: how many there are, and what they throw.
 *
 * <p>HikariCP asks it what an exception means for the connection that threw it, so that one to a
 * demoted writer is closed; what the user's own override decides counts more. May be shared between
 * threads.
 */
final class PoolConnections implements SQLExceptionOverride {

  private final @Nullable SQLExceptionOverride own;
  private volatile @Nullable HikariDataSource pool;

  private PoolConnections(@Nullable SQLExceptionOverride own) {
    this.own = own;
  }

  /** Puts one into a configuration, around what its user has set. */
  static PoolConnections install(HikariConfig config) {
    PoolConnections installed = new PoolConnections(own(config.getExceptionOverride()));
    config.setExceptionOverride(installed);
    return installed;
  }

  /** {@return what the user of a configuration has set that has this override now} */
  static @Nullable SQLExceptionOverride own(@Nullable SQLExceptionOverride override) {
    return override instanceof PoolConnections installed ? installed.own : override;
  }

  /** Tells the one in a configuration which pool is made from that. */
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

  /** {@return how many connections there are; -1 while the pool starts} */
  int openConnections() {
    HikariPoolMXBean connections = connections();
    return connections == null ? -1 : connections.getTotalConnections();
  }

  /** {@return how many connections the pool wants when nobody borrows one} */
  int poolSize() {
    HikariDataSource running = pool;
    return running == null ? 1 : Math.max(1, running.getMinimumIdle());
  }

  /** Ends the connections that there are; those in use are closed when they are returned. */
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
