package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Computes signatures of AWS Signature Version 4. Pure functions.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">
 *     Create a signed AWS API request</a>
 */
public final class SignatureV4 {

  /** The name of the algorithm. */
  public static final String ALGORITHM = "AWS4-HMAC-SHA256";

  /** What each credential scope and the derivation of each signing key end with. */
  public static final String TERMINATOR = "aws4_request";

  private SignatureV4() {}

  /** The signature of a request that has each parameter once, in lower-case digits. */
  static String of(PresignedRequest request, String secret) {
    String scope = request.value(PresignedRequest.CREDENTIAL).split("/", 2)[1];
    return of(canonical(request), request.value(PresignedRequest.DATE), scope, secret);
  }

  /**
   * The signature of a canonical request.
   *
   * @param canonicalRequest the request in the form that is signed
   * @param date the time of signing, of the form {@code 20260131T235959Z}
   * @param scope the credential scope, such as {@code 20260131/us-east-1/sts/aws4_request}
   * @param secret the secret access key
   * @return the signature, in lower-case hexadecimal digits
   */
  public static String of(String canonicalRequest, String date, String scope, String secret) {
    String stringToSign = String.join("\n", ALGORITHM, date, scope, sha256(canonicalRequest));
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    return HexFormat.of().formatHex(hmac(key, stringToSign));
  }

  private static String canonical(PresignedRequest request) {
    Map<String, String> query = new TreeMap<>();
    request.parameters().forEach((name, values) -> query.put(name, values.get(0)));
    query.remove(PresignedRequest.SIGNATURE);
    return String.join(
        "\n",
        "GET",
        "/",
        query.entrySet().stream()
            .map(
                p ->
                    PercentEncoding.encode(p.getKey()) + "=" + PercentEncoding.encode(p.getValue()))
            .collect(Collectors.joining("&")),
        "host:" + request.authority(),
        "",
        "host",
        sha256(""));
  }

  /**
   * The SHA-256 digest of a text in UTF-8.
   *
   * @param text such as the body of a request
   * @return the digest, in lower-case hexadecimal digits
   */
  public static String sha256(String text) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("each Java platform has SHA-256", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("each Java platform has HmacSHA256", e);
    }
  }
}
