package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Has a pool close its connections to a writer that was demoted. HikariCP asks it what an exception
 * means for the connection that threw it; what the user's own override decides counts more. May be
 * shared between threads.
 */
final class DemotedWriter implements SQLExceptionOverride {

  private final @Nullable SQLExceptionOverride own;
  private volatile @Nullable HikariDataSource pool;

  private DemotedWriter(@Nullable SQLExceptionOverride own) {
    this.own = own;
  }

  /** Puts one into a configuration, around what its user has set. */
  static DemotedWriter install(HikariConfig config) {
    DemotedWriter installed = new DemotedWriter(own(config.getExceptionOverride()));
    config.setExceptionOverride(installed);
    return installed;
  }

  /** {@return what the user of a configuration has set that has this override now} */
  static @Nullable SQLExceptionOverride own(@Nullable SQLExceptionOverride override) {
    return override instanceof DemotedWriter installed ? installed.own : override;
  }

  /** Tells the one in a configuration which pool is made from that. */
  static void belongsTo(HikariDataSource pool, HikariConfig config) {
    if (config.getExceptionOverride() instanceof DemotedWriter installed) {
      installed.pool = pool;
    }
  }

  @java.lang.Override
  public Override adjudicate(SQLException e) {
    if (own != null) {
      Override decision = own.adjudicate(e);
      if (decision == Override.MUST_EVICT || decision == Override.DO_NOT_EVICT) {
        return decision;
      }
    }
    HikariDataSource running = pool;
    return running != null
            && running.getDataSource() instanceof IamDataSource logins
            && logins.connectionFailed(e)
        ? Override.MUST_EVICT
        : Override.CONTINUE_EVICT;
  }

  /** Ends the connections that there are; those in use are closed when they are returned. */
  void evict() {
    HikariDataSource running = pool;
    HikariPoolMXBean connections = running == null ? null : running.getHikariPoolMXBean();
    if (connections != null) {
      connections.softEvictConnections();
    }
  }
}
