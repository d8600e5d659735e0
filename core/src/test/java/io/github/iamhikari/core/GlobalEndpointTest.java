package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalGlobalCluster;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * Logins at a global endpoint without {@code iam_region}: local AWS tells the region, and a server
 * takes the tokens of the region that it is in.
 */
class GlobalEndpointTest {

  private static final String ACTION = "rds:DescribeGlobalClusters";
  private static final Duration LIFE = Duration.ofSeconds(870);

  @RegisterExtension final AwsProperties properties = new AwsProperties();

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private final AccessKey key = AccessKey.random();
  private final AccessKey barred = AccessKey.random();
  private final LocalGlobalCluster orders =
      LocalGlobalCluster.named("orders", "us-east-2", "eu-west-1");
  private final LocalRole role =
      LocalRole.named("orders")
          .trusts("arn:aws:iam::123456789012:user/barred")
          .policy(Statement.allow(ACTION, "*"))
          .build();
  private final LocalAws aws =
      LocalAws.builder()
          .user("app", key, Statement.allow(ACTION, "arn:aws:rds::123456789012:global-cluster:*"))
          .user("barred", barred, Statement.allow("sts:AssumeRole", "*"))
          .role(role)
          .describes(orders)
          .start();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final List<String> tokens = new ArrayList<>();
  private String serverRegion = "us-east-2";

  @BeforeEach
  void findAws() {
    properties.set(aws.properties());
    properties.set(key);
    properties.set("aws.maxAttempts", "1");
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void stop() {
    logger().detachAppender(log);
    aws.close();
  }

  @Test
  void asksOnceForTheRegionOfAllTokensUntilOneIsRefused() throws SQLException {
    try (IamDataSource logins = logins().build()) {
      assertThat(aws.http().requests()).as("before the first login").isEmpty();
      assertThat(logins).hasToString(text("of the current writer"));

      for (int renewal = 0; renewal < 3; renewal++) {
        logins.getConnection();
        logins.getConnection("reports", null);
        time.advance(LIFE);
      }

      assertThat(tokens).hasSize(6);
      assertThat(aws.http().requests()).containsExactly(ACTION);
      assertThat(logged("INFO"))
          .contains("orders-pool - The writer of " + orders.host() + " is in us-east-2.");
    }
  }

  @Test
  void followsTheWriterWithinTheLoginThatIsRefused() throws SQLException {
    try (IamDataSource logins = logins().build()) {
      for (String region : List.of("eu-west-1", "us-east-2")) {
        logins.getConnection();
        time.advance(Duration.ofSeconds(3));
        orders.switchTo(region);
        serverRegion = region;
        logins.connectionsLost(); // so that a refusal is taken for throttling
        int before = tokens.size();

        logins.getConnection();

        assertThat(tokens).hasSize(before + 2);
        assertThat(tokens.get(before + 1)).contains("%2F" + region + "%2Frds-db");
      }
      assertThat(aws.http().requests()).hasSize(3);
      assertThat(logged("INFO"))
          .contains(
              "orders-pool - The writer of "
                  + orders.host()
                  + " has moved from us-east-2 to eu-west-1.");
    }
  }

  @Test
  void followsTheWriterWithATokenThatIsNewItself() throws SQLException {
    try (IamDataSource logins = logins().build()) {
      logins.token();
      time.advance(Duration.ofSeconds(3));
      orders.switchTo("eu-west-1");
      serverRegion = "eu-west-1";

      logins.getConnection();

      assertThat(tokens).hasSize(2);
    }
  }

  @Test
  void looksAgainBeforeEachLoginAfterARefusalButNotAtOnce() {
    serverRegion = "eu-west-1"; // where RDS does not see the writer yet
    try (IamDataSource logins = logins().build()) {
      List<Integer> asked = new ArrayList<>();
      for (int second = 0; second < 20; second++) {
        int before = aws.http().requests().size();
        assertThatThrownBy(logins::getConnection)
            .hasMessageStartingWith(
                "IAM login failed for user \"app\" at %s:5432 (region us-east-2): ", orders.host());
        if (aws.http().requests().size() > before) {
          asked.add(second);
        }
        time.advance(Duration.ofSeconds(1));
      }

      assertThat(asked).containsExactly(0, 2, 8, 18);
      assertThat(aws.http().requests()).hasSameSizeAs(asked);
    }
  }

  @Test
  void keepsTheLastRegionWhileAwsIsOutOfReach() throws SQLException {
    try (IamDataSource logins = logins().build()) {
      logins.getConnection();
      aws.http().fail(LocalAws.throttles());
      for (int i = 0; i < 2; i++) {
        time.advance(LIFE);
        logins.renewToken();
        logins.getConnection();
      }
      assertThat(logged("WARN"))
          .singleElement()
          .asString()
          .startsWith(
              "orders-pool - Still signing tokens for us-east-2, the writer's last known region:"
                  + " could not look up the writer's region for "
                  + orders.host()
                  + " in us-east-2: the RDS API call failed: Throttling");

      aws.http().mend();
      orders.switchTo("eu-west-1");
      serverRegion = "eu-west-1";
      time.advance(LIFE);

      logins.getConnection();

      assertThat(tokens.get(tokens.size() - 1)).contains("eu-west-1");
    }
  }

  @Test
  void waitsLongerBetweenLookupsThatFailHoweverLongTheyTake() {
    List<Integer> asked = new ArrayList<>();
    WriterRegion region =
        new WriterRegion(
            "orders-pool",
            orders.host(),
            credentials -> {
              asked.add((int) Duration.ofNanos(time.nanoTime()).toSeconds());
              if (asked.size() > 1) {
                time.advance(Duration.ofSeconds(5));
                throw new IllegalStateException("no answer");
              }
              return "us-east-2";
            },
            LIFE,
            time::nanoTime);
    AwsBasicCredentials credentials = AwsBasicCredentials.create(key.id(), key.secret());
    long begun = time.nanoTime();
    while (time.nanoTime() - begun < Duration.ofSeconds(90).toNanos()) {
      assertThat(region.with(credentials)).isEqualTo("us-east-2");
      region.refused("us-east-2");
      time.advance(Duration.ofSeconds(1));
    }

    int first = asked.get(0);
    assertThat(asked).extracting(second -> second - first).containsExactly(0, 1, 7, 14, 23, 36, 57);
  }

  @Test
  void warnsNotOfALookupThatIsInterrupted() {
    boolean[] isKnown = {false};
    WriterRegion region =
        new WriterRegion(
            "orders-pool",
            orders.host(),
            credentials -> {
              if (isKnown[0]) {
                Thread.currentThread().interrupt(); // as the end of a pool does
                throw new IllegalStateException("no answer");
              }
              isKnown[0] = true;
              return "us-east-2";
            },
            null,
            time::nanoTime);
    AwsBasicCredentials credentials = AwsBasicCredentials.create(key.id(), key.secret());
    region.with(credentials);
    region.refused("us-east-2");
    time.advance(Duration.ofSeconds(1));

    assertThat(region.with(credentials)).isEqualTo("us-east-2");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(logged("WARN")).isEmpty();
  }

  @Test
  void hopesThatRdsTellsOfTheNewWriterSoon() throws SQLException {
    try (IamDataSource logins = logins().build()) {
      logins.getConnection();
      time.advance(Duration.ofSeconds(10));
      serverRegion = "eu-west-1"; // where RDS does not see the writer yet
      for (int second = 0; second < 10; second++) {
        assertThatThrownBy(logins::getConnection).isInstanceOf(SQLException.class);
        assertThat(logins.getProblem()).isEmpty();
        time.advance(Duration.ofSeconds(1));
      }
      orders.switchTo("eu-west-1");
      time.advance(Duration.ofSeconds(10));

      logins.getConnection();
    }
  }

  @Test
  void asksNothingWhereTheRegionIsSet() throws SQLException {
    try (IamDataSource logins = logins("iam_region", "us-east-2").build()) {
      logins.getConnection();
      time.advance(LIFE);
      logins.renewToken();
    }
    assertThat(aws.http().requests()).isEmpty();
  }

  @Test
  void keepsTheRegionThatAnotherDataSourceIsSetTo() {
    try (IamDataSource other = logins("iam_region", "us-east-2").build();
        IamDataSource logins = IamDataSource.builder().dataSource(other).build()) {
      assertThat(logins).hasToString(text("us-east-2"));
    }
  }

  @Test
  void saysWhatToDoIfTheRegionCannotBeLookedUp() throws SQLException {
    assertNoToken(
        "no writer",
        () -> orders.switchTo("nowhere"),
        "none of its clusters is the writer now, and its status is available; wait until it has a"
            + " writer, or set iam_region to the writer's region");
    assertNoToken(
        "amid a switchover",
        () -> orders.beginSwitchTo("eu-west-1"),
        "its status is switching-over; wait until it has a writer, which will be in eu-west-1, or"
            + " set");
    assertNoToken(
        "denied",
        () -> properties.set(barred),
        "in us-east-2: these AWS credentials lack the permission; allow rds:DescribeGlobalClusters"
            + " on arn:aws:rds::*:global-cluster:orders in their policy, or set iam_region to the"
            + " writer's region");
    assertNoToken(
        "unknown key",
        () -> properties.set(AccessKey.random()),
        ": the RDS API call failed: InvalidClientTokenId",
        "; check the AWS credentials and this machine's clock, or set iam_region");
    properties.set(key);
    assertNoToken(
        "throttled",
        () -> aws.http().fail(LocalAws.throttles()),
        ": the RDS API call failed: Throttling",
        "; try again in a moment, or set iam_region");
    aws.http().mend();
    assertNoToken(
        "out of reach",
        aws.http()::goDown,
        ": the RDS API call failed: no answer: ConnectException",
        "; make sure that this machine can reach the RDS API there, through a VPC endpoint if it"
            + " has no internet access, or set iam_region");
    aws.http().comeUp();
    assertNoToken(
        "no region",
        () -> System.clearProperty("aws.region"),
        "(region of the current writer): could not look up the writer's region for "
            + orders.host()
            + ": no AWS region is configured; set the system property aws.region, the environment"
            + " variable AWS_REGION or a region in the AWS profile, or set iam_region to the"
            + " writer's region");
  }

  @Test
  void theDoctorSaysWhatToDoIfTheRegionCannotBeLookedUp() {
    properties.set(barred);

    assertThat(IamDoctor.of(logins()).examine().findings())
        .filteredOn(finding -> finding.status() == IamDoctor.Status.FAILED)
        .extracting(IamDoctor.Finding::step, IamDoctor.Finding::advice)
        .contains(
            tuple(
                IamDoctor.Step.TOKEN,
                "Allow rds:DescribeGlobalClusters on arn:aws:rds::*:global-cluster:orders in their"
                    + " policy, or set iam_region to the writer's region."));
  }

  @Test
  void knowsAGlobalDatabaseByItsEndpoint() {
    for (String other : List.of("orders.global-x", "gone.global-c9akciq32rgb")) {
      String host = other + ".global.rds.amazonaws.com";
      try (IamDataSource logins = logins("iam_host", host).build()) {
        assertThatThrownBy(logins::getConnection)
            .hasMessageContaining(
                ": the account of these AWS credentials has no global database \"%s\" with this"
                    + " endpoint; use credentials of the account that owns it, or set AWS_REGION"
                    + " to a region where it has a cluster, or set",
                host.substring(0, host.indexOf('.')));
      }
    }
  }

  @Test
  void asksWithTheCredentialsThatSign() throws SQLException {
    properties.set(barred);
    try (IamDataSource logins = logins("iam_role_arn", role.arn()).build()) {
      assertThat(aws.http().requests()).isEmpty();

      logins.getConnection();

      assertThat(tokens.get(0)).contains(role.key().id(), "us-east-2");
      assertThat(aws.http().requests()).containsExactly("sts:AssumeRole", ACTION);
    }
  }

  @Test
  void aTokenSourceFollowsTheWriterWithEachToken() {
    try (IamTokenSource source =
        IamTokenSource.builder()
            .endpoint(orders.host(), 5432)
            .user("app")
            .signingThreads(Runnable::run)
            .clock(time, time::nanoTime)
            .build()) {
      assertThat(source.getToken()).contains("us-east-2");
      orders.switchTo("eu-west-1");
      assertThat(source.getToken()).contains("us-east-2");

      time.advance(LIFE);

      assertThat(source.getToken()).contains("eu-west-1");
    }
  }

  private void assertNoToken(String cause, Runnable fault, String... words) {
    fault.run();
    try (IamDataSource logins = logins().build()) {
      assertThatThrownBy(logins::getConnection)
          .as(cause)
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith(
              "Could not sign an IAM token for user \"app\" at " + orders.host())
          .hasMessageContainingAll(words);
    }
    orders.switchTo("us-east-2");
  }

  private IamDataSource.Builder logins(String... setting) {
    Properties settings = new Properties();
    if (setting.length > 0) {
      settings.setProperty(setting[0], setting[1]);
    }
    return IamDataSource.builder()
        .name("orders-pool")
        .jdbcUrl("jdbc:postgresql://" + orders.host() + "/orders")
        .user("app")
        .properties(settings)
        .driver((url, driverProperties) -> new StubDriver(this::enter))
        .signingThreads(Runnable::run)
        .random(() -> 0.5)
        .clock(time, time::nanoTime);
  }

  private void enter(String user, String token) throws SQLException {
    tokens.add(token);
    if (!token.contains("%2F" + serverRegion + "%2Frds-db")) {
      throw new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");
    }
  }

  private String text(String region) {
    return "IamDataSource (user \"app\" at " + orders.host() + ":5432 (region " + region + "))";
  }

  private List<String> logged(String level) {
    return log.list.stream()
        .filter(event -> event.getLevel().toString().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(IamDataSource.class);
  }
}
