package io.github.iamhikari.recipes.frameworks;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localaws.HttpRequest;
import io.github.iamhikari.localaws.HttpResponse;
import io.github.iamhikari.localaws.HttpStandIn;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.recipes.Server;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.utils.SdkAutoCloseable;

class TenantPoolsIT {

  private final LocalRds rds = Server.POSTGRES.rds();
  private final String one = rds.account();
  private final String other = Server.SECOND_USER;
  private final Map<String, AccessKey> keys = Map.of(one, temporaryKey(), other, temporaryKey());
  private final Map<String, Integer> open = new ConcurrentHashMap<>();
  private final ThreadLocal<String> tenant = ThreadLocal.withInitial(() -> "");

  private final TenantPools pools =
      new TenantPools(
          1,
          tenant::get,
          name -> TenantRoles.configuration(rds.jdbcUrl(rds.host()), name),
          KeyOfTenant::new);

  @BeforeEach
  void addKeys() {
    keys.values().forEach(rds::add);
  }

  @AfterEach
  void close() {
    pools.close();
    keys.values().forEach(key -> rds.revoke(key.id()));
    assertThat(open).isEmpty();
  }

  @Test
  void eachTenantLogsInWithItsOwnKey() throws Exception {
    try (HttpStandIn sts = HttpStandIn.start(this::assumeRole);
        StsClient client = client(sts);
        TenantPools both = TenantRoles.pools(rds.jdbcUrl(rds.host()), tenant::get, client)) {
      assertThat(userOf(both, one)).isEqualTo(one);
      assertThat(userOf(both, other)).isEqualTo(other);
      assertThat(userOf(both, one)).isEqualTo(one);

      assertThat(logins(one)).singleElement().matches(Login::accepted);
      assertThat(logins(other)).singleElement().matches(Login::accepted);
      assertThatThrownBy(() -> userOf(both, "stranger"))
          .isInstanceOf(SQLException.class)
          .hasStackTraceContaining("is not authorized to perform: sts:AssumeRole");
    }
  }

  @Test
  void closesThePoolThatIsNotUsedForAnother() throws SQLException {
    assertThat(userOf(pools, one)).isEqualTo(one);
    assertThat(userOf(pools, other)).isEqualTo(other);
    assertThat(open).containsOnlyKeys(other);

    assertThat(userOf(pools, one)).isEqualTo(one);

    assertThat(open).containsOnlyKeys(one);
    assertThat(logins(one)).hasSize(2).allMatch(Login::accepted);
    assertThat(logins(other)).hasSize(1).allMatch(Login::accepted);
  }

  @Test
  void closesNoPoolThatIsInUse() throws SQLException {
    tenant.set(one);
    try (Connection connection = pools.getConnection()) {
      assertThatThrownBy(() -> userOf(pools, other))
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessage("All 1 pools are in use: raise their number, or try again later");
      assertThat(Server.user(connection)).isEqualTo(one);
    }
    assertThat(userOf(pools, other)).isEqualTo(other);
  }

  @Test
  void aRevokedKeyStopsNoOtherTenant() throws SQLException {
    rds.revoke(key(one).id());

    assertThatThrownBy(() -> userOf(pools, one))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("The IAM login of user \"" + one + "\"");
    assertThat(userOf(pools, other)).isEqualTo(other);
  }

  @Test
  void makesNoPoolAfterItIsClosed() {
    pools.close();

    assertThatThrownBy(() -> userOf(pools, one))
        .isInstanceOf(SQLException.class)
        .hasMessage("The pools of the tenants have been closed");
  }

  private String userOf(TenantPools tenants, String name) throws SQLException {
    tenant.set(name);
    try (Connection connection = tenants.getConnection()) {
      return Server.user(connection);
    }
  }

  /** The logins of a tenant, all of which are with its own key. */
  private List<Login> logins(String name) {
    List<Login> logins = new ArrayList<>();
    for (Login login : rds.logins()) {
      if (key(name).id().equals(login.accessKeyId())) {
        assertThat(login.user()).isEqualTo(name);
        logins.add(login);
      }
    }
    return logins;
  }

  private AccessKey key(String name) {
    return requireNonNull(keys.get(name));
  }

  private static AccessKey temporaryKey() {
    AccessKey key = AccessKey.random();
    return new AccessKey(key.id(), key.secret(), "session" + AccessKey.random().id());
  }

  private static StsClient client(HttpStandIn sts) {
    return StsClient.builder()
        .endpointOverride(URI.create(sts.endpoint()))
        .region(Region.US_EAST_2)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAAPP", "none")))
        .build();
  }

  /** Security Token Service, which gives the role of a tenant the tenant's key. */
  private HttpResponse assumeRole(HttpRequest request) {
    for (Map.Entry<String, AccessKey> entry : keys.entrySet()) {
      if (request.body().contains("role%2Forders-" + entry.getKey() + "&")) {
        AccessKey key = entry.getValue();
        String credentials =
            """
            <AssumeRoleResponse><AssumeRoleResult><Credentials>
              <AccessKeyId>%s</AccessKeyId><SecretAccessKey>%s</SecretAccessKey>
              <SessionToken>%s</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>"""
                .formatted(key.id(), key.secret(), key.sessionToken());
        return new HttpResponse(200, "text/xml", credentials);
      }
    }
    String denial =
        """
        <ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>The application \
        is not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>""";
    return new HttpResponse(403, "text/xml", denial);
  }

  /** Counts the providers that have not been closed. */
  private final class KeyOfTenant implements AwsCredentialsProvider, SdkAutoCloseable {

    private final String name;
    private final AwsCredentials credentials;

    KeyOfTenant(String name) {
      this.name = name;
      AccessKey key = key(name);
      this.credentials = AwsSessionCredentials.create(key.id(), key.secret(), key.sessionToken());
      open.merge(name, 1, Integer::sum);
    }

    @Override
    public AwsCredentials resolveCredentials() {
      return credentials;
    }

    @Override
    public void close() {
      open.computeIfPresent(name, (unused, number) -> number == 1 ? null : number - 1);
    }
  }
}
