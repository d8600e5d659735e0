package io.github.iamhikari.springboot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web service, and what its operator asks of it by HTTP. */
class WebServiceIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  private final AccessKey key = AccessKey.random();
  private final HttpClient client = HttpClient.newHttpClient();

  @Test
  void showsTheMetersOfPoolAndTokensToPrometheus() throws Exception {
    try (var application = start(Server.POSTGRES)) {
      assertThat(get(application, "/user").body()).startsWith("app_user");

      assertThat(get(application, "/actuator/prometheus").body())
          .contains(
              "iamhikari_token_signed_total{pool=\"orders\"} 1.0\n",
              "iamhikari_token_failed_total{pool=\"orders\"} 0.0\n",
              "iamhikari_token_rejected_total{pool=\"orders\"} 0.0\n",
              "iamhikari_token_signing_seconds_count{pool=\"orders\"} 1\n",
              "iamhikari_token_remaining_seconds{pool=\"orders\"} 8",
              "hikaricp_connections{pool=\"orders\"}",
              "jdbc_connections_max{name=\"dataSource\"}");
    }
  }

  @ParameterizedTest
  @EnumSource
  void isHealthyUntilItsLoginsAreRefusedAndSaysWithinASecondWhy(Server server) throws Exception {
    try (LocalAws sts = LocalAws.builder().start(); // which does not know the key either
        var application = start(server)) {
      aws.set(sts.properties());
      HttpResponse<String> healthy = get(application, "/actuator/health");
      assertThat(healthy.statusCode()).isEqualTo(200);
      assertThat(healthy.body())
          .contains("\"db\":", "\"iam\":", "\"tokenUsableUntil\":")
          .doesNotContain("doctor");

      server.rds().revoke(key.id());
      application.getBean(IamHikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
      long before = System.nanoTime();
      HttpResponse<String> refused = get(application, "/actuator/health");
      Duration took = Duration.ofNanos(System.nanoTime() - before);

      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(took).isLessThan(Duration.ofSeconds(1));
      assertThat(refused.body())
          .contains(
              "IAM login failed for user \\\"app_user\\\" at " + server.rds().host(), "Check (1)")
          .doesNotContain("X-Amz-Signature", key.id(), key.secret());
      assertThat(get(application, "/actuator/health/db").statusCode()).isEqualTo(503);
      assertThat(get(application, "/actuator/health/iam").statusCode()).isEqualTo(503);
      assertThat(bodyWith("\"doctor\":", application))
          .contains("\"AWS identity\":\"failed: STS does not know the access key")
          .doesNotContain("X-Amz-Signature", key.id(), key.secret());
    }
  }

  @Test
  void leavesTheConnectionToARequestThatIsUnderWayAtTheEnd() throws Exception {
    var application = start(Server.POSTGRES);
    Orders orders = application.getBean(Orders.class);
    var request = CompletableFuture.supplyAsync(() -> uncheckedGet(application, "/slow-user"));
    assertThat(orders.begun.await(10, SECONDS)).isTrue();

    CountDownLatch closing = new CountDownLatch(1);
    application.addApplicationListener((ContextClosedEvent event) -> closing.countDown());
    var end = CompletableFuture.runAsync(application::close);
    assertThat(closing.await(10, SECONDS)).isTrue();
    orders.mayEnd.countDown();

    assertThat(request.get(10, SECONDS).body()).startsWith("app_user");
    end.get(10, SECONDS);
    assertThat(orders.pool.isClosed()).isTrue();
  }

  private ConfigurableApplicationContext start(Server server) {
    server.rds().add(key);
    aws.set(key);
    return Application.start(
        WebApplicationType.SERVLET,
        Application.settings(
            server,
            "spring.datasource.name=orders",
            // none is being opened that an eviction would miss
            "spring.datasource.hikari.maximum-pool-size=1",
            "server.port=0",
            "server.shutdown=graceful",
            "management.endpoints.web.exposure.include=*",
            "management.endpoint.health.show-details=always"),
        Application.Plain.class,
        Orders.class);
  }

  private HttpResponse<String> get(ConfigurableApplicationContext application, String path)
      throws IOException, InterruptedException {
    String port = application.getEnvironment().getProperty("local.server.port");
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** A probe does not wait for what another one will show. */
  private String bodyWith(String words, ConfigurableApplicationContext application)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + SECONDS.toNanos(30);
    while (true) {
      String body = get(application, "/actuator/health").body();
      if (body.contains(words) || System.nanoTime() > end) {
        return body;
      }
    }
  }

  private HttpResponse<String> uncheckedGet(
      ConfigurableApplicationContext application, String path) {
    try {
      return get(application, path);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @RestController
  static class Orders {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final IamHikariDataSource pool;

    Orders(DataSource dataSource) {
      this.pool = (IamHikariDataSource) dataSource;
    }

    @GetMapping("/user")
    String user() {
      return Application.user(pool);
    }

    @GetMapping("/slow-user")
    String slowUser() throws InterruptedException, SQLException {
      try (Connection connection = pool.getConnection();
          Statement statement = connection.createStatement()) {
        begun.countDown();
        mayEnd.await();
        try (ResultSet rows = statement.executeQuery("SELECT current_user")) {
          rows.next();
          return rows.getString(1);
        }
      }
    }
  }
}
