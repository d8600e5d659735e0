package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.TestClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

class IamTokenSourceTest {

  private static final String HOST = "db.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private volatile AwsCredentialsProvider credentials =
      () -> AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "key");
  private final IamTokenSource tokens = builder().build();

  private IamTokenSource.Builder builder() {
    return IamTokenSource.builder()
        .endpoint(HOST, 5432)
        .user("app")
        .awsCredentialsProvider(() -> credentials.resolveCredentials())
        .signingThreads(Runnable::run)
        .clock(time, time::nanoTime);
  }

  @Test
  void givesOneTokenUntilItIsDue() {
    String first = tokens.getToken();
    time.advance(Duration.ofSeconds(690));
    assertThat(tokens.getToken()).isEqualTo(first).startsWith(HOST + ":5432/?Action=connect");

    time.advance(Duration.ofSeconds(10));
    assertThat(tokens.getToken()).isEqualTo(first); // nobody waits for the next one
    assertThat(tokens.getToken()).isNotEqualTo(first);
  }

  @Test
  void saysUntilWhenItMayBeSent() {
    assertThat(tokens.current().usableUntil()).isEqualTo(time.instant().plusSeconds(870));
  }

  @Test
  void givesEachUserATokenOfItsOwn() {
    assertThat(tokens.getToken("app")).isEqualTo(tokens.getToken()).contains("DBUser=app&");
    assertThat(tokens.getToken("other")).contains("DBUser=other&");
  }

  @Test
  void givesTheAdministratorOfDsqlATokenOfAnotherAction() {
    String cluster = "x.dsql.us-east-2.on.aws";
    IamTokenSource dsql = builder().endpoint(cluster, 5432).build();

    assertThat(dsql.getToken()).startsWith(cluster + "/?Action=DbConnect&X-Amz-");
    assertThat(dsql.getToken("admin")).startsWith(cluster + "/?Action=DbConnectAdmin&X-Amz-");
    assertThat(dsql.getToken("other")).isEqualTo(dsql.getToken());
  }

  @Test
  void asksAwsNoMoreForAWhileAfterAFailure() {
    credentials =
        () -> {
          throw new IllegalStateException("the role is gone");
        };
    assertThatThrownBy(tokens::getToken)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("Could not sign an IAM token for user \"app\" at " + HOST)
        .hasMessageEndingWith("the role is gone");

    credentials = () -> AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "key");
    assertThatThrownBy(tokens::getToken).hasMessageEndingWith("the role is gone");
    time.advance(Duration.ofSeconds(1));
    assertThat(tokens.getToken()).isNotEmpty();
  }

  @Test
  void showsNoTokenAsText() {
    assertThat(tokens.current() + " " + tokens)
        .isEqualTo(
            "an IAM token, usable until 2026-11-22T12:14:30Z IamTokenSource (user \"app\" at "
                + HOST
                + ":5432 (region us-east-2))");
  }

  @Test
  void givesNoneOnceItIsClosed() {
    tokens.close();

    assertThatThrownBy(tokens::getToken)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(tokens + " has been closed.");
  }

  @Test
  void readsTheSettings() {
    Properties settings = new Properties();
    settings.setProperty("iam_region", "eu-west-1");
    settings.setProperty("iam_expiration", "60");

    IamTokenSource.Token token = builder().properties(settings).build().current();

    assertThat(token.value()).contains("%2Feu-west-1%2F");
    assertThat(token.usableUntil()).isEqualTo(time.instant().plusSeconds(60));
  }

  @ParameterizedTest
  @CsvSource({
    "localhost, app, iam_host is \"localhost\"",
    "db.c9akciq32rgb.us-east-2.rds.amazonaws.com, ' ', No database user is set"
  })
  void refusesWhatNoTokenCanFit(String host, String user, String message) {
    IamTokenSource.Builder builder = builder().endpoint(host, 5432).user(user);

    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void asksForAnEndpoint() {
    assertThatThrownBy(IamTokenSource.builder().user("app")::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageEndingWith(
            "set iam_host to it, such as" + " \"orders.c9akciq32rgb.us-east-2.rds.amazonaws.com\"");
  }
}
