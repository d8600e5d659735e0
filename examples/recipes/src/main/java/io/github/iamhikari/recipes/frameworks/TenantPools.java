package io.github.iamhikari.recipes.frameworks;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * A pool for each tenant. A pool is made when its tenant first needs it. When there are too many,
 * the one that was asked least recently is closed, among those that have lent no connection.
 *
 * <p>May be shared between threads. {@link #close()} closes all pools.
 */
public final class TenantPools extends AbstractDataSource implements AutoCloseable {

  private final int atMost;
  private final Supplier<String> tenant;
  private final Function<String, HikariConfig> configuration;

  /** The one that was asked least recently is the first; guarded by itself. */
  private final Map<String, TenantPool> pools = new LinkedHashMap<>(16, 0.75f, true);

  private boolean closed;

  /**
   * Without a pool, until a tenant needs one.
   *
   * @param atMost how many pools there may be
   * @param tenant the tenant whom the caller's thread works for
   * @param configuration a tenant's URL, user, role and pool
   */
  public TenantPools(
      int atMost, Supplier<String> tenant, Function<String, HikariConfig> configuration) {
    this.atMost = atMost;
    this.tenant = tenant;
    this.configuration = configuration;
  }

  /**
   * Borrows a connection from the pool of the thread's tenant.
   *
   * @throws SQLTransientConnectionException if there are too many pools, and each of them has lent
   *     a connection
   */
  @Override
  public Connection getConnection() throws SQLException {
    TenantPool pool = enter(tenant.get());
    try {
      return pool.dataSource.getConnection();
    } finally {
      leave(pool);
    }
  }

  @Override
  public Connection getConnection(String username, String password) {
    throw new UnsupportedOperationException();
  }

  private TenantPool enter(String name) throws SQLException {
    TenantPool unused = null;
    try {
      synchronized (pools) {
        if (closed) {
          throw new SQLException("The pools of the tenants have been closed");
        }
        TenantPool pool = pools.get(name);
        if (pool == null) {
          unused = pools.size() < atMost ? null : removeUnused();
          pool = new TenantPool(configuration.apply(name));
          pools.put(name, pool);
        }
        pool.borrowers++;
        return pool;
      }
    } finally {
      if (unused != null) {
        unused.close();
      }
    }
  }

  private TenantPool removeUnused() throws SQLException {
    for (Iterator<TenantPool> all = pools.values().iterator(); all.hasNext(); ) {
      TenantPool pool = all.next();
      if (pool.isUnused()) {
        all.remove();
        return pool;
      }
    }
    throw new SQLTransientConnectionException(
        "All " + atMost + " pools are in use: raise their number, or try again later");
  }

  private void leave(TenantPool pool) {
    synchronized (pools) {
      pool.borrowers--;
    }
  }

  @Override
  public void close() {
    List<TenantPool> all;
    synchronized (pools) {
      closed = true;
      all = new ArrayList<>(pools.values());
      pools.clear();
    }
    all.forEach(TenantPool::close);
  }

  private static final class TenantPool {

    private final IamHikariDataSource dataSource = new IamHikariDataSource();

    /** Who is about to get a connection. */
    private int borrowers;

    /** It starts with the first connection, which is not borrowed under the lock. */
    TenantPool(HikariConfig configuration) {
      configuration.copyStateTo(dataSource);
    }

    boolean isUnused() {
      return borrowers == 0
          && (dataSource.getHikariPoolMXBean() == null
              || dataSource.getHikariPoolMXBean().getActiveConnections() == 0);
    }

    void close() {
      dataSource.close();
    }
  }
}
