package io.github.iamhikari.recipes.pools;

import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.github.iamhikari.core.IamDriver;
import java.sql.SQLException;

/** An Agroal pool that logs in with IAM. */
public final class Agroal {

  private Agroal() {}

  /**
   * Makes a pool; its settings are those of Agroal.
   *
   * @param jdbcUrl {@code jdbc:iam:} and the rest of a JDBC URL
   * @param user the database user
   * @return the pool, to be closed by the caller
   * @throws SQLException if Agroal does not start
   */
  public static AgroalDataSource pool(String jdbcUrl, String user) throws SQLException {
    var configuration = new AgroalDataSourceConfigurationSupplier();
    configuration
        .connectionPoolConfiguration()
        .maxSize(10)
        .establishmentRetryAttempts(0)
        .connectionFactoryConfiguration()
        .connectionProviderClass(IamDriver.class)
        .jdbcUrl(jdbcUrl) // jdbc:iam:postgresql://...
        .principal(new NamePrincipal(user));
    return AgroalDataSource.from(configuration);
  }
}
