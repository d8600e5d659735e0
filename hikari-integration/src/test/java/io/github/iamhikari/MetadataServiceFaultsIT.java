package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.Hang;
import io.github.iamhikari.localaws.HttpFault;
import io.github.iamhikari.localaws.LocalMetadataService;
import io.github.iamhikari.localrds.Login;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;

/** The metadata service of EC2. The SDK's provider for it lives by the test's clock. */
@Tag("long")
class MetadataServiceFaultsIT extends AwsFaults {

  /** A token is due after 280 s, and ends after 350 s; the SDK asks again after 300 s. */
  private static final Duration SIX_MINUTES = Duration.ofMinutes(6);

  private static final Duration DUE = Duration.ofSeconds(315);

  private LocalMetadataService metadata;

  @Override
  Duration lifeOfCredentials() {
    return SIX_MINUTES;
  }

  @BeforeEach
  void haveAMetadataService() {
    metadata = closed(new LocalMetadataService(role));
    aws.set(metadata.properties());
    aws.set("aws.ec2MetadataServiceTimeout", "60");
  }

  /** The SDK's own provider for it, which lives by the test's clock. */
  private AwsCredentialsProvider provider() {
    var builder = InstanceProfileCredentialsProvider.builder().endpoint(metadata.http().endpoint());
    try {
      Method setter = builder.getClass().getDeclaredMethod("clock", Clock.class);
      setter.setAccessible(true);
      setter.invoke(builder, clock.withZone(ZoneOffset.UTC));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the SDK's tests set the clock in another way now", e);
    }
    return builder.build();
  }

  @Test
  void logsInUntilTheCredentialsEndWhileTheServiceIsDown() throws SQLException {
    role.rotate(clock.instant().plus(Duration.ofMinutes(20)));
    IamHikariDataSource pool = pool(provider());
    pool.getConnection().close();
    metadata.http().goDown();

    for (int minute = 1; minute <= 19; minute++) {
      clock.advance(Duration.ofMinutes(1));
      logInAnew(pool);
    }
    clock.advance(Duration.ofMinutes(2));
    assertNoToken(pool.unwrap(IamDataSource.class), "the AWS credentials expired at ");

    rotate();
    metadata.http().comeUp();
    clock.advance(Duration.ofSeconds(15));
    logInAnew(pool);
    assertThat(metadata.handedOut()).isEqualTo(2);
    assertThat(ofTheRole()).allMatch(Login::accepted);
  }

  @Test
  void startsNoPoolWhileTheServiceIsDown() throws SQLException {
    AwsCredentialsProvider provider = provider();
    metadata.http().goDown();

    Throwable failure = catchThrowable(() -> pool(provider));
    assertThat(failure).isInstanceOf(PoolInitializationException.class);
    assertNoToken(failure.getCause(), "Failed to load credentials from IMDS.");

    metadata.http().comeUp();
    pool(provider).getConnection().close();
    assertThat(metadata.handedOut()).isEqualTo(1);
  }

  @Test
  void letsNobodyWaitForASlowServiceWhoHoldsALivingToken() throws Exception {
    IamDataSource logins = logins(provider());
    logins.getConnection().close();
    Hang hang = new Hang();
    metadata.http().fail(hang);
    clock.advance(DUE);

    for (int i = 0; i < 11; i++) {
      logins.getConnection().close();
    }
    hang.awaitRequest();

    hang.release();
    assertThat(ofTheRole()).hasSize(12).allMatch(Login::accepted);
  }

  @Test
  void tellsOfAServiceThatIsSlowAtTheStart() {
    aws.set("aws.ec2MetadataServiceTimeout", "0.1"); // a tenth of what the SDK waits for
    metadata.http().slowBy(Duration.ofSeconds(5));

    assertNoToken(logins(provider()), "Failed to load credentials from IMDS.");
  }

  @ParameterizedTest
  @EnumSource
  void keepsOnWhileTheServiceAnswersGarbage(Garbage garbage) throws Exception {
    assertKeepsOn(garbage, metadata.http(), logins(provider()), DUE);
  }

  @ParameterizedTest
  @EnumSource
  void tellsOfGarbageAtTheStart(Garbage garbage) throws SQLException {
    IamDataSource logins = logins(provider());
    metadata.http().fail(garbage);
    assertNoToken(logins, "Failed to load credentials from IMDS.");
    assertThat(metadata.handedOut()).isZero();

    metadata.http().fail(metadata.credentialsRequest(), garbage);
    clock.advance(Duration.ofSeconds(2));
    assertNoToken(logins, "Failed to load credentials from IMDS.");
    assertThat(metadata.handedOut()).isEqualTo(1);

    metadata.http().mend();
    clock.advance(Duration.ofSeconds(3));
    logins.getConnection().close();
    assertThat(metadata.handedOut()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"AccessKeyId", "SecretAccessKey", "Expiration"})
  void tellsOfCredentialsWithAnEmptyField(String field) throws SQLException {
    IamDataSource logins = logins(provider());

    assertTellsOf(without(field), metadata.http(), logins, "Failed to load credentials from IMDS.");
  }

  @Test
  void tellsThatTheSessionTokenIsMissing() throws SQLException {
    metadata.http().fail(metadata.credentialsRequest(), without("Token"));
    IamDataSource logins = logins(provider());

    assertNoToken(
        logins,
        "the AWS credentials provider returned session credentials with an empty session token,"
            + " which the database would reject");
    assertThat(metadata.handedOut()).isEqualTo(1);

    metadata.http().mend();
    clock.advance(DUE);
    logins.getConnection().close();
  }

  private static HttpFault without(String field) {
    return right ->
        right.withBody(
            right
                .body()
                .replaceFirst("\"" + field + "\" : \"[^\"]+\"", "\"" + field + "\" : \"\""));
  }

  @Test
  void losesNoConnectionWhenTheRoleIsRotated() throws SQLException {
    IamHikariDataSource pool = pool(provider());

    for (int i = 0; i < 40; i++) {
      logInAnew(pool);
      clock.advance(Duration.ofSeconds(30));
      Duration left = Duration.between(clock.instant(), role.expiration());
      if (left.compareTo(Duration.ofMinutes(1)) < 0) {
        rotate();
      } else if (left.compareTo(Duration.ofMinutes(5)) < 0) {
        role.revokeFormerKeys(); // which have run out by now
      }
    }
    assertThat(role.keyIds()).hasSizeGreaterThanOrEqualTo(4);
    assertThat(ofTheRole()).hasSizeGreaterThanOrEqualTo(40).allMatch(Login::accepted);
  }

  @Test
  void isRefusedAfterARevocationUntilTheSdkAsksForTheNextKey() throws SQLException {
    IamDataSource logins = logins(provider());
    logins.getConnection().close();
    clock.advance(Duration.ofSeconds(60));
    rotate();
    role.revokeFormerKeys();

    assertRefused(logins);
    assertThat(metadata.handedOut()).isEqualTo(1);

    clock.advance(DUE.minusSeconds(60));
    logins.getConnection().close();
    assertThat(metadata.handedOut()).isEqualTo(2);
  }

  @Test
  void usesNoTokenTwiceInTheLastTenSecondsOfItsCredentials() throws SQLException {
    Duration life = Duration.ofSeconds(90);
    Map<String, Instant> ends = new HashMap<>();
    role.rotate(clock.instant().plus(life));
    ends.put(role.key().id(), role.expiration());
    IamDataSource logins = logins(provider());

    List<Instant> asked = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      asked.add(clock.instant());
      logins.getConnection().close();
      clock.advance(Duration.ofSeconds(7));
      if (clock.instant().isAfter(role.expiration().minusSeconds(20))) {
        role.rotate(clock.instant().plus(life));
        ends.put(role.key().id(), role.expiration());
      }
    }
    List<Login> all = ofTheRole();
    assertThat(all).hasSize(30).allMatch(Login::accepted);
    Map<String, Long> uses = all.stream().collect(groupingBy(Login::token, counting()));
    for (int i = 0; i < 30; i++) {
      Instant end = requireNonNull(ends.get(requireNonNull(all.get(i).accessKeyId())));
      boolean again = requireNonNull(uses.get(all.get(i).token())) > 1;
      assertThat(asked.get(i)).isBefore(again ? end.minusSeconds(10) : end);
    }
  }

  @Test
  void refusesCredentialsThatHaveRunOut() throws SQLException {
    role.rotate(clock.instant().minusSeconds(60));
    IamDataSource logins = logins(provider());

    assertNoToken(logins, "the AWS credentials expired at " + role.expiration());
    clock.advance(Duration.ofSeconds(30));
    assertNoToken(logins, "the AWS credentials expired at " + role.expiration());
    assertThat(metadata.handedOut()).isEqualTo(1);
    assertThat(ofTheRole()).isEmpty();

    rotate();
    clock.advance(Duration.ofMinutes(11)); // the SDK asks again within 10 minutes
    role.rotate(clock.instant().plus(SIX_MINUTES));
    logins.getConnection().close();
    assertThat(metadata.handedOut()).isEqualTo(2);
  }

  @Test
  void tellsThatAnonymousCredentialsSignNothing() {
    assertNoToken(
        logins(AnonymousCredentialsProvider.create()),
        "the AWS credentials provider returned anonymous credentials");
    assertThat(metadata.http().requests()).isEmpty();
  }
}
