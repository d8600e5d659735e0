package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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

  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private @Nullable HttpServer metadata;

  @BeforeEach
  void startMetadataService(@TempDir Path folder) throws IOException {
    assumeTrue(
        OTHER_CREDENTIALS.stream().allMatch(name -> System.getenv(name) == null),
        "the environment gives AWS credentials");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), POOLS);
    server.createContext("/", this::answer);
    server.start();
    metadata = server;
    settings.put(
        "aws.ec2MetadataServiceEndpoint", "http://127.0.0.1:" + server.getAddress().getPort());
    settings.put("aws.disableEc2Metadata", "false");
    settings.put("aws.sharedCredentialsFile", folder.resolve("credentials").toString());
    settings.put("aws.configFile", folder.resolve("config").toString());
    settings.forEach(System::setProperty);
  }

  @AfterEach
  void stopMetadataService() {
    settings.keySet().forEach(System::clearProperty);
    if (metadata != null) {
      metadata.stop(0);
    }
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
                      .contains("X-Amz-Credential=ASIAONEROLE", "DBUser=" + pool.getUsername()));
    } finally {
      threads.shutdownNow();
      pools.forEach(IamHikariDataSource::close);
    }
    assertThat(requests)
        .containsExactly(
            "PUT /latest/api/token",
            "GET /latest/meta-data/iam/security-credentials/",
            "GET /latest/meta-data/iam/security-credentials/orders");
    assertThat(LeaksIT.openChains().containsKey(PROFILE)).isFalse();
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

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(exchange.getRequestMethod() + " " + path);
    String body =
        switch (path) {
          case "/latest/api/token" -> "a metadata token";
          case "/latest/meta-data/iam/security-credentials/" -> "orders";
          case "/latest/meta-data/iam/security-credentials/orders" -> credentials();
          default -> "";
        };
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("x-aws-ec2-metadata-token-ttl-seconds", "21600");
    exchange.sendResponseHeaders(body.isEmpty() ? 404 : 200, body.isEmpty() ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String credentials() {
    return """
        {"Code":"Success","Type":"AWS-HMAC","AccessKeyId":"ASIAONEROLE","SecretAccessKey":"secret",
        "Token":"session","LastUpdated":"%s","Expiration":"%s"}"""
        .formatted(
            InstantSource.system().instant(),
            InstantSource.system().instant().plus(Duration.ofHours(6)));
  }
}
