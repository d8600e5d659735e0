package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.github.iamhikari.localaws.DatabaseResource;
import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.HttpFault;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalGlobalCluster;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Endpoint;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.time.Duration;
import java.util.List;
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
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.DBCluster;
import software.amazon.awssdk.services.rds.model.DBInstance;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The SDK's own clients and local AWS, which answers them as AWS does. */
class LocalAwsTest {

  private static final String USER = "arn:aws:iam::123456789012:user/app";
  private static final String ACCOUNT = "arn:aws:iam::123456789012:root";
  private static final Statement[] DIAGNOSIS = {
    Statement.allow("rds:Describe*", "*"),
    Statement.allow("iam:SimulatePrincipalPolicy", "*"),
    Statement.allow("rds-db:connect", "arn:aws:rds-db:*:123456789012:dbuser:*/app"),
    Statement.deny("rds-db:connect", "*:dbuser:db-B/*")
  };
  private static final DatabaseResource INSTANCE =
      DatabaseResource.at(endpoint("orders"), "db-A", "postgres");

  private static final DatabaseResource CLUSTER =
      DatabaseResource.at(endpoint("orders.cluster"), "cluster-A", "aurora-mysql");

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
  private final AccessKey doctor = AccessKey.random();
  private final LocalAws aws =
      LocalAws.builder()
          .clock(clock)
          .user("app", app, Statement.allow("sts:Assume*", "arn:aws:iam::*:role/by-*"))
          .user("barred", barred, Statement.deny("sts:*", "*"), Statement.allow("*", "*"))
          .user("doctor", doctor, DIAGNOSIS)
          .describes(INSTANCE)
          .describes(
              DatabaseResource.at(endpoint("other"), "db-OTHER", "mysql")
                  .withIamLogin(false)
                  .withStatus("stopped"))
          .describes(CLUSTER)
          .customEndpoint(
              "reports.cluster-custom-c9akciq32rgb.us-east-2.rds.amazonaws.com", CLUSTER)
          .describes(LocalGlobalCluster.named("sales", "us-east-2"))
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
  void forgivesAClockThatIsWrongByLess() {
    properties.set("aws.maxAttempts", "1");
    clock.advance(Duration.ofMinutes(14));
    assertThat(sts(app).getCallerIdentity().arn()).isEqualTo(USER);
  }

  @Test
  void rejectsWhatNoSessionCanHave() {
    String error = "ValidationError";
    assertFails(() -> assume(sts(app), r -> r.durationSeconds(899)), error, "equal to 900");
    assertFails(() -> assume(sts(app), r -> r.durationSeconds(3601)), error, "MaxSessionDuration");
    assertFails(() -> assume(sts(app), r -> r.roleSessionName("a b")), error, "roleSessionName");
  }

  @Test
  void describesInstances() {
    RdsClient rds = RdsClient.builder().credentialsProvider(of(doctor)).build();
    assertThat(rds.describeDBInstances(r -> r.dbInstanceIdentifier("Orders")).dbInstances())
        .singleElement()
        .returns("orders", DBInstance::dbInstanceIdentifier)
        .returns("db-A", DBInstance::dbiResourceId)
        .returns("postgres", DBInstance::engine)
        .returns("available", DBInstance::dbInstanceStatus)
        .returns(true, DBInstance::iamDatabaseAuthenticationEnabled)
        .returns("administrator", DBInstance::masterUsername)
        .returns("rds-ca-rsa2048-g1", DBInstance::caCertificateIdentifier)
        .returns(INSTANCE.endpoint().host(), instance -> instance.endpoint().address())
        .returns(5432, instance -> instance.endpoint().port());
    assertThat(rds.describeDBInstances().dbInstances())
        .extracting(DBInstance::dbInstanceStatus, DBInstance::iamDatabaseAuthenticationEnabled)
        .containsExactly(tuple("available", true), tuple("stopped", false));
    assertFails(
        () -> rds.describeDBInstances(r -> r.dbInstanceIdentifier("none")),
        "DBInstanceNotFound",
        "DBInstance none not found.");
    assertFails(
        () ->
            RdsClient.builder()
                .credentialsProvider(of(app))
                .build()
                .describeDBInstances(r -> r.dbInstanceIdentifier("orders")),
        "AccessDenied",
        "on resource: arn:aws:rds:us-east-2:123456789012:db:orders");

    properties.set("aws.region", "eu-west-1");
    RdsClient elsewhere = RdsClient.builder().credentialsProvider(of(doctor)).build();
    assertThat(elsewhere.describeDBInstances().dbInstances()).isEmpty();
  }

  @Test
  void describesClusters() {
    RdsClient rds = RdsClient.builder().credentialsProvider(of(doctor)).build();
    assertThat(rds.describeDBClusters(r -> r.dbClusterIdentifier("orders")).dbClusters())
        .singleElement()
        .returns("orders", DBCluster::dbClusterIdentifier)
        .returns("cluster-A", DBCluster::dbClusterResourceId)
        .returns("aurora-mysql", DBCluster::engine)
        .returns("available", DBCluster::status)
        .returns(true, DBCluster::iamDatabaseAuthenticationEnabled)
        .returns(endpoint("orders.cluster").host(), DBCluster::endpoint)
        .returns(endpoint("orders.cluster-ro").host(), DBCluster::readerEndpoint)
        .returns(5432, DBCluster::port);
    assertFails(
        () -> rds.describeDBClusters(r -> r.dbClusterIdentifier("other")),
        "DBClusterNotFoundFault",
        "DBCluster other not found.");
  }

  @Test
  void describesCustomEndpointsInTheirRegionAndGlobalDatabasesInTheirPartition() {
    for (Region region : List.of(Region.US_EAST_2, Region.EU_WEST_1, Region.CN_NORTH_1)) {
      RdsClient rds = RdsClient.builder().region(region).credentialsProvider(of(doctor)).build();
      assertThat(
              rds.describeDBClusterEndpoints(r -> r.dbClusterEndpointIdentifier("Reports"))
                  .dbClusterEndpoints())
          .hasSize(region.equals(Region.US_EAST_2) ? 1 : 0);
      assertThat(rds.describeGlobalClusters().globalClusters())
          .hasSize(region.equals(Region.CN_NORTH_1) ? 0 : 1);
    }
  }

  @Test
  void simulatesPolicies() {
    IamClient iam =
        IamClient.builder().region(Region.AWS_GLOBAL).credentialsProvider(of(doctor)).build();
    String user = "arn:aws:rds-db:us-east-2:123456789012:dbuser:";
    assertThat(
            iam.simulatePrincipalPolicy(
                    r ->
                        r.policySourceArn("arn:aws:iam::123456789012:user/doctor")
                            .actionNames("rds-db:connect")
                            .resourceArns(user + "db-A/app", user + "db-A/x", user + "db-B/app"))
                .evaluationResults())
        .extracting(result -> result.evalDecisionAsString())
        .containsExactly("allowed", "implicitDeny", "explicitDeny");
    assertFails(
        () -> simulate(iam, "arn:aws:iam::123456789012:user/none"), "NoSuchEntity", "user/none");
    assertFails(
        () -> simulate(iam, "arn:aws:sts::123456789012:assumed-role/orders/pool-1"),
        "InvalidInput",
        "Invalid Entity Arn");
    assertFails(
        () ->
            simulate(
                IamClient.builder().region(Region.AWS_GLOBAL).credentialsProvider(of(app)).build(),
                USER),
        "AccessDenied",
        "not authorized to perform: iam:SimulatePrincipalPolicy on resource: " + USER);
  }

  private static void simulate(IamClient iam, String principal) {
    iam.simulatePrincipalPolicy(r -> r.policySourceArn(principal).actionNames("rds-db:connect"));
  }

  /** Of an instance, or of a cluster. */
  private static Endpoint endpoint(String name) {
    String separator = name.contains(".") ? "-" : ".";
    String host = name + separator + "c9akciq32rgb.us-east-2.rds.amazonaws.com";
    return new Endpoint(host, 5432, "us-east-2");
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
