package io.github.iamhikari.localaws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iamhikari.localrds.AccessKey;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A stand-in for the Security Token Service, which gives a role's credentials to a web identity.
 * Safe for use by several threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html">AssumeRoleWithWebIdentity</a>
 */
public final class LocalSts implements AutoCloseable {

  /** The only session name that it accepts. */
  static final String SESSION_NAME = "orders-7c9f";

  private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";

  private final LocalRole role;
  private final String webIdentity;
  private final HttpStandIn http;

  /**
   * Starts a token service.
   *
   * @param role the role whose current credentials it hands out
   * @param webIdentity the token of the identity that may have them
   */
  public LocalSts(LocalRole role, String webIdentity) {
    this.role = role;
    this.webIdentity = webIdentity;
    this.http = HttpStandIn.start(this::answer);
  }

  /**
   * The server that it runs on: breaks it, and knows the requests.
   *
   * @return the server
   */
  public HttpStandIn http() {
    return http;
  }

  /**
   * The system properties by which the AWS SDK finds it, as EKS sets them for a pod.
   *
   * @param webIdentityTokenFile the file that the SDK reads the web identity from
   * @return names and values
   */
  public Map<String, String> properties(String webIdentityTokenFile) {
    return Map.of(
        "aws.endpointUrlSts",
        http.endpoint(),
        "aws.roleArn",
        LocalRole.ARN,
        "aws.roleSessionName",
        SESSION_NAME,
        "aws.webIdentityTokenFile",
        webIdentityTokenFile);
  }

  /**
   * Denies every request.
   *
   * @return the fault
   */
  public static HttpFault denies() {
    return right ->
        error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
  }

  /**
   * Throttles every request.
   *
   * @return the fault
   */
  public static HttpFault throttles() {
    return right -> error(400, "Throttling", "Rate exceeded");
  }

  private HttpResponse answer(HttpRequest request) {
    Map<String, String> parameters = parameters(request.body());
    if (!request.toString().equals("POST /")
        || !"AssumeRoleWithWebIdentity".equals(parameters.get("Action"))
        || !"2011-06-15".equals(parameters.get("Version"))) {
      return error(400, "InvalidAction", "Could not find operation");
    }
    if (!SESSION_NAME.equals(parameters.get("RoleSessionName"))) {
      return error(400, "ValidationError", "Value at 'roleSessionName' is another one");
    }
    if (!webIdentity.equals(parameters.get("WebIdentityToken"))) {
      return error(400, "InvalidIdentityToken", "The web identity token could not be validated");
    }
    if (!LocalRole.ARN.equals(parameters.get("RoleArn"))) {
      return error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity");
    }
    return credentials();
  }

  private HttpResponse credentials() {
    AccessKey key = role.key();
    String body =
        String.format(
            Locale.ROOT,
            """
        <AssumeRoleWithWebIdentityResponse xmlns="%s">
          <AssumeRoleWithWebIdentityResult>
            <AssumedRoleUser>
              <Arn>arn:aws:sts::123456789012:assumed-role/%s/%s</Arn>
              <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:%s</AssumedRoleId>
            </AssumedRoleUser>
            <Credentials>
              <AccessKeyId>%s</AccessKeyId>
              <SecretAccessKey>%s</SecretAccessKey>
              <SessionToken>%s</SessionToken>
              <Expiration>%s</Expiration>
            </Credentials>
          </AssumeRoleWithWebIdentityResult>
          <ResponseMetadata>
            <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
          </ResponseMetadata>
        </AssumeRoleWithWebIdentityResponse>
        """,
            NAMESPACE,
            LocalRole.NAME,
            SESSION_NAME,
            SESSION_NAME,
            key.id(),
            key.secret(),
            key.sessionToken(),
            role.expiration());
    return new HttpResponse(200, "text/xml", body);
  }

  private static HttpResponse error(int status, String code, String message) {
    String body =
        String.format(
            Locale.ROOT,
            """
        <ErrorResponse xmlns="%s">
          <Error>
            <Type>Sender</Type>
            <Code>%s</Code>
            <Message>%s</Message>
          </Error>
          <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
        </ErrorResponse>
        """,
            NAMESPACE,
            code,
            message);
    return new HttpResponse(status, "text/xml", body);
  }

  private static Map<String, String> parameters(String form) {
    Map<String, String> parameters = new HashMap<>();
    for (String field : form.split("&", -1)) {
      String[] parts = field.split("=", 2);
      if (parts.length == 2) {
        parameters.put(URLDecoder.decode(parts[0], UTF_8), URLDecoder.decode(parts[1], UTF_8));
      }
    }
    return parameters;
  }

  /** Stops it. */
  @Override
  public void close() {
    http.close();
  }
}
