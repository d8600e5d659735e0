package io.github.iamhikari.recipes.pools;

import io.github.iamhikari.core.IamDataSource;
import org.apache.tomcat.jdbc.pool.DataSource;

/** A Tomcat JDBC pool that logs in with IAM. */
public final class TomcatJdbc {

  private TomcatJdbc() {}

  /**
   * Makes a pool; its settings are those of Tomcat JDBC.
   *
   * @param logins opens the pool's connections; stays open when the pool is closed
   * @return the pool, to be closed by the caller
   */
  public static DataSource pool(IamDataSource logins) {
    DataSource pool = new DataSource(); // org.apache.tomcat.jdbc.pool.DataSource
    pool.setDataSource(logins);
    pool.setInitialSize(1);
    pool.setMaxActive(10);
    return pool;
  }
}
