package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.localaws.LocalMetadataService;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many pools that were given no AWS credentials provider, on an instance with a role. */
@Timeout(300)
class SharedCredentialsTest {

  private static final int POOLS = 1_000;

  /** Where the chain would find credentials before it asks the metadata service. */
  private static final List<String> OTHER_CREDENTIALS =
      List.of(
          "AWS_ACCESS_KEY_ID",
          "AWS_WEB_IDENTITY_TOKEN_FILE",
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI");

  /** Nobody else in this JVM has a share in the chain of this one. */
  private static final String PROFILE = "a-thousand-pools";

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  private final LocalRole role =
      new LocalRole(InstantSource.system().instant().plus(Duration.ofHours(6)));
  private final LocalMetadataService metadata = new LocalMetadataService(role);

  @BeforeEach
  void findTheMetadataService() {
    assumeTrue(
        OTHER_CREDENTIALS.stream().allMatch(name -> System.getenv(name) == null),
        "the environment gives AWS credentials");
    aws.set(metadata.properties());
  }

  @AfterEach
  void stopTheMetadataService() {
    metadata.close();
  }

  @Test
  void aThousandPoolsAskTheMetadataServiceOnce() throws Exception {
    List<IamHikariDataSource> pools = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(16);
    try {
      List<Future<IamHikariDataSource>> starts = new ArrayList<>();
      for (int i = 0; i < POOLS; i++) {
        String user = "user" + i;
        starts.add(threads.submit(() -> new IamHikariDataSource(config(user))));
      }
      for (Future<IamHikariDataSource> start : starts) {
        pools.add(start.get());
      }

      assertThat(pools)
          .allSatisfy(
              pool ->
                  assertThat(pool.getCredentials().getPassword())
                      .contains(
                          "X-Amz-Credential=" + role.key().id(), "DBUser=" + pool.getUsername()));
      await("no thread signs a token", () -> signers() == 0);
    } finally {
      threads.shutdownNow();
      pools.forEach(IamHikariDataSource::close);
    }
    assertThat(metadata.http().requests())
        .containsExactly(
            "PUT /latest/api/token",
            "GET /latest/meta-data/iam/security-credentials/",
            metadata.credentialsRequest());
    assertThat(LeaksIT.openChains().keySet().toString()).doesNotContain(PROFILE);
  }

  private static long signers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().endsWith(":token-signer"))
        .count();
  }

  private static HikariConfig config(String user) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        "jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/orders");
    config.setUsername(user);
    config.addDataSourceProperty("aws_profile", PROFILE);
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    return config;
  }
}
