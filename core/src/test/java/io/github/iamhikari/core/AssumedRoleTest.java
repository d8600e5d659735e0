package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Tokens that a role signs, which local AWS lets a user assume. */
class AssumedRoleTest {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  private final TestClock clock = new TestClock();
  private final AccessKey user = AccessKey.random();
  private final LocalRole role =
      LocalRole.named("orders")
          .trusts("arn:aws:iam::123456789012:user/app")
          .externalId("tenant-7")
          .build();
  private final LocalAws sts =
      LocalAws.builder()
          .clock(clock)
          .user("app", user, Statement.allow("sts:AssumeRole", "*"))
          .role(role)
          .start();

  @BeforeEach
  void findSts() {
    aws.set(sts.properties());
    aws.set(user);
    aws.set("aws.maxAttempts", "1");
  }

  @AfterEach
  void stopSts() {
    sts.close();
  }

  @Test
  void signsWithASessionOfThePoolsName() {
    try (IamTokenSource tokens = builder("orders pool").build()) {
      assertThat(tokens.getToken())
          .contains("X-Amz-Credential=" + role.key().id(), "X-Amz-Security-Token=");
      assertThat(role.sessionNames()).containsExactly("orders-pool");
    }
  }

  @Test
  void takesAnotherSessionWhenItsTokenIsRenewed() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("iam_role_arn", role.arn());
    properties.setProperty("iam_role_external_id", "tenant-7");
    try (IamDataSource logins =
        IamDataSource.builder()
            .clock(clock, clock::nanoTime)
            .jdbcUrl("jdbc:postgresql://db.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders")
            .user("app")
            .properties(properties)
            .build()) {
      assertThat(logins.token().value()).contains(role.key().id());

      logins.renewToken();

      assertThat(role.keyIds()).hasSize(2);
      assertThat(logins.token().value()).contains(role.key().id());
    }
  }

  @Test
  void isInTheLogFromTheStart() {
    Logger logger = (Logger) LoggerFactory.getLogger(IamDataSource.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    builder("orders").build().close();
    logger.detachAppender(log);

    assertThat(log.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .singleElement()
        .asString()
        .contains(
            "with AWS credentials from the role "
                + role.arn()
                + " (session orders), assumed with those from the default chain; a token is used"
                + " for");
  }

  @Test
  void signsWithTheNextSessionBeforeOneEnds() {
    role.sessionsLast(Duration.ofSeconds(110));
    try (IamTokenSource tokens = builder("orders").build()) {
      assertThat(tokens.current().usableUntil()).isEqualTo(role.expiration().minusSeconds(10));

      clock.advance(Duration.ofSeconds(100));

      assertThat(tokens.getToken()).contains(role.key().id());
      assertThat(role.keyIds()).hasSize(2);
    }
  }

  @Test
  void isSharedByThoseWhoAssumeItInTheSameWay() {
    IamTokenSource one = builder("orders").build();
    IamTokenSource same = builder("orders").user("other").build();
    IamTokenSource another = builder("reports").build();
    one.getToken();
    same.getToken();
    another.getToken();
    assertThat(role.sessionNames()).containsExactly("orders", "reports");

    one.close();
    try (IamTokenSource third = builder("orders").build()) {
      third.getToken();
    }
    assertThat(role.sessionNames()).hasSize(2);

    same.close();
    try (IamTokenSource next = builder("orders").build()) {
      next.getToken();
    }
    assertThat(role.sessionNames()).containsExactly("orders", "reports", "orders");
    another.close();
  }

  @Test
  void isAssumedWithTheCredentialsOfAProviderThatIsGiven() {
    aws.set(AccessKey.random());
    AwsCredentialsProvider given = () -> AwsBasicCredentials.create(user.id(), user.secret());
    try (IamTokenSource one = builder("orders").awsCredentialsProvider(given).build();
        IamTokenSource other = builder("orders").awsCredentialsProvider(given).build()) {
      assertThat(one.getToken()).contains(role.key().id());
      assertThat(other.getToken()).contains(role.key().id());
      assertThat(role.keyIds()).hasSize(2);
    }
  }

  @ParameterizedTest
  @CsvSource({"tenant-8", "''"})
  void tellsWhyStsDeniesIt(String externalId) {
    IamTokenSource.Builder builder = builder("orders", role.arn(), externalId);
    try (IamTokenSource tokens = builder.build()) {
      assertThatThrownBy(tokens::getToken)
          .hasMessageStartingWith("Could not sign an IAM token for user \"app\" at ")
          .hasMessageContaining(
              "could not assume the role %s with AWS credentials from the default chain: User:"
                  + " arn:aws:iam::123456789012:user/app is not authorized to perform:"
                  + " sts:AssumeRole on resource: %s (Service: Sts, Status Code: 403",
              role.arn(), role.arn())
          .hasMessageEndingWith(
              "Check (1) the policy of these credentials must allow sts:AssumeRole on the role; (2)"
                  + " the role's trust policy must trust them, and require the same external ID as"
                  + " iam_role_external_id; (3) the role must exist");
    }
  }

  @Test
  void tellsThatNobodyIsThereToAssumeIt() {
    System.clearProperty("aws.accessKeyId");
    try (IamTokenSource tokens = builder("orders").build()) {
      assertThatThrownBy(tokens::getToken)
          .hasMessageContaining(": no AWS credentials were found in");
    }
    assertThat(sts.http().requests()).isEmpty();
  }

  /** No name server knows these names here, and the exception tells which was asked for. */
  @ParameterizedTest
  @CsvSource({
    "us-east-1, aws, sts.us-east-1.amazonaws.com",
    "cn-north-1, aws-cn, sts.cn-north-1.amazonaws.com.cn",
    "us-gov-west-1, aws-us-gov, sts.us-gov-west-1.amazonaws.com",
  })
  void asksStsOfTheEndpointsRegionAndPartition(String region, String partition, String host) {
    System.clearProperty("aws.endpointUrl");
    IamTokenSource.Builder builder =
        builder("orders", "arn:" + partition + ":iam::123456789012:role/orders", "")
            .endpoint("db.c9akciq32rgb." + region + ".rds.amazonaws.com", 5432);
    if (region.startsWith("cn-")) {
      builder.endpoint("db.c9akciq32rgb.rds." + region + ".amazonaws.com.cn", 5432);
    }
    try (IamTokenSource tokens = builder.build()) {
      assertThatThrownBy(tokens::getToken).hasStackTraceContaining("UnknownHostException: " + host);
    }
  }

  private IamTokenSource.Builder builder(String name) {
    return builder(name, role.arn(), "tenant-7");
  }

  private IamTokenSource.Builder builder(String name, String arn, String externalId) {
    Properties properties = new Properties();
    properties.setProperty("iam_role_arn", arn);
    properties.setProperty("iam_role_external_id", externalId);
    return IamTokenSource.builder()
        .clock(clock, clock::nanoTime)
        .name(name)
        .endpoint("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432)
        .user("app")
        .properties(properties);
  }
}
