package io.github.iamhikari.core;

import io.github.iamhikari.localrds.AccessKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the endpoint that gives a container its role's credentials: the agent of ECS, which
 * takes whoever asks, or the one of EKS, which wants an authorization token.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">Container
 *     credential provider</a>
 */
public final class LocalContainerCredentials implements AutoCloseable {

  /** Where the agent of ECS has a task's credentials. */
  private static final String ECS = "/v2/credentials/0f6b5f4e-7f0b-4a6c-9d7e-3d3a3c1f6a11";

  /** Where the agent of EKS has a pod's credentials. */
  private static final String EKS = "/v1/credentials";

  private final LocalRole role;
  private final String path;
  private final @Nullable String authorization;
  private final HttpStandIn http;

  private LocalContainerCredentials(
      LocalRole role, String path, @Nullable String authorization) {
    this.role = role;
    this.path = path;
    this.authorization = authorization;
    this.http = HttpStandIn.start(this::answer);
  }

  /** One that takes whoever asks. */
  public static LocalContainerCredentials ofEcs(LocalRole role) {
    return new LocalContainerCredentials(role, ECS, null);
  }

  /**
   * One that wants to be authorized.
   *
   * @param authorization the token that it takes, and no other
   */
  public static LocalContainerCredentials ofEks(LocalRole role, String authorization) {
    return new LocalContainerCredentials(role, EKS, authorization);
  }

  /** How to break it, and what it was asked. */
  public HttpStandIn http() {
    return http;
  }

  /** The property by which the SDK finds it; one that it authorizes needs another. */
  public Map<String, String> properties() {
    return Map.of("aws.containerCredentialsFullUri", http.endpoint() + path);
  }

  /** The properties by which the SDK finds it, as ECS sets them for a task. */
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
        """
        {"RoleArn": "%s", "AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", \
        "Expiration": "%s"}"""
            .formatted(
                LocalRole.ARN, key.id(), key.secret(), key.sessionToken(), role.expiration()));
  }

  private static HttpResponse error(int status, String message) {
    return new HttpResponse(status, "application/json", "{\"message\": \"" + message + "\"}");
  }

  @Override
  public void close() {
    http.close();
  }
}
