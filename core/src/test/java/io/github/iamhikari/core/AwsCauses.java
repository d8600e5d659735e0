package io.github.iamhikari.core;

import static io.github.iamhikari.core.Cause.failed;
import static io.github.iamhikari.core.Cause.warned;
import static io.github.iamhikari.core.IamDoctor.Step.CLOCK;
import static io.github.iamhikari.core.IamDoctor.Step.CREDENTIALS;
import static io.github.iamhikari.core.IamDoctor.Step.IDENTITY;
import static io.github.iamhikari.core.IamDoctor.Step.LOGIN;

import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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

  private final LocalRds rds;
  private final AccessKey key = AccessKey.random();
  private final LocalRole role = LocalRole.named("orders").trusts(USER).build();

  AwsCauses(LocalRds rds, SecretSearch secrets) {
    this.rds = rds;
    secrets.add(() -> List.of(key.secret()));
    secrets.add(role::secrets);
  }

  Stream<Cause> all() {
    return Stream.of(
        Cause.of("nothing", patient -> start(patient, mayLogIn())),
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
            failed(CREDENTIALS, "they ran out 1 s ago", "aws sso login")),
        Cause.of(
            "a session that has ended",
            patient -> {
              role.sessionsLast(Duration.ZERO);
              start(patient, mayLogIn());
              assumeRole();
              use(patient, role.key(), null);
            },
            failed(IDENTITY, "has ended (ExpiredToken)"),
            failed(LOGIN)),
        Cause.of(
            "an unknown access key",
            patient -> {
              start(patient, mayLogIn()).revoke(key.id());
            },
            failed(IDENTITY, "STS does not know the access key AKIA..."),
            failed(LOGIN, "See first what is wrong above: AWS identity")),
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
            failed(CLOCK, "clock is 20 min", "ahead of that of AWS", "within 5 minutes"),
            failed(LOGIN, "See first what is wrong above: clock")),
        Cause.of(
            "clock 2 minutes behind AWS",
            patient -> {
              start(patient, mayLogIn());
              patient.clock.setWallClock(Duration.ofMinutes(-2));
            },
            warned(CLOCK, "clock is", "behind that of AWS")),
        Cause.of(
            "STS throttles",
            patient -> start(patient, mayLogIn()).http().fail("sts:", LocalAws.throttles()),
            warned(IDENTITY, "STS takes no more requests now (Throttling: Rate exceeded)")),
        Cause.of(
            "STS out of reach",
            patient -> start(patient, mayLogIn()).http().goDown(),
            warned(IDENTITY, "no answer: ConnectException", "A login does not need STS")),
        Cause.of(
            "RDS throttles",
            patient -> {
              start(patient, mayLogIn());
              rds.add(key, resource -> Optional.of(Refusal.NOT_AUTHORIZED));
            },
            failed(LOGIN, "there must be fewer than about 200 new IAM logins a second")));
  }

  private Statement mayLogIn() {
    return Statement.allow("rds-db:connect", rds.resource(rds.account()));
  }

  /** Has the patient log in as a user with this policy. */
  private LocalAws start(Patient patient, Statement... policy) {
    LocalAws aws =
        patient.until(
            LocalAws.builder()
                .clock(InstantSource.system())
                .user("app", key, policy)
                .role(role)
                .database(rds)
                .start());
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

  private void assumeRole() {
    try (StsClient sts =
        StsClient.builder()
            .credentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(key.id(), key.secret())))
            .build()) {
      sts.assumeRole(call -> call.roleArn(role.arn()).roleSessionName("doctor"));
    }
  }
}
