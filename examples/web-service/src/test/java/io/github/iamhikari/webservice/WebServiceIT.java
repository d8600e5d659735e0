package io.github.iamhikari.webservice;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/** The service without a browser. */
class WebServiceIT {

  private final HttpClient client = HttpClient.newHttpClient();
  private final ConfigurableApplicationContext service = Service.started();

  @ParameterizedTest
  @ValueSource(strings = {"postgresql", "mariadb"})
  void placesAndListsOrders(String database) throws Exception {
    HttpResponse<String> placed =
        post(service, "/orders/" + database, "{\"item\": \"tea for two\", \"quantity\": 2}");

    assertThat(placed.statusCode()).isEqualTo(201);
    assertThat(placed.body()).matches("\\{\"id\":\\d+,\"item\":\"tea for two\",\"quantity\":2}");
    assertThat(get(service, "/orders/" + database).body()).contains(placed.body());
  }

  @Test
  void tellsAClientWhatIsWrongWithItsOrder() throws Exception {
    HttpResponse<String> answer =
        post(service, "/orders/mariadb", "{\"item\": \"tea\", \"quantity\": 0}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("a quantity from 1 to 100");
    assertThat(post(service, "/orders/oracle", "{\"item\": \"tea\", \"quantity\": 1}").statusCode())
        .isEqualTo(404);
  }

  @Test
  void listensOnThisMachineOnly() {
    assertThat(service.getEnvironment().getProperty("server.address")).isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/actuator/health", "/actuator/prometheus", "/actuator/env", "/nowhere"})
  void showsNoSecret(String path) throws Exception {
    assertThatItIsFreeOfSecrets(get(service, path).body());
  }

  @Test
  void sendsWhatItSeesAsEvents() throws Exception {
    String event = nextSample(service);

    assertThat(event)
        .contains("\"load\":true", "\"keyRevoked\":false", "\"server\":\"PostgreSQL ")
        .containsPattern("\"server\":\"MariaDB \\d")
        .contains("\"remaining\":", "\"ages\":[", "\"refused\":");
    assertThatItIsFreeOfSecrets(event);
  }

  @Test
  void showsTheSameFiguresToPrometheus() throws Exception {
    assertThat(get(service, "/actuator/prometheus").body())
        .contains(
            "iamhikari_token_signed_total{pool=\"postgresql\"}",
            "iamhikari_token_signed_total{pool=\"mariadb\"}",
            "hikaricp_connections_creation_seconds_count{pool=\"mariadb\"}");
  }

  @Test
  void takesNoActionFromAPageOfAnotherSite() throws Exception {
    HttpRequest form =
        HttpRequest.newBuilder(Service.uri(service, "/demo/evict-connections"))
            .header("Content-Type", "text/plain")
            .POST(BodyPublishers.ofString("{}"))
            .build();

    assertThat(client.send(form, BodyHandlers.ofString()).statusCode()).isEqualTo(415);
  }

  @Test
  void takesOneDatabaseOfYourOwnAndEndsAtOnce(@TempDir Path folder) throws Exception {
    Environment local = service.getEnvironment();
    Matcher sample =
        Pattern.compile("(?ms)^```yaml\n(.*?)^```$")
            .matcher(Files.readString(Path.of("README.md")));
    assertThat(sample.find()).isTrue();
    String yaml =
        sample
            .group(1)
            .replaceFirst(
                "jdbc:postgresql://.*",
                local.getRequiredProperty("local-rds.postgresql.jdbc-url")
                    + "\n    iam-host: "
                    + local.getRequiredProperty("local-rds.postgresql.host"))
            .replaceFirst(
                "username: app",
                "username: " + local.getRequiredProperty("local-rds.postgresql.account"));
    Path file = Files.writeString(folder.resolve("mine.yaml"), yaml);

    ConfigurableApplicationContext own =
        WebService.start("--spring.config.location=" + file.toUri(), "--server.port=0");
    InputStream events;
    try {
      assertThat(post(own, "/orders/postgresql", "{\"item\": \"tea\", \"quantity\": 1}"))
          .returns(201, HttpResponse::statusCode);
      assertThat(get(own, "/orders/mariadb").statusCode()).isEqualTo(404);
      assertThat(post(own, "/demo/revoke-key", "{}").statusCode()).isEqualTo(404);
      assertThat(post(own, "/demo/evict-connections", "{}").statusCode()).isEqualTo(204);
      assertThat(nextSample(own)).contains("\"load\":false", "\"local\":null");
      events = open(own);
    } finally {
      long before = System.nanoTime();
      own.close();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }
    events.close();
  }

  private static void assertThatItIsFreeOfSecrets(@Nullable String text) {
    assertThat(text)
        .doesNotContain("X-Amz-Signature", "X-Amz-Security-Token")
        .doesNotContainPattern("localrds[0-9a-f]{32}")
        .doesNotContainPattern("ASIA[0-9A-F]{16}");
  }

  /** The data of the next event for one second. */
  private String nextSample(ConfigurableApplicationContext application) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(Service.uri(application, "/events")).build();
    try (Stream<String> lines = client.send(request, BodyHandlers.ofLines()).body()) {
      return lines
          .dropWhile(line -> !line.equals("event:sample"))
          .skip(1)
          .limit(1)
          .collect(joining());
    }
  }

  private InputStream open(ConfigurableApplicationContext application) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(Service.uri(application, "/events")).build();
    return client.send(request, BodyHandlers.ofInputStream()).body();
  }

  private HttpResponse<String> get(ConfigurableApplicationContext application, String path)
      throws Exception {
    URI uri = Service.uri(application, path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private HttpResponse<String> post(
      ConfigurableApplicationContext application, String path, String json) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(Service.uri(application, path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json))
            .build();
    return client.send(request, BodyHandlers.ofString());
  }
}
