package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies tokens: a pure function of the token, the user who logs in, the known access keys and
 * the time. It never throws, whatever the token. {@link LocalRds} uses it; tests that need no
 * database can use it alone. Immutable.
 *
 * <p>A token is a request to the service {@code rds-db} or {@code dsql}, presigned by Signature
 * Version 4, without its scheme. Like AWS, it accepts the same request in another order or
 * percent-encoding, as the signature is the same.
 *
 * @param service whose tokens it accepts
 * @param endpoint what tokens must be signed for; those for Aurora DSQL name no port
 * @param lifetime how long a token lives, unless its own {@code X-Amz-Expires} is shorter
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.Connecting.html">
 *     Connecting to your DB instance using IAM authentication</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html">
 *     Authentication methods: query string</a>
 */
public record TokenVerifier(Service service, Endpoint endpoint, Duration lifetime) {

  /** The longest lifetime of a token for RDS. */
  public static final Duration LONGEST_LIFETIME = Duration.ofMinutes(15);

  /** How far the signer's clock may be ahead of this one. */
  public static final Duration CLOCK_SKEW = Duration.ofMinutes(5);

  private static final Set<String> REQUIRED =
      Set.of(
          PresignedRequest.ACTION,
          PresignedRequest.ALGORITHM,
          PresignedRequest.CREDENTIAL,
          PresignedRequest.DATE,
          PresignedRequest.EXPIRES,
          PresignedRequest.SIGNED_HEADERS,
          PresignedRequest.SIGNATURE);

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /**
   * A verifier of tokens for RDS.
   *
   * @param endpoint what tokens must be signed for
   * @param lifetime how long a token lives, unless its own {@code X-Amz-Expires} is shorter
   */
  public TokenVerifier(Endpoint endpoint, Duration lifetime) {
    this(Service.RDS, endpoint, lifetime);
  }

  /**
   * Verifies a token.
   *
   * @param token the password that the client sent
   * @param user the database user it logs in as
   * @param keys the access keys known now, by their ids
   * @param now the time
   * @return why it is refused, or nothing if it is accepted
   */
  public Optional<Refusal> verify(
      String token, String user, Map<String, AccessKey> keys, Instant now) {
    Optional<PresignedRequest> parsed = PresignedRequest.parse(token);
    if (parsed.isEmpty() || !service.isFormOf(parsed.get())) {
      return Optional.of(Refusal.NOT_A_TOKEN);
    }
    PresignedRequest request = parsed.get();
    return wrongParameters(request)
        .or(() -> wrongValues(request))
        .or(() -> wrongScope(request))
        .or(() -> wrongAddress(request, user))
        .or(() -> wrongAge(request, now))
        .or(() -> wrongSignature(request, keys));
  }

  private Optional<Refusal> wrongParameters(PresignedRequest request) {
    Set<String> required = new HashSet<>(REQUIRED);
    required.addAll(service.ownParameters());
    Set<String> unknown = new HashSet<>(request.parameters().keySet());
    unknown.removeAll(required);
    unknown.remove(PresignedRequest.SESSION_TOKEN);
    if (!unknown.isEmpty()) {
      return Optional.of(Refusal.UNKNOWN_PARAMETER);
    }
    if (request.parameters().values().stream().mapToInt(Collection::size).anyMatch(n -> n > 1)) {
      return Optional.of(Refusal.REPEATED_PARAMETER);
    }
    if (!request.parameters().keySet().containsAll(required)) {
      return Optional.of(Refusal.MISSING_PARAMETER);
    }
    return Optional.empty();
  }

  private Optional<Refusal> wrongValues(PresignedRequest request) {
    if (!service.actions().contains(request.value(PresignedRequest.ACTION))) {
      return Optional.of(Refusal.WRONG_ACTION);
    }
    if (!request.value(PresignedRequest.ALGORITHM).equals(SignatureV4.ALGORITHM)) {
      return Optional.of(Refusal.WRONG_ALGORITHM);
    }
    if (!request.value(PresignedRequest.SIGNED_HEADERS).equals("host")) {
      return Optional.of(Refusal.WRONG_SIGNED_HEADERS);
    }
    if (signedAt(request).isEmpty()) {
      return Optional.of(Refusal.WRONG_DATE);
    }
    String expires = request.value(PresignedRequest.EXPIRES);
    if (!expires.matches("[1-9][0-9]{0,5}")
        || expiry(request).compareTo(service.longestLifetime()) > 0) {
      return Optional.of(Refusal.WRONG_EXPIRES);
    }
    return Optional.empty();
  }

  private Optional<Refusal> wrongScope(PresignedRequest request) {
    String[] credential = request.value(PresignedRequest.CREDENTIAL).split("/", -1);
    if (credential.length != 5 || !credential[4].equals(SignatureV4.TERMINATOR)) {
      return Optional.of(Refusal.WRONG_CREDENTIAL);
    }
    if (!request.value(PresignedRequest.DATE).startsWith(credential[1] + "T")) {
      return Optional.of(Refusal.WRONG_SCOPE_DATE);
    }
    if (!credential[2].equals(endpoint.region())) {
      return Optional.of(Refusal.WRONG_REGION);
    }
    if (!credential[3].equals(service.signingName())) {
      return Optional.of(Refusal.WRONG_SERVICE);
    }
    return Optional.empty();
  }

  private Optional<Refusal> wrongAddress(PresignedRequest request, String user) {
    if (!request.host().equals(endpoint.host())) {
      return Optional.of(Refusal.WRONG_HOST);
    }
    if (!service.hasPort(endpoint.port(), request)) {
      return Optional.of(Refusal.WRONG_PORT);
    }
    if (!service.hasUser(user, request)) {
      return Optional.of(Refusal.WRONG_USER);
    }
    return Optional.empty();
  }

  private Optional<Refusal> wrongAge(PresignedRequest request, Instant now) {
    Instant signedAt = signedAt(request).orElseThrow();
    if (signedAt.isAfter(now.plus(CLOCK_SKEW))) {
      return Optional.of(Refusal.NOT_YET_VALID);
    }
    Duration expiry = expiry(request);
    Duration life = expiry.compareTo(lifetime) < 0 ? expiry : lifetime;
    if (!now.isBefore(signedAt.plus(life))) {
      return Optional.of(Refusal.EXPIRED);
    }
    return Optional.empty();
  }

  private static Optional<Refusal> wrongSignature(
      PresignedRequest request, Map<String, AccessKey> keys) {
    AccessKey key = keys.get(request.accessKeyId());
    if (key == null) {
      return Optional.of(Refusal.UNKNOWN_ACCESS_KEY);
    }
    if (!request.sessionToken().equals(Optional.ofNullable(key.sessionToken()))) {
      return Optional.of(Refusal.WRONG_SESSION_TOKEN);
    }
    byte[] expected = SignatureV4.of(request, key.secret()).getBytes(UTF_8);
    byte[] actual = request.value(PresignedRequest.SIGNATURE).getBytes(UTF_8);
    if (!MessageDigest.isEqual(expected, actual)) {
      return Optional.of(Refusal.WRONG_SIGNATURE);
    }
    return Optional.empty();
  }

  /** When a token says that it was signed. */
  static Optional<Instant> signedAt(String token) {
    return PresignedRequest.parse(token).flatMap(TokenVerifier::signedAt);
  }

  private static Optional<Instant> signedAt(PresignedRequest request) {
    try {
      LocalDateTime date = LocalDateTime.parse(request.value(PresignedRequest.DATE), DATE);
      return Optional.of(date.toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Duration expiry(PresignedRequest request) {
    return Duration.ofSeconds(Long.parseLong(request.value(PresignedRequest.EXPIRES)));
  }
}
