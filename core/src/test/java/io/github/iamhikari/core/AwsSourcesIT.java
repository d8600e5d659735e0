package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localaws.HttpStandIn;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalContainerCredentials;
import io.github.iamhikari.localaws.LocalMetadataService;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The SDK's default chain, and each service of AWS that may give it the credentials of a role. */
@Tag("long")
class AwsSourcesIT {

  private static final int LOGINS = 50;

  private static LocalRds rds;

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @RegisterExtension final SecretSearch secrets = new SecretSearch();
  @TempDir private Path directory;
  private LocalRole role;

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().account("app").start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @BeforeEach
  void haveARole() {
    role = new LocalRole(InstantSource.system().instant().plus(Duration.ofHours(6)), rds);
    secrets.add(role::secrets);
  }

  @AfterEach
  void forgetIt() {
    role.close();
  }

  @Test
  void logsInWithTheCredentialsOfAnInstance() throws SQLException {
    try (LocalMetadataService metadata = new LocalMetadataService(role)) {
      aws.set(metadata.properties());

      assertLogsInAfter(
          metadata.http(),
          "PUT /latest/api/token",
          "GET /latest/meta-data/iam/security-credentials/",
          "GET /latest/meta-data/iam/security-credentials/orders-role");
    }
  }

  @Test
  void logsInWithTheCredentialsOfATaskOfEcs() throws SQLException {
    try (LocalContainerCredentials agent = LocalContainerCredentials.ofEcs(role)) {
      aws.set(agent.relativeProperties());

      assertLogsInAfter(agent.http(), "GET /v2/credentials/0f6b5f4e-7f0b-4a6c-9d7e-3d3a3c1f6a11");
    }
  }

  @Test
  void logsInWithTheCredentialsOfAPodOfEks() throws Exception {
    try (LocalContainerCredentials agent = LocalContainerCredentials.ofEks(role, "pod-identity")) {
      aws.set(agent.properties());
      aws.set("aws.containerAuthorizationTokenFile", file("pod-identity"));
      secrets.add(() -> List.of("pod-identity"));

      assertLogsInAfter(agent.http(), "GET /v1/credentials");
    }
  }

  @Test
  void logsInWithTheCredentialsOfAWebIdentity() throws Exception {
    role = LocalRole.named("orders-role").trustsWebIdentity("web-identity").opens(rds).build();
    try (LocalAws sts = LocalAws.builder().role(role).start()) {
      aws.set(sts.webIdentity(role, file("web-identity")));
      secrets.add(role::secrets);
      secrets.add(() -> List.of("web-identity"));

      assertLogsInAfter(sts.http(), "sts:AssumeRoleWithWebIdentity");
    }
  }

  private String file(String content) throws IOException {
    return Files.writeString(directory.resolve("token"), content).toString();
  }

  /** Many logins, all after the same few requests, none of which is sent before the first login. */
  private void assertLogsInAfter(HttpStandIn service, String... requests) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("iam_host", rds.host());
    try (IamDataSource logins =
        IamDataSource.builder().jdbcUrl(rds.jdbcUrl()).user("app").properties(properties).build()) {
      assertThat(service.requests()).isEmpty();
      for (int i = 0; i < LOGINS; i++) {
        logins.getConnection().close();
      }
      secrets.assertNoneIn(logins.toString());
    }
    assertThat(service.requests()).containsExactly(requests);
    assertThat(rds.logins().stream().filter(login -> role.key().id().equals(login.accessKeyId())))
        .hasSize(LOGINS)
        .allMatch(Login::accepted)
        .allMatch(login -> requireNonNull(login.tlsProtocol()).startsWith("TLS"));
  }
}
