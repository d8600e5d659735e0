package io.github.iamhikari.recipes.pools;

import io.github.iamhikari.core.IamDataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.apache.commons.dbcp2.ConnectionFactory;
import org.apache.commons.dbcp2.DataSourceConnectionFactory;

/** A pool of Apache Commons DBCP 2 that logs in with IAM. */
public final class Dbcp2 {

  private Dbcp2() {}

  /**
   * Makes a pool; its settings are those of DBCP 2.
   *
   * @param logins opens the pool's connections; stays open when the pool is closed
   * @return the pool, to be closed by the caller
   */
  public static BasicDataSource pool(IamDataSource logins) {
    // tag::dbcp2[]
    BasicDataSource pool =
        new BasicDataSource() {
          @Override
          protected ConnectionFactory createConnectionFactory() {
            return new DataSourceConnectionFactory(logins);
          }
        };
    pool.setMaxTotal(10);
    // end::dbcp2[]
    return pool;
  }
}
