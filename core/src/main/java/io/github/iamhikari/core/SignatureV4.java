package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Presigns login requests to RDS and Aurora DSQL with Signature Version 4. The AWS SDK could sign
 * them, but logs what it signs: {@code RdsUtilities} logs the whole token at TRACE, and every
 * signer the session token at DEBUG.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">Create
 *     a signed AWS API request</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html">Connecting
 *     to a DB instance using IAM authentication</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html">Generating
 *     an authentication token in Aurora DSQL</a>
 */
final class SignatureV4 {

  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String END_OF_SCOPE = "aws4_request";

  private SignatureV4() {}

  /**
   * The token: {@code host:port/?Action=connect&DBUser=...&X-Amz-Signature=...}, and for DSQL
   * {@code host/?Action=DbConnect&X-Amz-Signature=...}.
   *
   * @param life how long the service accepts the token, in whole seconds
   */
  static String token(
      TokenRequest request, AwsCredentials credentials, Instant signedAt, Duration life) {
    String time = timestamp(signedAt);
    String day = time.substring(0, time.indexOf('T'));
    String region = requireNonNull(request.region());
    IamService service = request.service();
    String scope = String.join("/", day, region, service.code(), END_OF_SCOPE);
    String endpoint = service.authority(request.host(), request.port());
    String user = service.namesUser() ? "&DBUser=" + encode(request.user()) : "";
    String sessionToken =
        credentials instanceof AwsSessionCredentials session
            ? "&X-Amz-Security-Token=" + encode(session.sessionToken())
            : "";
    // Signature Version 4 requires parameters sorted by name.
    String query =
        ("Action=" + service.action(request.user()) + user)
            + ("&X-Amz-Algorithm=" + ALGORITHM)
            + ("&X-Amz-Credential=" + encode(credentials.accessKeyId() + "/" + scope))
            + ("&X-Amz-Date=" + time)
            + ("&X-Amz-Expires=" + life.toSeconds())
            + sessionToken
            + "&X-Amz-SignedHeaders=host";

    String canonicalRequest =
        String.join("\n", "GET", "/", query, "host:" + endpoint, "", "host", sha256(""));
    String stringToSign = String.join("\n", ALGORITHM, time, scope, sha256(canonicalRequest));

    byte[] key = ("AWS4" + credentials.secretAccessKey()).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    String signature = HexFormat.of().formatHex(hmac(key, stringToSign));
    return endpoint + "/?" + query + "&X-Amz-Signature=" + signature;
  }

  /**
   * A time in UTC, such as {@code 20261124T090229Z}. Does not use a formatter, because loading one
   * delays the first connection of a new JVM.
   */
  private static String timestamp(Instant instant) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
    int date = (time.getYear() * 100 + time.getMonthValue()) * 100 + time.getDayOfMonth();
    int clock = (time.getHour() * 100 + time.getMinute()) * 100 + time.getSecond();
    String sixDigits = Integer.toString(1_000_000 + clock).substring(1);
    return date + "T" + sixDigits + "Z";
  }

  /**
   * Percent-encodes as in RFC 3986: all but letters, digits and {@code -._~} become {@code %XX}.
   */
  private static String encode(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String sha256(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM has no SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("This JVM has no HmacSHA256", e);
    }
  }
}
