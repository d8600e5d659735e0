package io.github.iamhikari.springboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What Spring Boot prints of an application that does not start. */
class FailureAnalysisIT {

  private static final String REPORTER =
      "org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter";

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  /** Where it makes no difference which one. */
  private final Server server = Server.POSTGRES;

  @Test
  void namesASettingThatIsWrongByItself() {
    assertThat(reportOf("spring.datasource.hikari.iam-expiration=901"))
        .contains(
            "Property: spring.datasource.hikari.iam-expiration",
            "iam_expiration is 901; use a number of seconds from 0 to 900")
        .contains("Action:");
  }

  @Test
  void namesASettingThatIsMissing() {
    assertThat(reportOf("spring.datasource.url=" + server.url("localhost")))
        .contains(
            """
            Description:

            The host "localhost" in the JDBC URL is not an RDS, Aurora or Aurora DSQL endpoint,\
             but tokens are signed for the endpoint's name.

            Action:

            Set iam_host to it, such as "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com".

            In Spring Boot, set pool properties under spring.datasource.hikari.
            """);
  }

  @Test
  void saysThatThereAreNoAwsCredentials() {
    assertThat(reportOf())
        .contains(
            "Description:\n\nCould not sign an IAM token for user \"" + server.rds().account(),
            "no AWS credentials were found in",
            "\n\nAction:\n\nSet AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile in");
  }

  @Test
  void saysWhyTheLoginIsRefused() {
    AccessKey key = AccessKey.random();
    aws.set(key);

    assertThat(reportOf())
        .contains(
            "Description:\n\nIAM login failed for user \"" + server.rds().account() + "\" at ",
            "\n\nAction:\n\nCheck (1) the IAM policy of these AWS credentials must allow"
                + " rds-db:connect")
        .doesNotContain("X-Amz-Signature", key.id(), key.secret());
  }

  @Test
  void saysItAlsoOfAPoolThatTheApplicationMakes() {
    AccessKey key = AccessKey.random();
    aws.set(key);
    Server another = Server.MARIADB;
    String[] settings = {
      "orders.pool.jdbc-url=" + another.url(),
      "orders.pool.username=" + another.rds().account(),
      "orders.pool.pool-name=orders",
      "orders.pool.initialization-fail-timeout=-1"
    };

    assertThat(
            reportOf(
                settings,
                Application.Plain.class,
                QueryAtTheStart.class,
                OwnPoolsIT.OrdersPool.class))
        .contains(
            "Description:\n\norders - Connection is not available. IAM login failed for user",
            "\n\nAction:\n\nCheck (1) ")
        .doesNotContain("X-Amz-Signature", key.id(), key.secret());
  }

  @Test
  void saysWhatHibernateHides() {
    AccessKey key = AccessKey.random();
    String[] settings =
        Application.settings(
            server,
            "otel.sdk.disabled=true",
            "otel.instrumentation.logback-appender.enabled=false",
            // in beans: Hibernate logs the system properties
            "key.id=" + key.id(),
            "key.secret=" + key.secret());

    assertThat(reportOf(settings, Application.Full.class, OwnPoolsIT.Keys.class))
        .contains(
            "Description:\n\nIAM login failed for user \"" + server.rds().account() + "\" at ",
            "\n\nThen the application failed: Unable to determine Dialect without JDBC metadata",
            "\n\nAction:\n\nCheck (1) ");
  }

  private String reportOf(String... settings) {
    return reportOf(
        Application.settings(server, settings), Application.Plain.class, QueryAtTheStart.class);
  }

  private static String reportOf(String[] settings, Class<?>... sources) {
    Logger logger = (Logger) LoggerFactory.getLogger(REPORTER);
    ListAppender<ILoggingEvent> reports = new ListAppender<>();
    reports.start();
    logger.addAppender(reports);
    try {
      assertThatThrownBy(() -> Application.start(settings, sources))
          .isInstanceOf(RuntimeException.class);
    } finally {
      logger.detachAppender(reports);
    }
    List<ILoggingEvent> shown =
        reports.list.stream().filter(report -> report.getLevel() == Level.ERROR).toList();
    assertThat(shown).hasSize(1).allMatch(report -> report.getThrowableProxy() == null);
    return shown.get(0).getFormattedMessage().replace(System.lineSeparator(), "\n");
  }

  /** As a migration does it. */
  @Configuration(proxyBeanMethods = false)
  static class QueryAtTheStart {

    @Bean
    String user(DataSource dataSource) {
      return Application.user(dataSource);
    }
  }
}
