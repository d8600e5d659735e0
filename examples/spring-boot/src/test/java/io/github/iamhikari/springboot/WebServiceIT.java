package io.github.iamhikari.springboot;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.core.AwsProperties;
import io.github.iamhikari.localrds.AccessKey;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A web service, and what its operator asks of it by HTTP. */
@ParameterizedClass
@EnumSource
class WebServiceIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  private final Server server;

  private final AccessKey key = AccessKey.random();
  private final HttpClient client = HttpClient.newHttpClient();
  private final ConfigurableApplicationContext application;

  WebServiceIT(Server server) {
    this.server = server;
    server.rds().add(key);
    this.application =
        Application.start(
            WebApplicationType.SERVLET,
            Application.settings(
                server,
                "spring.datasource.name=orders",
                "server.port=0",
                "server.shutdown=graceful",
                "management.endpoints.web.exposure.include=*",
                "management.endpoint.health.show-details=always"),
            Application.Plain.class,
            Orders.class);
  }

  @BeforeEach
  void giveAKey() {
    aws.set(key); // the pool starts with the first login
  }

  @AfterEach
  void stop() {
    application.close();
    server.rds().revoke(key.id());
  }

  @Test
  void showsTheMetersOfPoolAndTokensToPrometheus() throws Exception {
    assertThat(get("/user").body()).startsWith(server.rds().account());

    assertThat(get("/actuator/prometheus").body())
        .contains(
            "iamhikari_token_signed_total{pool=\"orders\"} 1.0\n",
            "iamhikari_token_failed_total{pool=\"orders\"} 0.0\n",
            "iamhikari_token_rejected_total{pool=\"orders\"} 0.0\n",
            "iamhikari_token_signing_seconds_count{pool=\"orders\"} 1\n",
            "iamhikari_token_remaining_seconds{pool=\"orders\"} 8",
            "hikaricp_connections{pool=\"orders\"}",
            "jdbc_connections_max{name=\"dataSource\"}");
  }

  @Test
  void isHealthyWhileItLogsIn() throws Exception {
    HttpResponse<String> health = get("/actuator/health");

    assertThat(health.statusCode()).isEqualTo(200);
    assertThat(health.body()).contains("\"db\":", "\"iam\":", "\"tokenUsableUntil\":");
  }

  @Test
  void saysWithinASecondWhyItsLoginsAreRefused() throws Exception {
    assertThat(get("/actuator/health").statusCode()).isEqualTo(200);
    server.rds().revoke(key.id());
    application.getBean(IamHikariDataSource.class).getHikariPoolMXBean().softEvictConnections();

    long before = System.nanoTime();
    HttpResponse<String> health = get("/actuator/health");
    Duration took = Duration.ofNanos(System.nanoTime() - before);

    assertThat(health.statusCode()).isEqualTo(503);
    assertThat(took).isLessThan(Duration.ofSeconds(1));
    assertThat(health.body())
        .contains(
            "The IAM login of user \\\""
                + server.rds().account()
                + "\\\" at "
                + server.rds().host(),
            "was refused",
            "Check (1)")
        .doesNotContain("X-Amz-Signature", key.id(), key.secret());
    assertThat(get("/actuator/health/db").statusCode()).isEqualTo(503);
    assertThat(get("/actuator/health/iam").statusCode()).isEqualTo(503);
  }

  @Test
  void leavesTheConnectionToARequestThatIsUnderWayAtTheEnd() throws Exception {
    Orders orders = application.getBean(Orders.class);
    var request = CompletableFuture.supplyAsync(() -> uncheckedGet("/slow-user"));
    assertThat(orders.begun.await(10, SECONDS)).isTrue();

    CountDownLatch closing = new CountDownLatch(1);
    application.addApplicationListener((ContextClosedEvent event) -> closing.countDown());
    var end = CompletableFuture.runAsync(application::close);
    assertThat(closing.await(10, SECONDS)).isTrue();
    orders.mayEnd.countDown();

    assertThat(request.get(10, SECONDS).body()).startsWith(server.rds().account());
    end.get(10, SECONDS);
    assertThat(orders.pool.isClosed()).isTrue();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    String port = application.getEnvironment().getProperty("local.server.port");
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> uncheckedGet(String path) {
    try {
      return get(path);
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
