package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.junit.SecretsInLogs;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

class AwsTokenSignerTest {

  private static final TokenRequest REQUEST =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "a b");
  private static final Duration EXPIRATION = Duration.ofSeconds(870);

  private final Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.SECONDS);
  private final InstantSource clock = InstantSource.fixed(now.plusMillis(987));

  @Test
  void signsForExactlyTheRequestedLogin() {
    IamToken token = sign(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

    assertThat(token.value())
        .startsWith("db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432/?")
        .contains("Action=connect", "DBUser=a%20b", "X-Amz-Expires=900")
        .contains("X-Amz-Credential=AKIDEXAMPLE%2F", "%2Fus-east-2%2Frds-db%2Faws4_request")
        .containsPattern("X-Amz-Signature=[0-9a-f]{64}")
        .doesNotContain("X-Amz-Security-Token");
    assertThat(token.signedAt()).isEqualTo(now);
    assertThat(token.usableFor()).isEqualTo(EXPIRATION);
  }

  @ParameterizedTest
  @MethodSource("tokensOfThePythonSdk")
  void signsAsThePythonSdkDoes(
      TokenRequest request, AwsCredentials credentials, Instant signedAt, String token) {
    IamToken signed =
        new AwsTokenSigner(() -> credentials, null, InstantSource.fixed(signedAt))
            .sign(request, EXPIRATION);

    assertThat(parts(signed.value())).isEqualTo(parts(token));
  }

  static Stream<Arguments> tokensOfThePythonSdk() throws IOException {
    return rows("/botocore-tokens.tsv")
        .map(
            row ->
                Arguments.of(
                    new TokenRequest(row[4], Integer.parseInt(row[5]), row[7], row[6]),
                    credentials(row),
                    Instant.parse(row[3]),
                    row[8]));
  }

  /** Those of DSQL live for as long as whoever asked for them wished. */
  @ParameterizedTest
  @MethodSource("dsqlTokensOfThePythonSdk")
  void signsForDsqlAsThePythonSdkDoes(
      TokenRequest request, AwsCredentials credentials, Instant signedAt, int life, String token) {
    String signed = SignatureV4.token(request, credentials, signedAt, Duration.ofSeconds(life));

    assertThat(parts(signed)).isEqualTo(parts(token));
  }

  static Stream<Arguments> dsqlTokensOfThePythonSdk() throws IOException {
    return rows("/botocore-dsql-tokens.tsv")
        .map(
            row ->
                Arguments.of(
                    new TokenRequest(IamService.DSQL, row[5], 5432, row[7], row[6]),
                    credentials(row),
                    Instant.parse(row[3]),
                    Integer.parseInt(row[4]),
                    row[8]));
  }

  private static Stream<String[]> rows(String resource) throws IOException {
    try (InputStream file = AwsTokenSignerTest.class.getResourceAsStream(resource)) {
      return new String(requireNonNull(file).readAllBytes(), UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t", -1));
    }
  }

  private static AwsCredentials credentials(String[] row) {
    return row[2].isEmpty()
        ? AwsBasicCredentials.create(row[0], row[1])
        : AwsSessionCredentials.create(row[0], row[1], row[2]);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"app", "Ann+\u00e9", "a b", "x/y", "100%", "u=v&w", "~-._*'()!", "\u6f22\u5b57"})
  void signsAsTheJavaSdkDoes(String user) {
    TokenRequest request =
        new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", user);
    AwsCredentials credentials = session(null);
    String reference =
        RdsUtilities.builder()
            .region(Region.of(request.region()))
            .credentialsProvider(StaticCredentialsProvider.create(credentials))
            .build()
            .generateAuthenticationToken(
                login ->
                    login.hostname(request.host()).port(request.port()).username(request.user()));
    // RdsUtilities knows the system's clock only; the token tells when it was.
    Instant signedAt =
        DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssX")
            .parse(requireNonNull(parts(reference).get("X-Amz-Date")), Instant::from);

    IamToken token =
        new AwsTokenSigner(() -> credentials, null, InstantSource.fixed(signedAt))
            .sign(request, EXPIRATION);

    assertThat(parts(token.value())).isEqualTo(parts(reference));
    // What this library does not do: the SDK writes the whole token to its log at TRACE.
    assertThat(SecretsInLogs.takeLinesWithSecrets()).isNotEmpty();
  }

  /** A token's parameters, decoded, and its endpoint; in which order they stand does not count. */
  private static Map<String, String> parts(String token) {
    Map<String, String> parts = new TreeMap<>();
    int question = token.indexOf('?');
    parts.put("", token.substring(0, question));
    for (String parameter : token.substring(question + 1).split("&", -1)) {
      int equals = parameter.indexOf('=');
      parts.put(
          parameter.substring(0, equals),
          URLDecoder.decode(parameter.substring(equals + 1), UTF_8));
    }
    return parts;
  }

  @Test
  void sendsTheSessionTokenOfTemporaryCredentials() {
    IamToken token = sign(session(null));

    assertThat(token.value()).contains("X-Amz-Security-Token=session%2Btoken");
    assertThat(token.usableFor()).isEqualTo(EXPIRATION);
  }

  @Test
  void resolvesCredentialsOncePerToken() {
    AtomicInteger resolved = new AtomicInteger();
    TokenSigner signer =
        new AwsTokenSigner(
            () -> AwsBasicCredentials.create("AKID" + resolved.incrementAndGet(), "secret"),
            null,
            clock);

    assertThat(signer.sign(REQUEST, EXPIRATION).value()).contains("AKID1");
    assertThat(signer.sign(REQUEST, EXPIRATION).value()).contains("AKID2");
    assertThat(resolved).hasValue(2);
  }

  @Test
  void endsATokenBeforeTheCredentialsThatSignedIt() {
    assertThat(sign(session(now.plusSeconds(60))).usableFor()).hasSeconds(50);
  }

  @Test
  void refusesCredentialsThatHaveRunOut() {
    assertThatThrownBy(() -> sign(session(now.minusSeconds(1))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the AWS credentials expired at %s, and it is %s now; renew them",
            now.minusSeconds(1), now);
    assertThatThrownBy(() -> sign(session(now))).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void refusesAnonymousCredentials() {
    AwsCredentialsProvider anonymous = AnonymousCredentialsProvider.create();

    assertThatThrownBy(() -> new AwsTokenSigner(anonymous, null, clock).sign(REQUEST, EXPIRATION))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the AWS credentials provider returned anonymous credentials");
  }

  private static AwsCredentials session(@Nullable Instant expirationTime) {
    return AwsSessionCredentials.builder()
        .accessKeyId("ASIAEXAMPLE")
        .secretAccessKey("secret")
        .sessionToken("session+token")
        .expirationTime(expirationTime)
        .build();
  }

  private IamToken sign(AwsCredentials credentials) {
    return new AwsTokenSigner(() -> credentials, null, clock).sign(REQUEST, EXPIRATION);
  }
}
