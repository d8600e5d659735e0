package io.github.iamhikari.localaws;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The stand-ins for AWS are as strict as what they stand in for. */
class AwsStandInsTest {

  private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
  private static final String EXTENDED = "/latest/meta-data/iam/security-credentials-extended/";
  private static final String SESSION = "x-aws-ec2-metadata-token";

  private final HttpClient client = HttpClient.newHttpClient();
  private final LocalRole role = new LocalRole(Instant.parse("2026-11-22T18:00:00Z"));

  @Test
  void theMetadataServiceTellsNothingWithoutASession() throws Exception {
    try (LocalMetadataService metadata = new LocalMetadataService(role)) {
      String endpoint = metadata.http().endpoint();

      assertThat(get(endpoint + CREDENTIALS).statusCode()).isEqualTo(401);
      assertThat(get(endpoint + CREDENTIALS + "orders-role").statusCode()).isEqualTo(401);
      assertThat(get(endpoint + CREDENTIALS, SESSION, "guessed").statusCode()).isEqualTo(401);
      assertThat(openSession(endpoint, "0").statusCode()).isEqualTo(400);
      assertThat(openSession(endpoint, "21601").statusCode()).isEqualTo(400);
    }
  }

  @Test
  void theMetadataServiceHasTheCredentialsAtTwoPlaces() throws Exception {
    try (LocalMetadataService metadata = new LocalMetadataService(role)) {
      String endpoint = metadata.http().endpoint();
      String token = openSession(endpoint, "21600").body();

      for (String place : new String[] {CREDENTIALS, EXTENDED}) {
        String name = get(endpoint + place, SESSION, token).body();
        assertThat(get(endpoint + place + name, SESSION, token).body())
            .contains(role.secrets())
            .contains("\"Expiration\" : \"2026-11-22T18:00:00Z\"");
      }
      assertThat(get(endpoint + CREDENTIALS + "other", SESSION, token).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void theAgentOfEksWantsItsAuthorization() throws Exception {
    try (LocalContainerCredentials agent = LocalContainerCredentials.ofEks(role, "pod")) {
      String uri = agent.http().endpoint() + "/v1/credentials";

      assertThat(get(uri).statusCode()).isEqualTo(401);
      assertThat(get(uri, "Authorization", "other").statusCode()).isEqualTo(401);
      assertThat(get(uri, "Authorization", "pod").body()).contains(role.secrets());
    }
  }

  @Test
  void aStandInComesUpOnThePortOnWhichItWentDown() throws Exception {
    try (LocalContainerCredentials agent = LocalContainerCredentials.ofEks(role, "pod")) {
      String uri = agent.http().endpoint() + "/v1/credentials";

      agent.http().goDown();
      assertThatThrownBy(() -> get(uri)).isInstanceOf(ConnectException.class);
      agent.http().comeUp();
      assertThat(get(uri).statusCode()).isEqualTo(401);
      assertThat(agent.http().requests()).containsExactly("GET /v1/credentials");
    }
  }

  private HttpResponse<String> openSession(String endpoint, String seconds) throws Exception {
    return send(
        request(endpoint + "/latest/api/token")
            .header("x-aws-ec2-metadata-token-ttl-seconds", seconds)
            .PUT(BodyPublishers.noBody()));
  }

  private HttpResponse<String> get(String uri, String... headers) throws Exception {
    HttpRequest.Builder request = request(uri);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create(uri));
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
