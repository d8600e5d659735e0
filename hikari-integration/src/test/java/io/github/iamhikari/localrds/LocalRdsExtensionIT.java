package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.junit.LocalRdsExtension;
import io.github.iamhikari.localrds.junit.SecretsInLogs;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

/** Pools and other clients of somebody who tests with the extension, and sets nothing else. */
class LocalRdsExtensionIT {

  // tag::sample[]
  @RegisterExtension static final LocalRdsExtension rds = LocalRdsExtension.postgres();

  @Test
  void logsInWithANewTokenWhenTheOldOneHasExpired() throws SQLException {
    Properties properties = rds.hikariProperties();
    properties.setProperty("maximumPoolSize", "1");
    try (IamHikariDataSource pool = new IamHikariDataSource(properties)) {
      rds.expireTokens(); // as after 15 minutes
      pool.getHikariPoolMXBean().softEvictConnections();
      pool.getConnection().close();
    }
    assertThat(rds.logins()).extracting(Login::refusal).contains(Refusal.EXPIRED);
  }

  @Test
  void opensNoConnectionAfterTheAccessKeyIsRevoked() {
    rds.revokeAccessKey();
    assertThatThrownBy(() -> new IamHikariDataSource(rds.hikariProperties()))
        .hasMessageContaining("PAM authentication failed");
  }

  // end::sample[]

  @RegisterExtension static final LocalRdsExtension mariaDb = LocalRdsExtension.mariaDb();

  @RegisterExtension static final LocalRdsExtension dsql = LocalRdsExtension.dsql();

  static Stream<LocalRdsExtension> servers() {
    return Stream.of(rds, mariaDb, dsql);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void hasTheSettingsOfAPool(LocalRdsExtension server) throws SQLException {
    try (IamHikariDataSource pool = new IamHikariDataSource(server.hikariProperties());
        Connection connection = pool.getConnection()) {
      assertThat(connection.isValid(1)).isTrue();
    }
    assertThat(server.logins()).isNotEmpty().allMatch(Login::accepted);
  }

  @ParameterizedTest
  @MethodSource("servers")
  void hasAUrlWithAllOfThem(LocalRdsExtension server) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("jdbcUrl", server.jdbcUrl());
    properties.setProperty("username", server.user());
    try (IamHikariDataSource pool = new IamHikariDataSource(properties)) {
      pool.getConnection().close();
    }
  }

  @Test
  void acceptsTheTokensOfOtherClientsUntilTheyExpire() throws SQLException {
    String token = tokenOfTheSdk();
    DriverManager.getConnection(rds.jdbcUrl(), rds.user(), token).close();

    rds.clock().advance(Duration.ofMinutes(15));

    assertThatThrownBy(() -> DriverManager.getConnection(rds.jdbcUrl(), rds.user(), token))
        .hasMessageContaining("PAM authentication failed");
    assertThat(rds.logins()).extracting(Login::refusal).containsExactly(null, Refusal.EXPIRED);
  }

  private static String tokenOfTheSdk() {
    try (DefaultCredentialsProvider provider = DefaultCredentialsProvider.builder().build()) {
      LocalRds server = rds.server();
      return RdsUtilities.builder()
          .region(Region.of(server.region()))
          .credentialsProvider(provider)
          .build()
          .generateAuthenticationToken(
              login ->
                  login.hostname(server.host()).port(server.port()).username(server.account()));
    } finally {
      // What this library does not do: the SDK writes the whole token to its log at TRACE.
      SecretsInLogs.takeLinesWithSecrets();
    }
  }
}
