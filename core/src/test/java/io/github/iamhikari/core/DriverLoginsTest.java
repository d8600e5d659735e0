package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

/**
 * Which logins share a token, and for how long it is kept: by a driver that only writes it down.
 */
class DriverLoginsTest {

  private static final String HOST = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());
  private final WritingDriver driver = new WritingDriver();
  private final TestClock clock = new TestClock();
  private final Logger logger = (Logger) LoggerFactory.getLogger(IamDataSource.class);
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final DriverLogins logins = new DriverLogins(clock::nanoTime);

  @BeforeEach
  void register() throws SQLException {
    log.start();
    logger.addAppender(log);
    DriverManager.registerDriver(driver);
  }

  @AfterEach
  void deregister() throws SQLException {
    logins.close();
    DriverManager.deregisterDriver(driver);
    logger.detachAppender(log);
  }

  @Test
  void sharesATokenAmongThoseWithTheSameUrlAndProperties() throws SQLException {
    logIn("app", "password", "dummy");
    logIn("app", "password", "another");
    logIn("app");

    assertThat(driver.tokens).hasSize(3).containsOnly(driver.tokens.get(0));
    assertThat(driver.tokens.get(0)).contains("X-Amz-Signature");
    assertThat(logins.size()).isEqualTo(1);
  }

  @Test
  void keepsApartWhatDiffers() throws SQLException {
    logIn("app");
    logIn("other");
    logIn("app", "iam_region", "us-west-2");
    logIn("app", "ApplicationName", "report");

    assertThat(logins.size()).isEqualTo(4);
  }

  @Test
  void closesWhatNobodyHasUsedForALifeOfATokenButNothingBefore() throws SQLException {
    logIn("app");
    clock.advance(Duration.ofSeconds(899));
    logIn("other");
    assertThat(logins.size()).isEqualTo(2);

    clock.advance(Duration.ofSeconds(1));
    logIn("other");

    assertThat(logins.size()).isEqualTo(1);
  }

  @Test
  void closesTheOneUnusedForLongestIfThereAreTooMany() throws SQLException {
    for (int user = 0; user < DriverLogins.MOST; user++) {
      logIn("user" + user);
    }
    logIn("user0");
    logIn("one more");
    assertThat(logins.size()).isEqualTo(DriverLogins.MOST);

    logIn("user0");
    logIn("user1");

    assertThat(timesOpened("user0")).isEqualTo(1);
    assertThat(timesOpened("user1")).isEqualTo(2);
    assertThat(logins.size()).isEqualTo(DriverLogins.MOST);
  }

  @Test
  void closesNothingThatIsInUse() throws SQLException {
    driver.meanwhile =
        () -> {
          driver.meanwhile = () -> {};
          clock.advance(Duration.ofHours(1));
          for (int user = 0; user <= DriverLogins.MOST; user++) {
            logIn("user" + user);
          }
        };
    logIn("app");

    logIn("app");
    assertThat(timesOpened("app")).isEqualTo(1);
  }

  @Test
  void keepsNothingOfWhatCannotBeUsed() {
    assertThatThrownBy(() -> logIn("app", "iam_regoin", "x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> logins.connect("jdbc:iam:none://" + HOST + ":1/d?user=app", empty()))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("No JDBC driver");

    assertThat(logins.size()).isZero();
  }

  @Test
  void endsAndBeginsAnew() throws SQLException {
    logIn("app");
    logins.close();
    assertThat(logins.size()).isZero();

    logIn("app");
    assertThat(timesOpened("app")).isEqualTo(2);
  }

  /** By the line in the log that each data source begins with. */
  private long timesOpened(String user) {
    return log.list.stream()
        .filter(line -> line.getFormattedMessage().contains("Logging in with IAM as"))
        .filter(line -> line.getFormattedMessage().contains('"' + user + '"'))
        .count();
  }

  private static Properties empty() {
    return new Properties();
  }

  private void logIn(String user, String... more) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    for (int i = 0; i < more.length; i += 2) {
      properties.setProperty(more[i], more[i + 1]);
    }
    logins.connect("jdbc:iam:written://" + HOST + ":5432/orders", properties).close();
  }

  private interface Action {
    void run() throws SQLException;
  }

  /** Takes {@code jdbc:written:}, and opens what is not there. */
  private static final class WritingDriver implements Driver {

    private final List<String> tokens = new ArrayList<>();
    private Action meanwhile = () -> {};

    @Override
    public @Nullable Connection connect(String url, Properties properties) throws SQLException {
      if (!acceptsURL(url)) {
        return null;
      }
      tokens.add(properties.getProperty("password"));
      meanwhile.run();
      return new StubDriver((user, password) -> {}).getConnection("", "");
    }

    @Override
    public boolean acceptsURL(String url) {
      return url.startsWith("jdbc:written:");
    }

    @Override
    public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
      return new DriverPropertyInfo[0];
    }

    @Override
    public int getMajorVersion() {
      return 1;
    }

    @Override
    public int getMinorVersion() {
      return 0;
    }

    @Override
    public boolean jdbcCompliant() {
      return false;
    }

    @Override
    public java.util.logging.Logger getParentLogger() {
      return java.util.logging.Logger.getLogger("written");
    }
  }
}
