package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.AccessKey;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the agent that gives a container its role's credentials: ECS's, which answers
 * everybody, or EKS Pod Identity's, which requires an authorization token. Safe for use by several
 * threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">Container
 *     credential provider</a>
 */
public final class LocalContainerCredentials implements AutoCloseable {

  /** The path of a task's credentials on ECS. */
  private static final String ECS = "/v2/credentials/0f6b5f4e-7f0b-4a6c-9d7e-3d3a3c1f6a11";

  /** The path of a pod's credentials on EKS. */
  private static final String EKS = "/v1/credentials";

  private final LocalRole role;
  private final String path;
  private final @Nullable String authorization;
  private final HttpStandIn http;

  private LocalContainerCredentials(LocalRole role, String path, @Nullable String authorization) {
    this.role = role;
    this.path = path;
    this.authorization = authorization;
    this.http = HttpStandIn.start(this::answer);
  }

  /**
   * Starts an agent of ECS.
   *
   * @param role the role whose current credentials it hands out
   * @return the agent; to be closed by the caller
   */
  public static LocalContainerCredentials ofEcs(LocalRole role) {
    return new LocalContainerCredentials(role, ECS, null);
  }

  /**
   * Starts an agent of EKS.
   *
   * @param role the role whose current credentials it hands out
   * @param authorization the only token that it accepts
   * @return the agent; to be closed by the caller
   */
  public static LocalContainerCredentials ofEks(LocalRole role, String authorization) {
    return new LocalContainerCredentials(role, EKS, authorization);
  }

  /**
   * The HTTP server, to break it and to list the requests.
   *
   * @return the server
   */
  public HttpStandIn http() {
    return http;
  }

  /**
   * The system property by which the AWS SDK finds it. An agent of EKS also needs {@code
   * aws.containerAuthorizationTokenFile}.
   *
   * @return name and value
   */
  public Map<String, String> properties() {
    return Map.of("aws.containerCredentialsFullUri", http.endpoint() + path);
  }

  /**
   * The system properties by which the AWS SDK finds it, as ECS sets them for a task.
   *
   * @return names and values
   */
  public Map<String, String> relativeProperties() {
    return Map.of(
        "aws.containerServiceEndpoint", http.endpoint(), "aws.containerCredentialsPath", path);
  }

  private HttpResponse answer(HttpRequest request) {
    if (!request.toString().equals("GET " + path)) {
      return error(404, "not found");
    }
    if (authorization != null && !authorization.equals(request.header("Authorization"))) {
      return error(401, "unauthorized");
    }
    AccessKey key = role.key();
    return HttpResponse.json(
        String.format(
            Locale.ROOT,
            """
        {"RoleArn": "%s", "AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", \
        "Expiration": "%s"}""",
            role.arn(),
            key.id(),
            key.secret(),
            key.sessionToken(),
            role.expiration()));
  }

  private static HttpResponse error(int status, String message) {
    return new HttpResponse(status, "application/json", "{\"message\": \"" + message + "\"}");
  }

  /** Stops it. */
  @Override
  public void close() {
    http.close();
  }
}
