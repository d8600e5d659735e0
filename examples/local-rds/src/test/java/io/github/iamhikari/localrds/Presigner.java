package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Signs tokens as AWS's clients do. It shares nothing with the code that verifies them, so that a
 * mistake has to be made twice to pass; the reference tokens guard against that.
 */
final class Presigner {

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Presigner() {}

  /** A token for the first account of a database. */
  static String token(LocalRds rds, AccessKey key, Instant at) {
    return token(rds, rds.account(), key, at);
  }

  static String token(LocalRds rds, String user, AccessKey key, Instant at) {
    return sign(authority(rds), key.secret(), parameters(rds, user, key, at));
  }

  /** What is signed as the host. */
  static String authority(LocalRds rds) {
    return rds.service() == Service.DSQL ? rds.host() : rds.host() + ":" + rds.port();
  }

  /** What is to be signed; a test may change it first. */
  static Map<String, String> parameters(LocalRds rds, String user, AccessKey key, Instant at) {
    return rds.service() == Service.DSQL
        ? dsqlParameters(user, key.id(), key.sessionToken(), rds.region(), at)
        : parameters(user, key.id(), key.sessionToken(), rds.region(), at);
  }

  static Map<String, String> dsqlParameters(
      String user, String keyId, @Nullable String sessionToken, String region, Instant at) {
    Map<String, String> parameters = parameters(user, keyId, sessionToken, region, at);
    parameters.remove("DBUser");
    parameters.put("Action", user.equals("admin") ? "DbConnectAdmin" : "DbConnect");
    parameters.computeIfPresent("X-Amz-Credential", (n, v) -> v.replace("/rds-db/", "/dsql/"));
    return parameters;
  }

  static Map<String, String> parameters(
      String user, String keyId, @Nullable String sessionToken, String region, Instant at) {
    String date = DATE.format(at);
    Map<String, String> parameters = new TreeMap<>();
    parameters.put("Action", "connect");
    parameters.put("DBUser", user);
    parameters.put("X-Amz-Algorithm", "AWS4-HMAC-SHA256");
    parameters.put(
        "X-Amz-Credential",
        String.join("/", keyId, date.substring(0, 8), region, "rds-db", "aws4_request"));
    parameters.put("X-Amz-Date", date);
    parameters.put("X-Amz-Expires", "900");
    parameters.put("X-Amz-SignedHeaders", "host");
    if (sessionToken != null) {
      parameters.put("X-Amz-Security-Token", sessionToken);
    }
    return parameters;
  }

  /** Signs these parameters, right or wrong, with the scope that they name. */
  static String sign(String authority, String secret, Map<String, String> parameters) {
    String query =
        new TreeMap<>(parameters)
            .entrySet().stream()
                .map(parameter -> parameter.getKey() + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
    String request = "GET\n/\n" + query + "\nhost:" + authority + "\n\nhost\n" + hash("");
    String credential = parameters.getOrDefault("X-Amz-Credential", "");
    String scope = credential.substring(credential.indexOf('/') + 1);
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String part : scope.split("/", -1)) {
      key = hmac(key, part);
    }
    String text =
        "AWS4-HMAC-SHA256\n" + parameters.get("X-Amz-Date") + "\n" + scope + "\n" + hash(request);
    return authority
        + "/?"
        + query
        + "&X-Amz-Signature="
        + HexFormat.of().formatHex(hmac(key, text));
  }

  static String encode(String text) {
    return URLEncoder.encode(text, UTF_8)
        .replace("+", "%20")
        .replace("*", "%2A")
        .replace("%7E", "~");
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
