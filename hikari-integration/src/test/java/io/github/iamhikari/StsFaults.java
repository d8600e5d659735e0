package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.Hang;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * STS, which gives a role's credentials. The SDK's providers for them live by the system's clock,
 * and ask again for each token where the credentials have less than 2 minutes to live.
 */
abstract class StsFaults extends AwsFaults {

  /** A token is due after 84 s, and ends after 105 s. */
  private static final Duration LIFE = Duration.ofSeconds(115);

  private static final Duration DUE = Duration.ofSeconds(90);

  LocalAws sts;
  IamDataSource logins;

  @Override
  Duration lifeOfCredentials() {
    return LIFE;
  }

  @Override
  LocalRole role(LocalRds rds) {
    LocalRole assumed = trusting(LocalRole.named("orders-role").opens(rds)).build();
    assumed.sessionsLast(LIFE);
    return assumed;
  }

  /** Says who may assume the role. */
  abstract LocalRole.Builder trusting(LocalRole.Builder role);

  /** Has the SDK find STS. */
  abstract void configure() throws Exception;

  /** STS, with whoever assumes the role. */
  abstract LocalAws.Builder callers(LocalAws.Builder aws);

  abstract IamDataSource loginsOfTheRole();

  abstract IamHikariDataSource poolOfTheRole();

  @BeforeEach
  void haveAnSts() throws Exception {
    sts = closed(callers(LocalAws.builder().clock(clock)).role(role).start());
    aws.set("aws.maxAttempts", "2"); // without it, 4
    configure();
    logins = loginsOfTheRole();
  }

  @Test
  void waitsAtTheStartForAnStsThatIsSlow() throws Exception {
    Hang hang = new Hang();
    sts.http().fail(hang);

    Future<IamHikariDataSource> starting = threads().submit(this::poolOfTheRole);
    hang.awaitRequest();
    assertThat(starting.isDone()).isFalse();
    hang.release();

    starting.get(60, TimeUnit.SECONDS).getConnection().close();
    assertThat(sts.http().requests()).hasSize(1);
  }

  @Test
  void keepsOnWhileStsIsDown() throws Exception {
    assertKeepsOnWhileDown(sts.http(), logins, DUE);
    assertThat(sts.http().requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void keepsOnWhileStsAnswersGarbage(Garbage garbage) throws Exception {
    assertKeepsOn(garbage, sts.http(), logins, DUE);
    assertThat(sts.http().requests()).hasSize(2 + requestsFor(garbage));
  }

  @ParameterizedTest
  @EnumSource
  void tellsOfGarbageAtTheStart(Garbage garbage) throws SQLException {
    assertTellsOf(garbage, sts.http(), logins, "");
    assertThat(sts.http().requests()).hasSize(requestsFor(garbage) + 1);
  }

  /** The SDK asks again where the server is to blame. */
  private static int requestsFor(Garbage garbage) {
    return garbage == Garbage.SERVER_ERROR ? 2 : 1;
  }

  @Test
  void keepsOnWhileStsThrottles() throws Exception {
    assertKeepsOn(LocalAws.throttles(), sts.http(), logins, DUE);
    assertThat(sts.http().requests()).hasSize(4);
  }

  @Test
  void tellsThatStsThrottlesAtTheStart() throws SQLException {
    assertTellsOf(LocalAws.throttles(), sts.http(), logins, "Rate exceeded (Service: Sts, ");
    assertThat(sts.http().requests()).hasSize(3);
  }

  @Test
  void tellsThatStsDeniesTheRole() throws SQLException {
    assertTellsOf(LocalAws.denies(), sts.http(), logins, "(Service: Sts, Status Code: 403");
    assertThat(sts.http().requests()).hasSize(2);
  }

  @Test
  void refusesCredentialsThatHaveRunOut() {
    role.sessionsLast(Duration.ofMinutes(-1));

    assertNoToken(logins, "the AWS credentials expired at ");
    assertThat(sts.http().requests()).hasSize(1);
    assertThat(ofTheRole()).isEmpty();
  }
}
