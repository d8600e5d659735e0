package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.HttpFault;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkGlobalTime;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The SDK's own clients and local AWS, which answers them as AWS does. */
class LocalAwsTest {

  private static final String USER = "arn:aws:iam::123456789012:user/app";
  private static final String ACCOUNT = "arn:aws:iam::123456789012:root";

  @RegisterExtension final AwsProperties properties = new AwsProperties();
  private final TestClock clock = new TestClock();
  private final AccessKey app = AccessKey.random();
  private final AccessKey barred = AccessKey.random();
  private final AccessKey stranger = AccessKey.random();
  private final LocalRole orders =
      LocalRole.named("orders")
          .trusts(USER)
          .trusts("arn:aws:iam::123456789012:user/barred")
          .build();
  private final LocalAws aws =
      LocalAws.builder()
          .clock(clock)
          .user("app", app, Statement.allow("sts:Assume*", "arn:aws:iam::*:role/by-*"))
          .user("barred", barred, Statement.deny("sts:*", "*"), Statement.allow("*", "*"))
          .role(orders)
          .role(LocalRole.named("of-nobody").build())
          .role(LocalRole.named("by-account").trusts(ACCOUNT).build())
          .role(LocalRole.named("account-alone").trusts(ACCOUNT).build())
          .role(LocalRole.named("of-a-vendor").trusts(USER).externalId("customer-42").build())
          .role(LocalRole.named("by-chain").partition("aws-cn").trusts(orders.arn()).build())
          .role(LocalRole.named("by-other").account("210987654321").trusts(USER).build())
          .role(LocalRole.named("other-alone").account("210987654321").trusts(USER).build())
          .start();

  @BeforeEach
  void findIt() {
    properties.set(aws.properties());
  }

  /** What the SDK learns of the time holds for all clients of a JVM. */
  @BeforeEach
  @AfterEach
  void forgetTheTime() {
    SdkGlobalTime.setGlobalTimeOffset(0);
  }

  @AfterEach
  void stop() {
    aws.close();
  }

  @Test
  void tellsWhoTheCallerIs() {
    assertThat(sts(app).getCallerIdentity())
        .returns("123456789012", identity -> identity.account())
        .returns(USER, identity -> identity.arn())
        .returns("AIDACKCEVSQ6C2EXAMPLE", identity -> identity.userId());

    assertThat(sts(assume("orders")).getCallerIdentity())
        .returns("123456789012", identity -> identity.account())
        .returns("arn:aws:sts::123456789012:assumed-role/orders/pool-1", identity -> identity.arn())
        .returns("AROACLKWSDQRAOEXAMPLE:pool-1", identity -> identity.userId());
    assertThat(orders.sessionNames()).containsExactly("pool-1");
    assertThat(aws.http().requests())
        .containsExactly("sts:GetCallerIdentity", "sts:AssumeRole", "sts:GetCallerIdentity");
  }

  @ParameterizedTest
  @CsvSource({
    "123456789012, orders, true",
    "123456789012, by-account, true",
    "210987654321, by-other, true",
    "123456789012, of-nobody, false",
    "123456789012, account-alone, false",
    "210987654321, other-alone, false",
    "123456789012, of-a-vendor, false",
    "123456789012, by-chain, false",
    "123456789012, none-such, false"
  })
  void givesARoleToWhomTrustAndPolicyAllowIt(String account, String role, boolean allowed) {
    String arn = "arn:aws:iam::" + account + ":role/" + role;
    if (allowed) {
      assertThat(assume(sts(app), request -> request.roleArn(arn))).isNotNull();
      return;
    }
    assertThat(failure(() -> assume(sts(app), request -> request.roleArn(arn))))
        .hasMessageStartingWith(
            "User: %s is not authorized to perform: sts:AssumeRole on resource: %s", USER, arn)
        .returns("AccessDenied", failure -> failure.awsErrorDetails().errorCode())
        .returns(403, AwsServiceException::statusCode);
  }

  @Test
  void obeysADenialWhoeverAllows() {
    assertFails(() -> assume(sts(barred), request -> {}), "AccessDenied", "user/barred");
  }

  @Test
  void wantsTheExternalId() {
    String arn = "arn:aws:iam::123456789012:role/of-a-vendor";
    assertThat(assume(sts(app), r -> r.roleArn(arn).externalId("customer-42"))).isNotNull();
    assertFails(
        () -> assume(sts(app), r -> r.roleArn(arn).externalId("customer-43")),
        "AccessDenied",
        "not authorized to perform: sts:AssumeRole");
  }

  @Test
  void chainsRoles() {
    StsClient session = sts(assume("orders"));
    String arn = "arn:aws-cn:iam::123456789012:role/by-chain";
    Credentials chained = assume(session, request -> request.roleArn(arn));
    assertThat(sts(chained).getCallerIdentity().arn())
        .isEqualTo("arn:aws-cn:sts::123456789012:assumed-role/by-chain/pool-1");
  }

  @Test
  void endsASessionByItsClock() {
    Credentials session = assume(sts(app), request -> request.durationSeconds(900));
    assertThat(session.expiration())
        .isBetween(clock.instant().plusSeconds(890), clock.instant().plusSeconds(900));

    clock.advance(Duration.ofMinutes(15));
    assertFails(() -> sts(session).getCallerIdentity(), "ExpiredToken", "is expired");
  }

  @Test
  void rejectsARequestThatNoKeyOfItsOwnHasSigned() {
    assertFails(
        () -> sts(stranger).getCallerIdentity(),
        "InvalidClientTokenId",
        "The security token included in the request is invalid.");
    assertFails(
        () -> sts(AccessKey.of(app.id(), "other")).getCallerIdentity(),
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided.");

    Credentials session = assume("orders");
    assertFails(
        () -> sts(session.toBuilder().sessionToken("other").build()).getCallerIdentity(),
        "InvalidClientTokenId",
        "invalid");
    aws.revoke(session.accessKeyId());
    assertFails(() -> sts(session).getCallerIdentity(), "InvalidClientTokenId", "invalid");
  }

  @ParameterizedTest
  @CsvSource({
    "1200, Signature expired: 2, 'Z - 15 min.)'",
    "-1200, Signature not yet current: 2, 'Z + 15 min.)'"
  })
  void rejectsAClockThatIsWrong(long ahead, String beginning, String end) {
    clock.advance(Duration.ofSeconds(ahead));

    properties.set("aws.maxAttempts", "1");
    AwsServiceException failure = failure(() -> sts(app).getCallerIdentity());
    assertThat(failure.awsErrorDetails())
        .returns("SignatureDoesNotMatch", details -> details.errorCode());
    assertThat(failure.awsErrorDetails().errorMessage()).startsWith(beginning).endsWith(end);

    // The SDK has learned the time from the header Date.
    assertThat(sts(app).getCallerIdentity().arn()).isEqualTo(USER);
    assertThat(aws.http().requests()).hasSize(2);
  }

  @Test
  void breaksOneActionAndMendsIt() {
    properties.set("aws.maxAttempts", "1");
    fail(LocalAws.throttles());
    assertFails(() -> assume("orders"), "Throttling", "Rate exceeded");
    fail(Garbage.SERVER_ERROR);
    assertThat(failure(() -> assume("orders"))).returns(500, AwsServiceException::statusCode);
    assertThat(sts(app).getCallerIdentity().arn()).isEqualTo(USER);

    aws.http().goDown();
    assertThatThrownBy(() -> assume("orders")).isInstanceOf(SdkClientException.class);
    aws.http().comeUp();
    aws.http().mend();
    assertThat(assume("orders")).isNotNull();
  }

  private void fail(HttpFault fault) {
    aws.http().fail("sts:AssumeRole", fault);
  }

  private Credentials assume(String role) {
    return assume(sts(app), request -> request.roleArn("arn:aws:iam::123456789012:role/" + role));
  }

  private Credentials assume(StsClient sts, Consumer<AssumeRoleRequest.Builder> more) {
    return sts.assumeRole(
            request -> more.accept(request.roleArn(orders.arn()).roleSessionName("pool-1")))
        .credentials();
  }

  private static StsClient sts(AccessKey key) {
    return StsClient.builder().credentialsProvider(of(key)).build();
  }

  private static AwsCredentialsProvider of(AccessKey key) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  }

  private static StsClient sts(Credentials session) {
    AwsSessionCredentials credentials =
        AwsSessionCredentials.create(
            session.accessKeyId(), session.secretAccessKey(), session.sessionToken());
    return StsClient.builder()
        .credentialsProvider(StaticCredentialsProvider.create(credentials))
        .build();
  }

  private static AwsServiceException failure(Runnable call) {
    return catchThrowableOfType(AwsServiceException.class, call::run);
  }

  private static void assertFails(Runnable call, String code, String message) {
    assertThat(failure(call))
        .hasMessageContaining(message)
        .returns(code, failure -> failure.awsErrorDetails().errorCode());
  }
}
