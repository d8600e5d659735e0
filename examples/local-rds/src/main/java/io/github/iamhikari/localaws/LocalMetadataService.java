package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.AccessKey;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the instance metadata service of EC2, version 2: it answers only with a session
 * token. Safe for use by several threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html">Instance
 *     Metadata Service</a>
 */
public final class LocalMetadataService implements AutoCloseable {

  private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";

  private static final String EXTENDED = "/latest/meta-data/iam/security-credentials-extended/";
  private static final String SESSION = "/latest/api/token";
  private static final int LONGEST_SESSION = 21_600;

  private final LocalRole role;
  private final Set<String> sessions = ConcurrentHashMap.newKeySet();
  private final HttpStandIn http;

  /**
   * Starts a metadata service.
   *
   * @param role the role whose current credentials it hands out
   */
  public LocalMetadataService(LocalRole role) {
    this.role = role;
    this.http = HttpStandIn.start(this::answer);
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
   * The request for the role's credentials, as {@link HttpStandIn#requests()} names it.
   *
   * @return method and path
   */
  public String credentialsRequest() {
    return "GET " + CREDENTIALS + role.name();
  }

  /**
   * How often it was asked for credentials.
   *
   * @return the number of requests so far
   */
  public long handedOut() {
    return http.requests().stream().filter(credentialsRequest()::equals).count();
  }

  /**
   * The system properties by which the AWS SDK finds it.
   *
   * @return names and values
   */
  public Map<String, String> properties() {
    return Map.of(
        "aws.disableEc2Metadata", "false", "aws.ec2MetadataServiceEndpoint", http.endpoint());
  }

  private HttpResponse answer(HttpRequest request) {
    if (request.toString().equals("PUT " + SESSION)) {
      return session(request.header("x-aws-ec2-metadata-token-ttl-seconds"));
    }
    String session = request.header("x-aws-ec2-metadata-token");
    if (session == null || !sessions.contains(session)) {
      return page(401, "Unauthorized");
    }
    String asked = request.toString();
    if (asked.equals("GET " + CREDENTIALS) || asked.equals("GET " + EXTENDED)) {
      return HttpResponse.text(role.name());
    }
    if (asked.equals(credentialsRequest())) {
      return HttpResponse.json(credentials(""));
    }
    if (asked.equals("GET " + EXTENDED + role.name())) {
      return HttpResponse.json(credentials("  \"AccountId\" : \"" + role.account() + "\",\n"));
    }
    return page(404, "Not Found");
  }

  private HttpResponse session(@Nullable String seconds) {
    if (seconds == null || !seconds.matches("\\d{1,5}") || !isSession(Integer.parseInt(seconds))) {
      return page(400, "Bad Request");
    }
    String session = AccessKey.random().secret() + "==";
    sessions.add(session);
    return HttpResponse.text(session);
  }

  private static boolean isSession(int seconds) {
    return seconds >= 1 && seconds <= LONGEST_SESSION;
  }

  private String credentials(String more) {
    AccessKey key = role.key();
    return String.format(
        Locale.ROOT,
        """
        {
          "Code" : "Success",
          "LastUpdated" : "2026-11-22T12:00:00Z",
          "Type" : "AWS-HMAC",
        %s  "AccessKeyId" : "%s",
          "SecretAccessKey" : "%s",
          "Token" : "%s",
          "Expiration" : "%s"
        }""",
        more,
        key.id(),
        key.secret(),
        key.sessionToken(),
        role.expiration());
  }

  private static HttpResponse page(int status, String title) {
    return new HttpResponse(
        status, "text/html", "<html><h1>" + status + " - " + title + "</h1></html>");
  }

  /** Stops it. */
  @Override
  public void close() {
    http.close();
  }
}
