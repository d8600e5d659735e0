package io.github.iamhikari.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** A pool that {@code spring.datasource.type} names, and Spring Boot makes. */
class AutoConfiguredPoolIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  @TempDir Path folder;

  /** Where it makes no difference which one. */
  private final Server server = Server.POSTGRES;

  private final AccessKey key = AccessKey.random();

  @BeforeEach
  void giveAKey() {
    server.rds().add(key);
    aws.set(key);
  }

  @ParameterizedTest
  @EnumSource
  void logsInByThreeLinesOfConfiguration(Server server) {
    server.rds().add(key);
    IamHikariDataSource pool;
    try (var application =
        Application.start(Application.settings(server), Application.Plain.class)) {
      pool = application.getBean(IamHikariDataSource.class);

      assertThat(Application.user(application)).isEqualTo(server.rds().account());
      assertThat(pool.isRunning()).isTrue();
    }
    assertThat(pool.isClosed()).isTrue();
  }

  @Test
  void logsInToAuroraDsqlAsItsAdministrator() {
    Server.DSQL.rds().add(key);
    String[] settings = Application.settings(Server.DSQL, "spring.datasource.username=admin");
    try (var application = Application.start(settings, Application.Plain.class)) {
      assertThat(Application.user(application)).isEqualTo("admin");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void logsInByTheSamplesOfTheDocumentation(int sample) throws IOException {
    String yaml =
        Pattern.compile("(?ms)^```yaml\n(.*?)^```$")
            .matcher(Files.readString(Path.of("../../../docs/frameworks.md")))
            .results()
            .toList()
            .get(sample)
            .group(1)
            .replaceAll("jdbc:postgresql://orders.*", server.url())
            .replaceAll("jdbc:postgresql://localhost.*", server.url("localhost"))
            .replaceAll("(iam-host: ).*", "$1" + server.rds().host())
            .replaceAll("(iam-default-port: ).*", "$1" + server.rds().port())
            .replaceAll("(username: ).*", "$1" + server.rds().account());
    Path file = Files.writeString(folder.resolve("application.yaml"), yaml);
    String[] settings = {"spring.config.location=" + file.toUri()};
    try (var application = Application.start(settings, Application.Plain.class)) {
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
      assertThat(application.getBean(IamHikariDataSource.class).getMaximumPoolSize())
          .isEqualTo(sample == 0 ? 10 : 20);
    }
  }

  @Test
  void hasTheSettingsOfHikariAndOursInAnySpelling() throws Exception {
    String[] settings =
        Application.settings(
            server,
            "spring.datasource.url=" + server.url("nowhere.example.com"),
            "spring.datasource.name=orders",
            "spring.jmx.enabled=true",
            "spring.datasource.hikari.jdbc-url=" + server.url("localhost"),
            "spring.datasource.hikari.maximum-pool-size=3",
            "spring.datasource.hikari.minimumIdle=1",
            "spring.datasource.hikari.register-mbeans=true",
            "spring.datasource.hikari.data-source-properties.tcpKeepAlive=true",
            "spring.datasource.hikari.iam-host=" + server.rds().host(),
            "spring.datasource.hikari.iamRegion=" + server.rds().region(),
            "spring.datasource.hikari.iam_default_port=" + server.rds().port(),
            "spring.datasource.hikari.IAM_EXPIRATION=600");
    try (var application = Application.start(settings, Application.Plain.class)) {
      IamHikariDataSource pool = application.getBean(IamHikariDataSource.class);

      assertThat(Application.user(application)).isEqualTo(server.rds().account());
      assertThat(pool.getPoolName()).isEqualTo("orders");
      assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
      assertThat(pool.getMinimumIdle()).isEqualTo(1);
      assertThat(pool.getDataSourceProperties()).containsEntry("tcpKeepAlive", "true");
      assertThat(pool.getIamHost()).isEqualTo(server.rds().host());
      assertThat(pool.getIamRegion()).isEqualTo(server.rds().region());
      assertThat(pool.getIamDefaultPort()).isEqualTo(server.rds().port());
      assertThat(pool.getIamExpiration()).isEqualTo(600);
      assertThat(
              ManagementFactory.getPlatformMBeanServer()
                  .queryNames(new ObjectName("com.zaxxer.hikari:type=*(orders)"), null))
          .hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void connectsToAContainerWhateverThePropertiesSay(Server server) {
    server.rds().add(key);
    String[] settings =
        Application.settings(
            server,
            "container=" + server,
            "spring.datasource.url=jdbc:postgresql://nowhere.example.com/",
            "spring.datasource.username=nobody",
            "spring.datasource.hikari.jdbc-url=jdbc:postgresql://nowhere.example.com/",
            "spring.datasource.hikari.username=nobody",
            "spring.datasource.hikari.maximum-pool-size=3");
    try (var application = Application.start(settings, Application.Plain.class, Container.class)) {
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
      assertThat(application.getBean(IamHikariDataSource.class).getMaximumPoolSize()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void standsOnTheDataSourceOfADriver(Server server) {
    server.rds().add(key);
    String[] settings =
        Application.settings(
            server,
            "spring.datasource.hikari.data-source-class-name=" + server.dataSourceClass(),
            "spring.datasource.hikari.data-source-properties.url=" + server.url());
    try (var application = Application.start(settings, Application.Plain.class)) {
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
    }
  }

  @Test
  void isSuspendedAtACheckpointAndGoesOnAfterIt() {
    String[] settings =
        Application.settings(server, "spring.datasource.hikari.allow-pool-suspension=true");
    try (var application = Application.start(settings, Application.Plain.class)) {
      IamHikariDataSource pool = application.getBean(IamHikariDataSource.class);
      Application.user(application);

      application.stop();
      assertThat(pool.isRunning()).isFalse();
      assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isZero();

      application.start();
      assertThat(pool.isRunning()).isTrue();
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
    }
  }

  @ParameterizedTest
  @ValueSource(classes = {Keys.class, PrimaryKeys.class})
  void takesTheOneCredentialsProviderThatTheApplicationHas(Class<?> keys) {
    aws.set("aws.secretAccessKey", "of nobody");
    try (var application =
        Application.start(Application.settings(server), Application.Plain.class, keys)) {
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
    }
  }

  @Test
  void prefersAProfileOfItsOwnToThatProvider() {
    String[] settings = Application.settings(server, "spring.datasource.hikari.aws-profile=orders");
    try (var application = Application.start(settings, Application.Plain.class, Keys.class)) {
      IamHikariDataSource pool = application.getBean(IamHikariDataSource.class);

      assertThat(pool.getAwsProfile()).isEqualTo("orders");
      assertThat(pool.getAwsCredentialsProvider()).isNull();
    }
  }

  @Test
  void asksTheSdkWhereThereAreSeveralProviders() {
    try (var application =
        Application.start(Application.settings(server), Application.Plain.class, TwoKeys.class)) {
      assertThat(application.getBean(IamHikariDataSource.class).getAwsCredentialsProvider())
          .isNull();
      assertThat(Application.user(application)).isEqualTo(server.rds().account());
    }
  }

  @Test
  void leavesAPoolOfAnotherTypeAlone() {
    String[] settings =
        Application.settings(
            server,
            "spring.datasource.type=com.zaxxer.hikari.HikariDataSource",
            "spring.datasource.hikari.maximum-pool-size=3");
    try (var application = Application.start(settings, Application.Plain.class)) {
      assertThat(application.getBean(DataSource.class))
          .isExactlyInstanceOf(com.zaxxer.hikari.HikariDataSource.class);
    }
  }

  private static AwsCredentialsProvider acceptedProvider() {
    AccessKey key = AccessKey.random();
    Server.POSTGRES.rds().add(key);
    return Application.provider(key);
  }

  @Configuration(proxyBeanMethods = false)
  static class Container {

    @Bean
    @ServiceConnection
    LocalRdsContainer database(@Value("${container}") Server server) {
      return new LocalRdsContainer(server);
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class Keys {

    @Bean
    AwsCredentialsProvider credentialsProvider() {
      return acceptedProvider();
    }
  }

  @Configuration(proxyBeanMethods = false)
  static class PrimaryKeys {

    @Bean
    @Primary
    AwsCredentialsProvider credentialsProvider() {
      return acceptedProvider();
    }

    @Bean
    AwsCredentialsProvider another() {
      return Application.provider(AccessKey.random());
    }
  }

  @Configuration(proxyBeanMethods = false)
  @Import(Keys.class)
  static class TwoKeys {

    @Bean
    AwsCredentialsProvider another() {
      return Application.provider(AccessKey.random());
    }
  }
}
