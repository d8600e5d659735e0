package io.github.iamhikari.recipes.frameworks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Server;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TenantPoolsIT {

  @RegisterExtension private final AwsProperties properties = new AwsProperties();

  private final LocalRds rds = Server.POSTGRES.rds();
  private final String one = rds.account();
  private final String other = Server.SECOND_USER;
  private final LocalRole roleOfOne = role(one);
  private final LocalRole roleOfOther = role(other);
  private final AccessKey key = AccessKey.random();
  private final LocalAws aws =
      LocalAws.builder()
          .user("app", key, Statement.allow("sts:AssumeRole", "*"))
          .role(roleOfOne)
          .role(roleOfOther)
          .start();
  private final ThreadLocal<String> tenant = ThreadLocal.withInitial(() -> "");

  private final TenantPools pools =
      new TenantPools(
          1, tenant::get, name -> TenantRoles.configuration(rds.jdbcUrl(rds.host()), name));

  @BeforeEach
  void findAws() {
    properties.set(aws.properties());
    properties.set(key);
  }

  @AfterEach
  void close() {
    pools.close();
    aws.close();
    roleOfOne.close();
    roleOfOther.close();
  }

  @Test
  void eachTenantLogsInByItsOwnRole() throws Exception {
    try (TenantPools both = TenantRoles.pools(rds.jdbcUrl(rds.host()), tenant::get)) {
      assertThat(userOf(both, one)).isEqualTo(one);
      assertThat(userOf(both, other)).isEqualTo(other);
      assertThat(userOf(both, one)).isEqualTo(one);

      assertThat(logins(roleOfOne)).singleElement().matches(Login::accepted);
      assertThat(logins(roleOfOther)).singleElement().matches(Login::accepted);
      assertThat(roleOfOne.sessionNames()).containsExactly(one);
      assertThatThrownBy(() -> userOf(both, "stranger"))
          .isInstanceOf(SQLException.class)
          .hasStackTraceContaining("is not authorized to perform: sts:AssumeRole");
    }
  }

  @Test
  void closesThePoolThatIsNotUsedForAnother() throws SQLException {
    assertThat(userOf(pools, one)).isEqualTo(one);
    assertThat(userOf(pools, other)).isEqualTo(other);
    assertThat(userOf(pools, one)).isEqualTo(one);

    assertThat(roleOfOne.sessionNames()).hasSize(2);
    assertThat(logins(roleOfOne)).hasSize(2).allMatch(Login::accepted);
    assertThat(logins(roleOfOther)).hasSize(1).allMatch(Login::accepted);
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
  void aTenantWithoutARoleStopsNoOther() throws SQLException {
    assertThatThrownBy(() -> userOf(pools, "stranger"))
        .isInstanceOf(SQLException.class)
        .hasStackTraceContaining("role/orders-stranger with AWS credentials");
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

  private List<Login> logins(LocalRole role) {
    return rds.logins().stream()
        .filter(login -> role.keyIds().contains(login.accessKeyId()))
        .toList();
  }

  private LocalRole role(String name) {
    return LocalRole.named("orders-" + name)
        .trusts("arn:aws:iam::123456789012:user/app")
        .opens(rds)
        .build();
  }
}
