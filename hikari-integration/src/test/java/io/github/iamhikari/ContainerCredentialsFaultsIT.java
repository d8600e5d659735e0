package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.Garbage;
import io.github.iamhikari.localaws.LocalContainerCredentials;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/**
 * The agent of EKS that gives a pod its credentials. The SDK's provider for it lives by the
 * system's clock, and asks again for each token where the credentials live for less than 15
 * minutes.
 */
@Tag("long")
class ContainerCredentialsFaultsIT extends AwsFaults {

  private static final String AUTHORIZATION = "authorization-of-the-pod";

  /** A token is due after 84 s, and ends after 105 s. */
  private static final Duration LIFE = Duration.ofSeconds(115);

  private static final Duration DUE = Duration.ofSeconds(90);

  @TempDir private Path directory;
  private LocalContainerCredentials agent;
  private IamDataSource logins;

  @Override
  Duration lifeOfCredentials() {
    return LIFE;
  }

  @BeforeEach
  void haveAnAgent() throws IOException {
    agent = closed(LocalContainerCredentials.ofEks(role, AUTHORIZATION));
    authorize(AUTHORIZATION);
    aws.set(agent.properties());
    aws.set("aws.containerAuthorizationTokenFile", file().toString());
    logins = logins(closed(ContainerCredentialsProvider.create()));
    secrets.add(() -> List.of(AUTHORIZATION));
  }

  private Path file() {
    return directory.resolve("token");
  }

  private void authorize(String token) throws IOException {
    Files.writeString(file(), token);
  }

  @Test
  void keepsOnWhileTheAgentIsDown() throws Exception {
    assertKeepsOnWhileDown(agent.http(), logins, DUE);
    assertThat(agent.http().requests()).hasSize(2);
  }

  @ParameterizedTest
  @EnumSource
  void keepsOnWhileTheAgentAnswersGarbage(Garbage garbage) throws Exception {
    assertKeepsOn(garbage, agent.http(), logins, DUE);
    assertThat(agent.http().requests()).hasSize(2 + requestsFor(garbage));
  }

  @ParameterizedTest
  @EnumSource
  void tellsOfGarbageAtTheStart(Garbage garbage) throws SQLException {
    assertTellsOf(garbage, agent.http(), logins, "");
    assertThat(agent.http().requests()).hasSize(requestsFor(garbage) + 1);
  }

  /** The SDK asks again at once, five times, where the server is to blame. */
  private static int requestsFor(Garbage garbage) {
    return garbage == Garbage.SERVER_ERROR ? 6 : 1;
  }

  @Test
  void tellsOfAnAuthorizationThatTheAgentDoesNotTake() throws Exception {
    authorize("of-another-pod");
    assertNoToken(logins, "Failed to load credentials from metadata service.");
    assertThat(agent.http().requests()).hasSize(1);

    authorize(AUTHORIZATION);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void tellsThatTheFileWithTheAuthorizationIsMissing() throws Exception {
    Files.delete(file());
    assertNoToken(logins, "Failed to read " + file());
    assertThat(agent.http().requests()).isEmpty();

    authorize(AUTHORIZATION);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void tellsOfAnAuthorizationWithALineBreak() throws Exception {
    authorize(AUTHORIZATION + "\n");
    Throwable failure = catchThrowable(logins::getConnection);
    assertThat(failure)
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith("Could not sign an IAM token for ")
        .hasMessageEndingWith("Failed to load credentials from metadata service.");
    secrets.assertNoneIn(failure.toString()); // the JDK's exception beneath has one
    assertThat(agent.http().requests()).isEmpty();

    authorize(AUTHORIZATION);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void refusesCredentialsThatHaveRunOut() {
    role.rotate(clock.instant().minusSeconds(60));

    assertNoToken(logins, "the AWS credentials expired at " + role.expiration());
    assertThat(agent.http().requests()).hasSize(1);
    assertThat(ofTheRole()).isEmpty();
  }

  @Test
  void replacesATokenWhoseKeyWasRevoked() throws SQLException {
    logins.getConnection().close();
    rotate();
    role.revokeFormerKeys();
    clock.advance(Duration.ofSeconds(60));
    logins.getConnection().close();

    assertThat(ofTheRole())
        .extracting(Login::refusal)
        .containsExactly(null, Refusal.UNKNOWN_ACCESS_KEY, null);
    assertThat(agent.http().requests()).hasSize(2);
  }
}
