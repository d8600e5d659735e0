package io.github.iamhikari.recipes.frameworks;

import com.zaxxer.hikari.HikariConfig;
import java.util.function.Supplier;

/** Each tenant's pool logs in as a user of its own, by a role that may log in as that user only. */
public final class TenantRoles {

  private TenantRoles() {}

  /**
   * Makes the {@code DataSource} of the application.
   *
   * @param jdbcUrl of the database
   * @param tenant the tenant whom the caller's thread works for
   * @return the pools, to be closed by the caller
   */
  public static TenantPools pools(String jdbcUrl, Supplier<String> tenant) {
    return new TenantPools(20, tenant, name -> configuration(jdbcUrl, name));
  }

  static HikariConfig configuration(String jdbcUrl, String tenant) {
    var configuration = new HikariConfig();
    configuration.setPoolName(tenant);
    configuration.setJdbcUrl(jdbcUrl);
    configuration.setUsername(tenant);
    configuration.addDataSourceProperty(
        "iam_role_arn", "arn:aws:iam::123456789012:role/orders-" + tenant);
    configuration.setMaximumPoolSize(5);
    configuration.setMinimumIdle(0);
    configuration.setInitializationFailTimeout(-1);
    return configuration;
  }
}
