package io.github.iamhikari.core;

import static io.github.iamhikari.core.Cause.failed;
import static io.github.iamhikari.core.Cause.warned;
import static io.github.iamhikari.core.IamDoctor.Step.CLOCK;
import static io.github.iamhikari.core.IamDoctor.Step.CREDENTIALS;
import static io.github.iamhikari.core.IamDoctor.Step.DATABASE;
import static io.github.iamhikari.core.IamDoctor.Step.IDENTITY;
import static io.github.iamhikari.core.IamDoctor.Step.LOGIN;
import static io.github.iamhikari.core.IamDoctor.Step.POLICY;
import static java.util.Objects.requireNonNull;

import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.sts.StsClient;

/** The causes that are seen at AWS, each of which is brought about there. */
final class AwsCauses {

  private static final String USER = "arn:aws:iam::123456789012:user/app";

  private static final String CONNECT = "rds-db:connect";

  private final LocalRds rds;
  private final String resource;
  private final AccessKey key = AccessKey.random();
  private final LocalRole orders;
  private final LocalRole role = LocalRole.named("reports").trusts(USER).policy(mayLook()).build();

  AwsCauses(LocalRds rds, SecretSearch secrets) {
    this.rds = rds;
    this.resource = rds.resource(rds.account());
    this.orders = LocalRole.named("orders").trusts(USER).policy(mayLogIn()).build();
    secrets.add(() -> List.of(key.secret()));
    secrets.add(role::secrets);
    secrets.add(orders::secrets);
  }

  Stream<Cause> all() {
    return Stream.of(
        Cause.of("nothing", patient -> start(patient, mayLogIn())),
        Cause.of("nothing that may be looked at", patient -> start(patient, mayLogIn()[0])),
        Cause.of(
            "no AWS credentials",
            patient -> patient.credentials = null,
            failed(
                CREDENTIALS,
                "no AWS credentials were found in system properties",
                "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")),
        Cause.of(
            "expired credentials",
            patient -> use(patient, key, patient.clock.instant().minusSeconds(1)),
            failed(CREDENTIALS, "expired 1 s ago", "aws sso login")),
        Cause.of(
            "a session that has ended",
            patient -> {
              start(patient, mayLogIn());
              assumeRole(patient, Duration.ZERO);
            },
            failed(IDENTITY, "has expired (ExpiredToken)"),
            failed(LOGIN)),
        Cause.of(
            "an unknown access key",
            patient -> {
              start(patient, mayLogIn()).revoke(key.id());
            },
            failed(IDENTITY, "STS does not know the access key AKIA..."),
            failed(LOGIN, "First fix the problems above: AWS identity")),
        Cause.of(
            "a secret access key of another",
            patient -> {
              start(patient, mayLogIn());
              use(patient, new AccessKey(key.id(), AccessKey.random().secret(), null), null);
            },
            failed(IDENTITY, "SignatureDoesNotMatch", "the secret access key that belongs to"),
            failed(LOGIN)),
        Cause.of(
            "clock 20 minutes ahead of AWS",
            patient -> {
              start(patient, mayLogIn());
              patient.clock.setWallClock(Duration.ofMinutes(20));
            },
            failed(CLOCK, "clock is 20 min", "ahead of AWS's clock", "within 5 minutes"),
            failed(LOGIN, "First fix the problems above: clock")),
        Cause.of(
            "clock 2 minutes behind AWS",
            patient -> {
              start(patient, mayLogIn());
              patient.clock.setWallClock(Duration.ofMinutes(-2));
            },
            warned(CLOCK, "clock is", "behind AWS's clock")),
        Cause.of(
            "STS throttles",
            patient -> start(patient, mayLogIn()).http().fail("sts:", LocalAws.throttles()),
            warned(IDENTITY, "STS is throttling requests (Throttling: Rate exceeded)")),
        Cause.of(
            "STS out of reach",
            patient -> start(patient, mayLogIn()).http().goDown(),
            warned(IDENTITY, "no answer: ConnectException", "A login does not need STS")),
        Cause.of(
            "a proxy answers for AWS",
            patient -> start(patient, mayLogIn()).http().fail("", Garbage.EMPTY),
            warned(IDENTITY, "the STS API call failed (no answer: the answer is not")),
        Cause.of(
            "IAM login not enabled",
            patient -> {
              start(patient, mayLogIn());
              rds.iamLogin(false);
              patient.until(() -> rds.iamLogin(true));
            },
            failed(
                DATABASE,
                "IAM authentication is not enabled on the instance \"local\"",
                "aws rds modify-db-instance --db-instance-identifier local"
                    + " --enable-iam-database-authentication"),
            failed(LOGIN, "First fix the problems above: database")),
        Cause.of(
            "policy lacks rds-db:connect",
            patient -> start(patient, mayLook()),
            failed(
                POLICY,
                USER + " is not allowed rds-db:connect on " + resource,
                "\"Action\": \"rds-db:connect\", \"Resource\": \"" + resource + "\""),
            failed(LOGIN, "First fix the problems above: policy")),
        Cause.of(
            "policy names another user",
            patient ->
                start(patient, mayLook(Statement.allow(CONNECT, rds.resource("administrator")))),
            failed(POLICY, resource + ", but for another user, \"administrator\""),
            failed(LOGIN)),
        Cause.of(
            "policy names the database's name",
            patient ->
                start(
                    patient,
                    mayLook(Statement.allow(CONNECT, resource.replace(rds.resourceId(), "local")))),
            failed(POLICY, "but on the database's identifier instead of its"),
            failed(LOGIN)),
        Cause.of(
            "policy denies it",
            patient -> {
              Statement[] policy = mayLook(Statement.allow("*", "*"), Statement.deny(CONNECT, "*"));
              start(patient, policy);
            },
            failed(POLICY, ": a statement denies it", "Exclude this login from the Deny"),
            failed(LOGIN)),
        Cause.of(
            "wrong account",
            patient -> start(patient, LocalAws.builder().account("210987654321"), mayLook()),
            failed(
                DATABASE,
                "the account 210987654321 has no database named \"local\" in us-east-2",
                "credentials of the account that owns the database"),
            failed(LOGIN, "First fix the problems above: database")),
        Cause.of(
            "nothing, with a role",
            patient -> {
              start(patient, mayLook());
              patient.set("iam_role_arn", orders.arn());
            }),
        Cause.of(
            "a role that may not be assumed",
            patient -> {
              start(patient, mayLogIn());
              patient.set("iam_role_arn", orders.arn() + "-admin");
            },
            failed(
                CREDENTIALS,
                "could not assume the role ",
                orders.arn() + "-admin with AWS credentials from a Static",
                "is not authorized to perform: sts:AssumeRole on resource: ",
                "the role's trust policy must trust them")),
        Cause.of(
            "wrong role",
            patient -> {
              start(patient, mayLogIn());
              assumeRole(patient, Duration.ofHours(1));
            },
            failed(POLICY, role.arn() + " is not allowed rds-db:connect on " + resource),
            failed(LOGIN)),
        Cause.of(
            "RDS throttles",
            patient -> {
              start(patient, mayLogIn());
              rds.add(key, (action, resource) -> Optional.of(Refusal.NOT_AUTHORIZED));
            },
            failed(
                LOGIN,
                "there must be fewer than about 200 new IAM logins per second",
                "These checks passed: policy, database, clock, AWS identity")));
  }

  private Statement[] mayLogIn() {
    return mayLook(Statement.allow(CONNECT, resource));
  }

  /** With what lets the doctor look. */
  static Statement[] mayLook(Statement... more) {
    List<Statement> policy = new ArrayList<>(List.of(more));
    policy.add(Statement.allow("rds:DescribeDBInstances", "*"));
    policy.add(Statement.allow("iam:SimulatePrincipalPolicy", "*"));
    return policy.toArray(new Statement[0]);
  }

  /** Has the patient log in as a user with this policy. */
  LocalAws start(Patient patient, Statement... policy) {
    return start(patient, LocalAws.builder(), policy);
  }

  private LocalAws start(Patient patient, LocalAws.Builder builder, Statement... policy) {
    LocalAws aws =
        patient.until(
            builder.user("app", key, policy).role(role).role(orders).database(rds).start());
    aws.properties().forEach(System::setProperty); // until the test ends
    use(patient, key, null);
    return aws;
  }

  private static void use(Patient patient, AccessKey key, @Nullable Instant end) {
    patient.isOffline = false;
    AwsCredentials credentials =
        key.sessionToken() == null && end == null
            ? AwsBasicCredentials.create(key.id(), key.secret())
            : AwsSessionCredentials.builder()
                .accessKeyId(key.id())
                .secretAccessKey(key.secret())
                .sessionToken(String.valueOf(key.sessionToken()))
                .expirationTime(end)
                .build();
    patient.credentials = StaticCredentialsProvider.create(credentials);
  }

  /** Has the patient log in as a session of a role that may not log in. */
  void assumeRole(Patient patient, Duration session) {
    role.sessionsLast(session);
    try (StsClient sts =
        StsClient.builder().credentialsProvider(requireNonNull(patient.credentials)).build()) {
      sts.assumeRole(call -> call.roleArn(role.arn()).roleSessionName("doctor"));
    }
    use(patient, role.key(), null);
  }
}
