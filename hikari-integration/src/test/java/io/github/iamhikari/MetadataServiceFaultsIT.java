package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localaws.Hang;
import io.github.iamhikari.localaws.LocalMetadataService;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.lang.reflect.Method;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;

/**
 * What an application sees when a source of AWS credentials is broken: the metadata service of EC2,
 * which the SDK's own provider asks by the test's clock. Each test has a role of its own, by which
 * its logins are told from others.
 */
@Tag("long")
class MetadataServiceFaultsIT {

  /** A token is due after 280 s, and ends after 350 s; the SDK asks again after 300 s. */
  private static final Duration SIX_MINUTES = Duration.ofMinutes(6);

  private static final Duration DUE = Duration.ofSeconds(315);

  private static final TestClock clock = PoolLogins.clock;

  private final LocalRds rds = PostgresServer.started();
  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @RegisterExtension final SecretSearch secrets = new SecretSearch();
  private LocalRole role;
  private LocalMetadataService metadata;
  private @Nullable IamHikariDataSource pool;

  @BeforeEach
  void haveAMetadataService() {
    clock.reset();
    role = new LocalRole(clock.instant().plus(SIX_MINUTES), rds);
    secrets.add(role::secrets);
    metadata = new LocalMetadataService(role);
    aws.set(metadata.properties());
    aws.set("aws.ec2MetadataServiceTimeout", "60");
  }

  @AfterEach
  void closeAll() {
    clock.reset();
    if (pool != null) {
      pool.close();
    }
    metadata.close();
    role.close();
  }

  /** Made by the first call, since a pool that starts asks for credentials. */
  private IamHikariDataSource pool() {
    if (pool == null) {
      pool = pool(-1);
    }
    return pool;
  }

  private IamHikariDataSource pool(long initializationFailTimeout) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(1); // so that it opens none but those that are asked for
    config.setInitializationFailTimeout(initializationFailTimeout);
    config.addDataSourceProperty("iam_host", rds.host());
    AwsCredentialsProvider provider = provider();
    return new IamHikariDataSource(
        config, logins -> SimulatedTime.by(clock).apply(logins.awsCredentialsProvider(provider)));
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

  private void rotate() {
    role.rotate(clock.instant().plus(SIX_MINUTES));
  }

  /** A connection is given, which was opened just now. */
  private void logInAnew() throws SQLException {
    pool().getHikariPoolMXBean().softEvictConnections();
    pool().getConnection().close();
  }

  /** What became of the role's logins. */
  private List<Login> ofTheRole() {
    List<String> keys = role.keyIds();
    return rds.logins().stream().filter(login -> keys.contains(login.accessKeyId())).toList();
  }

  /** There is no connection, since no token can be had for this reason. */
  private void assertNoToken(String reason) {
    assertFailed(
        catchThrowable(logins()::getConnection),
        "Could not sign an IAM token for user \"app\" at ",
        reason,
        "08001");
  }

  private void assertFailed(
      @Nullable Throwable failure, String beginning, String reason, String state) {
    assertThat(failure)
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith(beginning)
        .hasMessageContaining(reason);
    SQLException refusal = (SQLException) requireNonNull(failure);
    assertThat(refusal.getSQLState()).isEqualTo(state);
    secrets.assertNoneIn(refusal);
  }

  private DataSource logins() {
    return requireNonNull(pool().getDataSource());
  }

  @Test
  void logsInUntilTheCredentialsEndWhileTheServiceIsDown() throws SQLException {
    role.rotate(clock.instant().plus(Duration.ofMinutes(20)));
    logInAnew();
    metadata.http().goDown();

    for (int minute = 1; minute <= 19; minute++) {
      clock.advance(Duration.ofMinutes(1));
      logInAnew();
    }
    clock.advance(Duration.ofMinutes(2));
    assertNoToken("the AWS credentials expired at ");

    rotate();
    metadata.http().comeUp();
    clock.advance(Duration.ofSeconds(15));
    logInAnew();
    assertThat(metadata.handedOut()).isEqualTo(2);
    assertThat(ofTheRole()).allMatch(Login::accepted);
  }

  @Test
  void startsNoPoolWhileTheServiceIsDown() throws SQLException {
    metadata.http().goDown();

    Throwable failure = catchThrowable(() -> pool(1));
    assertThat(failure).isInstanceOf(PoolInitializationException.class);
    assertFailed(
        failure.getCause(),
        "Could not sign an IAM token ",
        "Failed to load credentials from IMDS.",
        "08001");

    metadata.http().comeUp();
    pool(1).close();
    assertThat(metadata.handedOut()).isEqualTo(1);
  }

  @Test
  void letsNobodyWaitForASlowServiceWhoHoldsALivingToken() throws Exception {
    logInAnew();
    Hang hang = new Hang();
    metadata.http().fail(hang);
    clock.advance(DUE);

    for (int i = 0; i < 11; i++) {
      logInAnew();
    }
    hang.awaitRequest();

    hang.release();
    assertThat(ofTheRole()).hasSize(12).allMatch(Login::accepted);
  }

  @Test
  void losesNoConnectionWhenTheRoleIsRotated() throws SQLException {
    for (int i = 0; i < 40; i++) {
      logInAnew();
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
    logInAnew();
    clock.advance(Duration.ofSeconds(60));
    rotate();
    role.revokeFormerKeys();

    assertFailed(
        catchThrowable(logins()::getConnection),
        "IAM login failed for user \"app\" at ",
        ": ",
        "28000");
    assertThat(metadata.handedOut()).isEqualTo(1);

    clock.advance(DUE.minusSeconds(60));
    logInAnew();
    assertThat(metadata.handedOut()).isEqualTo(2);
  }

  @Test
  void refusesCredentialsThatHaveRunOut() throws SQLException {
    role.rotate(clock.instant().minusSeconds(60));

    assertNoToken("the AWS credentials expired at " + role.expiration());
    clock.advance(Duration.ofSeconds(30));
    assertNoToken("the AWS credentials expired at " + role.expiration());
    assertThat(metadata.handedOut()).isEqualTo(1);
    assertThat(ofTheRole()).isEmpty();

    rotate();
    clock.advance(Duration.ofMinutes(11)); // the SDK asks again within 10 minutes
    role.rotate(clock.instant().plus(SIX_MINUTES));
    logInAnew();
    assertThat(metadata.handedOut()).isEqualTo(2);
  }
}
