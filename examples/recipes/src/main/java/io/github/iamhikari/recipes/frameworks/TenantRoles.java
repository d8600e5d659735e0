package io.github.iamhikari.recipes.frameworks;

import com.zaxxer.hikari.HikariConfig;
import java.util.function.Supplier;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/** Each tenant's pool logs in as a user of its own, by a role that may log in as that user only. */
public final class TenantRoles {

  private TenantRoles() {}

  /**
   * Makes the {@code DataSource} of the application.
   *
   * @param jdbcUrl of the database
   * @param tenant the tenant whom the caller's thread works for
   * @param sts gives the roles; stays open when the pools are closed
   * @return the pools, to be closed by the caller
   */
  public static TenantPools pools(String jdbcUrl, Supplier<String> tenant, StsClient sts) {
    // tag::tenants[]
    var pools =
        new TenantPools(20, tenant, name -> configuration(jdbcUrl, name), name -> role(sts, name));
    // end::tenants[]
    return pools;
  }

  // tag::tenants-role[]
  static HikariConfig configuration(String jdbcUrl, String tenant) {
    var configuration = new HikariConfig();
    configuration.setPoolName(tenant);
    configuration.setJdbcUrl(jdbcUrl);
    configuration.setUsername(tenant);
    configuration.setMaximumPoolSize(5);
    configuration.setMinimumIdle(0);
    configuration.setInitializationFailTimeout(-1);
    return configuration;
  }

  static AwsCredentialsProvider role(StsClient sts, String tenant) {
    return StsAssumeRoleCredentialsProvider.builder()
        .stsClient(sts)
        .refreshRequest(
            request ->
                request
                    .roleArn("arn:aws:iam::123456789012:role/orders-" + tenant)
                    .roleSessionName("orders"))
        .build();
  }
  // end::tenants-role[]
}
