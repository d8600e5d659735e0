package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.Hang;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.LocalRds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;

/**
 * STS, which gives a role to a web identity. The SDK's provider for it lives by the system's clock,
 * and asks again for each token where the credentials have less than 2 minutes to live.
 */
@Tag("long")
class WebIdentityFaultsIT extends AwsFaults {

  private static final String IDENTITY = "identity-of-the-service-account";

  /** A token is due after 84 s, and ends after 105 s. */
  private static final Duration LIFE = Duration.ofSeconds(115);

  private static final Duration DUE = Duration.ofSeconds(90);

  @TempDir private Path directory;
  private LocalAws sts;
  private WebIdentityTokenFileCredentialsProvider provider;
  private IamDataSource logins;

  @Override
  Duration lifeOfCredentials() {
    return LIFE;
  }

  @Override
  LocalRole role(LocalRds rds) {
    LocalRole trusting =
        LocalRole.named("orders-role").trustsWebIdentity(IDENTITY).opens(rds).build();
    trusting.sessionsLast(LIFE);
    return trusting;
  }

  @BeforeEach
  void haveAnSts() throws IOException {
    sts = closed(LocalAws.builder().clock(clock).role(role).start());
    identify(IDENTITY);
    aws.set(sts.webIdentity(role, file().toString()));
    aws.set("aws.maxAttempts", "2"); // without it, 4
    provider = closed(WebIdentityTokenFileCredentialsProvider.create());
    logins = logins(provider);
    secrets.add(() -> List.of(IDENTITY));
  }

  private Path file() {
    return directory.resolve("token");
  }

  private void identify(String token) throws IOException {
    Files.writeString(file(), token);
  }

  @Test
  void waitsAtTheStartForAnStsThatIsSlow() throws Exception {
    Hang hang = new Hang();
    sts.http().fail(hang);

    Future<IamHikariDataSource> starting = threads().submit(() -> pool(provider));
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
    assertTellsOf(
        LocalAws.denies(),
        sts.http(),
        logins,
        "Not authorized to perform this action (Service: Sts, Status Code: 403");
    assertThat(sts.http().requests()).hasSize(2);
  }

  @Test
  void tellsOfAnIdentityThatStsDoesNotTake() throws Exception {
    identify("of-another-account");
    assertNoToken(logins, "The web identity token could not be validated");
    assertThat(sts.http().requests()).hasSize(1);

    identify(IDENTITY);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void tellsThatTheFileWithTheIdentityIsMissing() throws Exception {
    Files.delete(file());
    assertNoToken(logins, file().toString());
    assertThat(sts.http().requests()).isEmpty();

    identify(IDENTITY);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void refusesCredentialsThatHaveRunOut() {
    role.sessionsLast(Duration.ofMinutes(-1));

    assertNoToken(logins, "the AWS credentials ran out at ");
    assertThat(sts.http().requests()).hasSize(1);
    assertThat(ofTheRole()).isEmpty();
  }
}
