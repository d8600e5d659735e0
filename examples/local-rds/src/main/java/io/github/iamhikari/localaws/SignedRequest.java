package io.github.iamhikari.localaws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.SignatureV4;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A request with a signature of Signature Version 4 in its header {@code Authorization}.
 *
 * @param query the request
 * @param keyId the access key that it names
 * @param scope the credential scope, such as {@code 20260131/us-east-1/sts/aws4_request}
 * @param signedHeaders the names of the headers that are signed, in the order they are signed in
 * @param signature the signature
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">
 *     Create a signed AWS API request</a>
 */
record SignedRequest(
    Query query, String keyId, String scope, List<String> signedHeaders, String signature) {

  /** How far the clocks of client and service may differ, as in STS's messages. */
  private static final Duration LONGEST_SKEW = Duration.ofMinutes(15);

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          SignatureV4.ALGORITHM
              + " Credential=(\\w+)/([^,]+), *SignedHeaders=([a-z0-9;-]+), *Signature=([0-9a-f]+)");

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT);

  /**
   * Finds the signature.
   *
   * @throws ServiceException if there is none, or it is not of the right form
   */
  static SignedRequest of(Query query) {
    String header = query.request().header("Authorization");
    if (header == null) {
      throw new ServiceException(
          403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    }
    Matcher matcher = AUTHORIZATION.matcher(header);
    if (!matcher.matches()) {
      throw incomplete();
    }
    return new SignedRequest(
        query,
        matcher.group(1),
        matcher.group(2),
        List.of(matcher.group(3).split(";", -1)),
        matcher.group(4));
  }

  /**
   * The identity whose key signed it.
   *
   * @param identities the owners of the known keys, by key id
   * @throws ServiceException if no such key signed it, or not at this time
   */
  Identity signer(Map<String, Identity> identities, Instant now) {
    checkForm();
    checkAge(now);
    Identity identity = identities.get(keyId);
    if (identity == null || !token().equals(tokenOf(identity.key()))) {
      throw new ServiceException(
          403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    }
    if (identity.hasEnded(now)) {
      throw new ServiceException(
          403, "ExpiredToken", "The security token included in the request is expired");
    }
    String expected = SignatureV4.of(canonical(), date(), scope, identity.key().secret());
    if (!MessageDigest.isEqual(expected.getBytes(UTF_8), signature.getBytes(UTF_8))) {
      throw mismatch(
          "The request signature we calculated does not match the signature you provided. Check"
              + " your AWS Secret Access Key and signing method. Consult the service documentation"
              + " for details.");
    }
    return identity;
  }

  /** The region that it is signed for. */
  String region() {
    return scope.split("/", -1)[1];
  }

  private void checkForm() {
    String[] parts = scope.split("/", -1);
    if (parts.length != 4
        || !parts[3].equals(SignatureV4.TERMINATOR)
        || !date().startsWith(parts[0] + "T")
        || !signedHeaders.containsAll(List.of("host", "x-amz-date"))
        || signedHeaders.contains("x-amz-security-token") == token().isEmpty()) {
      throw incomplete();
    }
    if (!parts[2].equals(query.service().id)) {
      throw mismatch(
          "Credential should be scoped to correct service: '" + query.service().id + "'.");
    }
  }

  private void checkAge(Instant now) {
    Instant signed;
    try {
      signed = LocalDateTime.parse(date(), DATE).toInstant(ZoneOffset.UTC);
    } catch (DateTimeException e) {
      throw incomplete();
    }
    Instant earliest = now.minus(LONGEST_SKEW);
    Instant latest = now.plus(LONGEST_SKEW);
    if (signed.isBefore(earliest)) {
      throw wrongAge("Signature expired: %s is now earlier than %s (%s - 15 min.)", earliest, now);
    }
    if (signed.isAfter(latest)) {
      throw wrongAge(
          "Signature not yet current: %s is still later than %s (%s + 15 min.)", latest, now);
    }
  }

  private ServiceException wrongAge(String message, Instant bound, Instant now) {
    DateTimeFormatter utc = DATE.withZone(ZoneOffset.UTC);
    return mismatch(
        String.format(Locale.ROOT, message, date(), utc.format(bound), utc.format(now)));
  }

  private String canonical() {
    String headers =
        signedHeaders.stream()
            .map(name -> name + ":" + header(name).replaceAll(" +", " ") + "\n")
            .collect(Collectors.joining());
    HttpRequest request = query.request();
    return String.join(
        "\n",
        request.method(),
        request.path(),
        request.query(),
        headers,
        String.join(";", signedHeaders),
        SignatureV4.sha256(request.body()));
  }

  private String date() {
    return header("X-Amz-Date");
  }

  private String token() {
    return header("X-Amz-Security-Token");
  }

  private String header(String name) {
    return orEmpty(query.request().header(name));
  }

  private static String tokenOf(AccessKey key) {
    return orEmpty(key.sessionToken());
  }

  private static String orEmpty(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static ServiceException incomplete() {
    return new ServiceException(
        400,
        "IncompleteSignature",
        "The request signature does not conform to AWS standards: Authorization header or date");
  }

  private static ServiceException mismatch(String message) {
    return new ServiceException(403, "SignatureDoesNotMatch", message);
  }

  /** The access key id only. */
  @Override
  public String toString() {
    return "SignedRequest[" + keyId + "]";
  }
}
