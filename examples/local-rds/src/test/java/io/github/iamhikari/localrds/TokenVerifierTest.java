package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class TokenVerifierTest {

  private static final Instant NOW = Instant.parse("2026-01-31T23:58:00Z");
  private static final AccessKey KEY = AccessKey.of("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG");
  private static final Endpoint ENDPOINT =
      new Endpoint("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2");

  private static final Endpoint DSQL_ENDPOINT =
      new Endpoint("local4btxv7r2wm5q3jd6hnysu.dsql.us-east-2.on.aws", 5432, "us-east-2");

  private static final List<ReferenceToken> rdsReferences = ReferenceToken.rds();
  private static final List<ReferenceToken> dsqlReferences = ReferenceToken.dsql();
  private static final List<ReferenceToken> references =
      Stream.concat(rdsReferences.stream(), dsqlReferences.stream()).toList();

  @ParameterizedTest
  @FieldSource("dsqlReferences")
  void knowsTheRegionOfAnEndpointOfDsqlByItsName(ReferenceToken reference) {
    assertThat(Endpoint.regionOf(reference.endpoint().host()))
        .contains(reference.endpoint().region());
  }

  @ParameterizedTest
  @FieldSource("references")
  void acceptsAReferenceForAsLongAsItLives(ReferenceToken reference) {
    Instant end = reference.signedAt().plus(reference.lifetime());
    assertThat(reference.verdictAt(reference.signedAt())).isEmpty();
    assertThat(reference.verdictAt(end.minusSeconds(1))).isEmpty();
    assertThat(reference.verdictAt(end.minusMillis(1))).isEmpty();
    assertThat(reference.verdictAt(end)).contains(Refusal.EXPIRED);
  }

  @ParameterizedTest
  @FieldSource("references")
  void acceptsAReferenceFromAClockThatIsFiveMinutesAheadAndNoMore(ReferenceToken reference) {
    assertThat(reference.verdictAt(reference.signedAt().minusSeconds(300))).isEmpty();
    assertThat(reference.verdictAt(reference.signedAt().minusSeconds(301)))
        .contains(Refusal.NOT_YET_VALID);
  }

  @ParameterizedTest
  @FieldSource("references")
  void refusesAReferenceWhereOneFieldIsAnother(ReferenceToken reference) {
    AccessKey key = reference.key();
    assertThat(
            reference.verdictFor(new AccessKey(key.id() + "0", key.secret(), key.sessionToken())))
        .contains(Refusal.UNKNOWN_ACCESS_KEY);
    assertThat(
            reference.verdictFor(new AccessKey(key.id(), key.secret() + "0", key.sessionToken())))
        .contains(Refusal.WRONG_SIGNATURE);
    assertThat(
            reference.verdictFor(new AccessKey(key.id(), key.secret(), key.sessionToken() + "0")))
        .contains(Refusal.WRONG_SESSION_TOKEN);
    if (key.sessionToken() != null) {
      assertThat(reference.verdictFor(AccessKey.of(key.id(), key.secret())))
          .contains(Refusal.WRONG_SESSION_TOKEN);
    }
    String host = reference.endpoint().host();
    int port = reference.endpoint().port();
    String region = reference.endpoint().region();
    assertThat(List.of("x" + host, host + ".", host.toUpperCase(Locale.ROOT)))
        .allSatisfy(
            other ->
                assertThat(reference.verdictFor(other, port, region)).contains(Refusal.WRONG_HOST));
    assertThat(reference.verdictFor(host, port, "eu-north-1")).contains(Refusal.WRONG_REGION);
    if (reference.service() == Service.RDS) {
      assertThat(reference.verdictFor(host, port + 1, region)).contains(Refusal.WRONG_PORT);
      assertThat(reference.verdictFor(reference.user() + "x")).contains(Refusal.WRONG_USER);
    }
  }

  @ParameterizedTest
  @FieldSource("dsqlReferences")
  void refusesAReferenceForAdminToEverybodyElseAndTheOtherWayRound(ReferenceToken reference) {
    String other = reference.user().equals("admin") ? "orders_rw" : "admin";
    assertThat(reference.verdictFor(other)).contains(Refusal.WRONG_USER);
  }

  @ParameterizedTest
  @FieldSource("references")
  void refusesAReferenceForTheOtherService(ReferenceToken reference) {
    if (reference.service() == Service.RDS) {
      assertThat(reference.verdictOf(Service.DSQL)).contains(Refusal.UNKNOWN_PARAMETER);
    } else {
      assertThat(reference.verdictOf(Service.RDS)).contains(Refusal.NOT_A_TOKEN);
    }
  }

  @ParameterizedTest
  @FieldSource("references")
  void refusesAReferenceWithAnyParameterRemovedOrRepeated(ReferenceToken reference) {
    String token = reference.token();
    int query = token.indexOf('?') + 1;
    for (String parameter : token.substring(query).split("&", -1)) {
      List<String> rest = new ArrayList<>(List.of(token.substring(query).split("&", -1)));
      rest.remove(parameter);
      assertThat(reference.verdictOn(token.substring(0, query) + String.join("&", rest)))
          .as("without " + parameter)
          .contains(
              parameter.startsWith("X-Amz-Security-Token=")
                  ? Refusal.WRONG_SESSION_TOKEN
                  : Refusal.MISSING_PARAMETER);
      assertThat(reference.verdictOn(token + "&" + parameter))
          .as("twice " + parameter)
          .contains(Refusal.REPEATED_PARAMETER);
      assertThat(reference.verdictOn(token.replace(parameter, "x" + parameter)))
          .as("renamed " + parameter)
          .contains(Refusal.UNKNOWN_PARAMETER);
    }
  }

  @ParameterizedTest
  @FieldSource("references")
  void refusesAReferenceWithAnotherSignature(ReferenceToken reference) {
    String token = reference.token();
    int start = token.indexOf("X-Amz-Signature=") + "X-Amz-Signature=".length();
    String signature = token.substring(start);
    String before = token.substring(0, start);
    List<String> others =
        List.of(
            (signature.charAt(0) == '0' ? "1" : "0") + signature.substring(1),
            signature.substring(0, 63) + (signature.charAt(63) == '0' ? "1" : "0"),
            signature.substring(0, 63),
            signature + "0",
            signature.toUpperCase(Locale.ROOT),
            "0".repeat(64),
            "");
    assertThat(others)
        .allSatisfy(
            other ->
                assertThat(reference.verdictOn(before + other)).contains(Refusal.WRONG_SIGNATURE));
  }

  @ParameterizedTest
  @FieldSource("references")
  void acceptsAReferenceInOtherWordsOfTheSameMeaning(ReferenceToken reference) {
    String token = reference.token();
    int query = token.indexOf('?') + 1;
    List<String> parameters = new ArrayList<>(List.of(token.substring(query).split("&", -1)));
    Collections.reverse(parameters);
    assertThat(reference.verdictOn(token.substring(0, query) + String.join("&", parameters)))
        .isEmpty();
    assertThat(reference.verdictOn(token.replace("%2F", "%2f"))).isEmpty();
    assertThat(reference.verdictOn(token.replace("%2F", "/"))).isEmpty();
    assertThat(reference.verdictOn(token.replace("Action=", "Actio%6E="))).isEmpty();
    assertThat(reference.verdictOn(token.replace("onnect", "%6Fnnect"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Action, Connect, WRONG_ACTION",
    "Action, '', WRONG_ACTION",
    "X-Amz-Algorithm, AWS4-HMAC-SHA1, WRONG_ALGORITHM",
    "X-Amz-Algorithm, aws4-hmac-sha256, WRONG_ALGORITHM",
    "X-Amz-SignedHeaders, host;date, WRONG_SIGNED_HEADERS",
    "X-Amz-SignedHeaders, '', WRONG_SIGNED_HEADERS",
    "X-Amz-Date, 20260131T235800, WRONG_DATE",
    "X-Amz-Date, 20260231T235800Z, WRONG_DATE",
    "X-Amz-Date, 20260131T245800Z, WRONG_DATE",
    "X-Amz-Date, 2026-01-31T23:58:00Z, WRONG_DATE",
    "X-Amz-Date, '', WRONG_DATE",
    "X-Amz-Expires, 0, WRONG_EXPIRES",
    "X-Amz-Expires, 901, WRONG_EXPIRES",
    "X-Amz-Expires, -1, WRONG_EXPIRES",
    "X-Amz-Expires, 0900, WRONG_EXPIRES",
    "X-Amz-Expires, 900.0, WRONG_EXPIRES",
    "X-Amz-Expires, 99999999999999999999, WRONG_EXPIRES",
    "X-Amz-Expires, '', WRONG_EXPIRES",
    "X-Amz-Credential, AKIDEXAMPLE, WRONG_CREDENTIAL",
    "X-Amz-Credential, '', WRONG_CREDENTIAL",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-2/rds-db/aws5_request, WRONG_CREDENTIAL",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-2/rds-db/aws4_request/, WRONG_CREDENTIAL",
    "X-Amz-Credential, AKIDEXAMPLE/20260130/us-east-2/rds-db/aws4_request, WRONG_SCOPE_DATE",
    "X-Amz-Credential, AKIDEXAMPLE/2026/us-east-2/rds-db/aws4_request, WRONG_SCOPE_DATE",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-1/rds-db/aws4_request, WRONG_REGION",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/US-EAST-2/rds-db/aws4_request, WRONG_REGION",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-2/rds/aws4_request, WRONG_SERVICE",
    "X-Amz-Credential, AKIDEXAMPLF/20260131/us-east-2/rds-db/aws4_request, UNKNOWN_ACCESS_KEY",
    "X-Amz-Credential, /20260131/us-east-2/rds-db/aws4_request, UNKNOWN_ACCESS_KEY",
    "X-Amz-Date, 20260131T234259Z, EXPIRED",
    "X-Amz-Date, 20260131T234300Z, EXPIRED",
    "DBUser, Jane, WRONG_USER",
    "DBUser, '', WRONG_USER",
    "X-Amz-Security-Token, a session, WRONG_SESSION_TOKEN",
    "X-Amz-Security-Token, '', WRONG_SESSION_TOKEN",
    "X-Amz-Content-Sha256, UNSIGNED-PAYLOAD, UNKNOWN_PARAMETER",
    "action, connect, UNKNOWN_PARAMETER",
  })
  void refusesAnotherValueEvenIfItIsSigned(String parameter, String value, Refusal refusal) {
    Map<String, String> parameters = parameters();
    parameters.put(parameter, value);
    assertThat(verdict(sign(parameters))).contains(refusal);
  }

  @ParameterizedTest
  @CsvSource({
    "Action, connect, WRONG_ACTION",
    "Action, dbconnect, WRONG_ACTION",
    "Action, DbConnectAdmin, WRONG_USER",
    "DBUser, jane, UNKNOWN_PARAMETER",
    "X-Amz-Expires, 0, WRONG_EXPIRES",
    "X-Amz-Expires, 604801, WRONG_EXPIRES",
    "X-Amz-Expires, 9999999, WRONG_EXPIRES",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-2/rds-db/aws4_request, WRONG_SERVICE",
    "X-Amz-Credential, AKIDEXAMPLE/20260131/us-east-1/dsql/aws4_request, WRONG_REGION",
  })
  void refusesAnotherValueForDsqlEvenIfItIsSigned(String parameter, String value, Refusal refusal) {
    Map<String, String> parameters = dsqlParameters();
    parameters.put(parameter, value);
    assertThat(dsqlVerdict(DSQL_ENDPOINT.host(), parameters, NOW)).contains(refusal);
  }

  @Test
  void refusesAPortForDsqlEvenIfItIsSigned() {
    assertThat(dsqlVerdict(DSQL_ENDPOINT.host() + ":5432", dsqlParameters(), NOW))
        .contains(Refusal.WRONG_PORT);
  }

  @Test
  void acceptsATokenForDsqlForAWeek() {
    Map<String, String> parameters = dsqlParameters();
    parameters.put("X-Amz-Expires", "604800");
    Instant end = NOW.plus(Duration.ofDays(7));
    assertThat(dsqlVerdict(DSQL_ENDPOINT.host(), parameters, end.minusSeconds(1))).isEmpty();
    assertThat(dsqlVerdict(DSQL_ENDPOINT.host(), parameters, end)).contains(Refusal.EXPIRED);
  }

  private static Map<String, String> dsqlParameters() {
    return Presigner.dsqlParameters("jane", KEY.id(), null, DSQL_ENDPOINT.region(), NOW);
  }

  private static Optional<Refusal> dsqlVerdict(
      String authority, Map<String, String> parameters, Instant now) {
    String token = Presigner.sign(authority, KEY.secret(), parameters);
    return ReferenceToken.verdict(Service.DSQL, DSQL_ENDPOINT, token, "jane", KEY, now);
  }

  @ParameterizedTest
  @CsvSource({
    "X-Amz-Date, 20260131T235801Z",
    "X-Amz-Expires, 899",
  })
  void refusesAValueThatCouldBeRightButWasNotSigned(String parameter, String value) {
    Map<String, String> parameters = parameters();
    String signed = parameters.put(parameter, value);
    String token = sign(parameters);
    assertThat(verdict(token)).isEmpty();
    assertThat(verdict(token.replace(parameter + "=" + value, parameter + "=" + signed)))
        .contains(Refusal.WRONG_SIGNATURE);
  }

  @Test
  void acceptsATokenForAsLongAsItSays() {
    Map<String, String> parameters = parameters();
    parameters.put("X-Amz-Expires", "60");
    String token = sign(parameters);
    assertThat(verdict(token, NOW.plusSeconds(59))).isEmpty();
    assertThat(verdict(token, NOW.plusSeconds(60))).contains(Refusal.EXPIRED);
  }

  @Test
  void acceptsATokenForNoLongerThanTheServerSays() {
    TokenVerifier verifier = new TokenVerifier(ENDPOINT, Duration.ofSeconds(5));
    Map<String, AccessKey> keys = Map.of(KEY.id(), KEY);
    String token = sign(parameters());
    assertThat(verifier.verify(token, "jane", keys, NOW.plusMillis(4_999))).isEmpty();
    assertThat(verifier.verify(token, "jane", keys, NOW.plusSeconds(5))).contains(Refusal.EXPIRED);
  }

  @Test
  void acceptsATokenOnTheDayAfterItWasSigned() {
    assertThat(verdict(sign(parameters()), NOW.plusSeconds(600))).isEmpty();
  }

  static Stream<Arguments> notTokens() {
    String token = sign(parameters());
    return Stream.<Map.Entry<String, UnaryOperator<String>>>of(
            Map.entry("nothing", t -> ""),
            Map.entry("a password", t -> "secret"),
            Map.entry("a URL", t -> "https://" + t),
            Map.entry("no query", t -> t.substring(0, t.indexOf('?'))),
            Map.entry("an empty query", t -> t.substring(0, t.indexOf('?') + 1)),
            Map.entry("no port", t -> t.replace(":5432", "")),
            Map.entry("a port of letters", t -> t.replace(":5432", ":postgres")),
            Map.entry("a user before the host", t -> "jane@" + t),
            Map.entry("another path", t -> t.replace("/?", "/x?")),
            Map.entry("no path", t -> t.replace("/?", "?")),
            Map.entry("an empty parameter", t -> t + "&"),
            Map.entry("a parameter without value", t -> t + "&x"),
            Map.entry("a fragment", t -> t + "#x"),
            Map.entry("a line feed", t -> t + "\n"),
            Map.entry("a space before", t -> " " + t),
            Map.entry("a zero", t -> t + "\0"),
            Map.entry("half a percent-encoding", t -> t + "%4"),
            Map.entry("a percent-encoding of other letters", t -> t.replace("%2F", "%2G")),
            Map.entry("a percent-encoding that is not UTF-8", t -> t.replace("jane", "jan%E9")),
            Map.entry("a letter that is not ASCII", t -> t.replace("jane", "jané")),
            Map.entry("a plus", t -> t.replace("jane", "jane+")),
            Map.entry("an equals sign in a value", t -> t.replace("jane", "jane=")))
        .map(change -> arguments(change.getKey(), change.getValue().apply(token)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notTokens")
  void refusesWhatIsNotAToken(String what, String token) {
    assertThat(verdict(token)).as(what).contains(Refusal.NOT_A_TOKEN);
  }

  @Test
  void acceptsNoTokenWithACharacterChangedAndThrowsAtNone() {
    Random random = new Random(20260131);
    String alphabet = "azAZ09%&=?/:+.-_~ é\0\n";
    Map<Refusal, Integer> refusals = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      ReferenceToken reference = references.get(i % references.size());
      StringBuilder token = new StringBuilder(reference.token());
      int at = random.nextInt(token.length());
      char other = alphabet.charAt(random.nextInt(alphabet.length()));
      switch (random.nextInt(3)) {
        case 0 -> token.setCharAt(at, other);
        case 1 -> token.insert(at, other);
        default -> token.deleteCharAt(at);
      }
      if (meansTheSame(token.toString(), reference.token())) {
        continue;
      }
      Optional<Refusal> refusal = reference.verdictOn(token.toString());
      assertThat(refusal).as(token.toString()).isPresent();
      refusals.merge(refusal.get(), 1, Integer::sum);
    }
    assertThat(refusals).hasSizeGreaterThan(12);
  }

  /** Deleting one of two equal letters, or putting a letter in its own place, is no change. */
  private static boolean meansTheSame(String changed, String token) {
    return PresignedRequest.parse(changed).equals(PresignedRequest.parse(token));
  }

  private static Map<String, String> parameters() {
    return Presigner.parameters("jane", KEY.id(), null, ENDPOINT.region(), NOW);
  }

  private static String sign(Map<String, String> parameters) {
    return Presigner.sign(ENDPOINT.host() + ":" + ENDPOINT.port(), KEY.secret(), parameters);
  }

  private static Optional<Refusal> verdict(String token) {
    return verdict(token, NOW);
  }

  private static Optional<Refusal> verdict(String token, Instant now) {
    return ReferenceToken.verdict(Service.RDS, ENDPOINT, token, "jane", KEY, now);
  }
}
