package io.github.iamhikari.recipes.pools;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.github.iamhikari.core.IamDataSource;
import java.sql.SQLException;

/** An Agroal pool that logs in with IAM. */
public final class Agroal {

  private Agroal() {}

  /**
   * Makes a pool; its settings are those of Agroal.
   *
   * @param logins opens the pool's connections; stays open when the pool is closed
   * @return the pool, to be closed by the caller
   * @throws SQLException if Agroal does not start
   */
  public static AgroalDataSource pool(IamDataSource logins) throws SQLException {
    // tag::agroal[]
    var configuration = new AgroalDataSourceConfigurationSupplier();
    configuration
        .connectionPoolConfiguration()
        .maxSize(10)
        .establishmentRetryAttempts(0)
        .connectionFactoryConfiguration()
        .connectionProviderClass(AgroalLogins.class)
        .addSecurityProvider(AgroalLogins::handedOn)
        .credential(logins);
    AgroalDataSource pool = AgroalDataSource.from(configuration);
    // end::agroal[]
    return pool;
  }
}
