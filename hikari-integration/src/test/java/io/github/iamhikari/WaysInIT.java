package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Each setting by each way in: what the driver was given, and what the server was asked to verify.
 */
@Tag("hikari")
class WaysInIT {

  private static final String OTHER_HOST = "other.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final Pattern NEW_TOKEN =
      Pattern.compile("New token for .*: signed at (\\S+) with .*, usable until (\\S+)\\.");

  @TempDir private static Path folder;
  private static LocalRds rds;
  private static final RecordingDriver driver = new RecordingDriver();
  private static final AccessKey key = AccessKey.random();
  private static final AccessKey keyOfTheProfile = AccessKey.random();

  private final LogWatch log = LogWatch.of(IamDataSource.class.getName());

  @BeforeAll
  static void start() throws Exception {
    rds = LocalRds.postgres().credentials(key).credentials(keyOfTheProfile).start();
    DriverManager.registerDriver(driver);
    Path profiles = folder.resolve("credentials");
    Files.writeString(profiles, profile("default", key) + profile("staging", keyOfTheProfile));
    System.setProperty("aws.sharedCredentialsFile", profiles.toString());
    System.setProperty("aws.configFile", folder.resolve("none").toString());
  }

  @AfterAll
  static void stop() throws SQLException {
    System.clearProperty("aws.sharedCredentialsFile");
    System.clearProperty("aws.configFile");
    DriverManager.deregisterDriver(driver);
    rds.close();
  }

  @AfterEach
  void stopListening() {
    log.close();
  }

  /** One way to configure a pool: given settings by their names, it makes one. */
  enum Way {
    DATA_SOURCE_PROPERTIES {
      @Override
      IamHikariDataSource make(Properties settings) {
        HikariConfig config = config();
        settings.forEach((name, value) -> config.addDataSourceProperty(name.toString(), value));
        return new IamHikariDataSource(config);
      }
    },
    SETTERS {
      @Override
      IamHikariDataSource make(Properties settings) {
        IamHikariDataSource pool = new IamHikariDataSource();
        configure(pool);
        pool.setIamHost(settings.getProperty("iam_host"));
        pool.setIamRegion(settings.getProperty("iam_region"));
        pool.setAwsProfile(settings.getProperty("aws_profile"));
        pool.setIamRoleArn(settings.getProperty("iam_role_arn"));
        pool.setIamRoleSessionName(settings.getProperty("iam_role_session_name"));
        pool.setIamRoleExternalId(settings.getProperty("iam_role_external_id"));
        pool.setIamVerifyWriter(Boolean.parseBoolean(settings.getProperty("iam_verify_writer")));
        if (settings.containsKey("iam_default_port")) {
          pool.setIamDefaultPort(Integer.parseInt(settings.getProperty("iam_default_port")));
        }
        if (settings.containsKey("iam_expiration")) {
          pool.setIamExpiration(Integer.parseInt(settings.getProperty("iam_expiration")));
        }
        return pool;
      }
    },
    PROPERTIES_BEHIND_DATA_SOURCE {
      @Override
      IamHikariDataSource make(Properties settings) {
        return new IamHikariDataSource(hikariProperties("dataSource.", settings));
      }
    },
    FILE {
      @Override
      IamHikariDataSource make(Properties settings) throws Exception {
        return new IamHikariDataSource(file(hikariProperties("", settings)));
      }
    },
    CONFIGURATION_FILE_OF_A_DATA_SOURCE {
      @Override
      IamHikariDataSource make(Properties settings) throws Exception {
        System.setProperty(
            "hikaricp.configurationFile", file(hikariProperties("dataSource.", settings)));
        try {
          return new IamHikariDataSource();
        } finally {
          System.clearProperty("hikaricp.configurationFile");
        }
      }
    },
    URL {
      @Override
      IamHikariDataSource make(Properties settings) {
        HikariConfig config = config();
        List<String> parameters = new ArrayList<>(List.of("loggerLevel=OFF"));
        settings.forEach((name, value) -> parameters.add(name + "=" + value));
        config.setJdbcUrl(config.getJdbcUrl() + "?" + String.join("&", parameters));
        return new IamHikariDataSource(config);
      }
    },
    JNDI {
      @Override
      IamHikariDataSource make(Properties settings) throws Exception {
        Reference reference = new Reference(DataSource.class.getName());
        hikariProperties("", settings)
            .forEach(
                (name, value) ->
                    reference.add(new StringRefAddr(name.toString(), value.toString())));
        return (IamHikariDataSource)
            requireNonNull(
                new IamHikariJNDIFactory().getObjectInstance(reference, null, null, null));
      }
    };

    abstract IamHikariDataSource make(Properties settings) throws Exception;
  }

  @ParameterizedTest
  @EnumSource
  void givesAllSettings(Way way) throws Exception {
    Properties settings = new Properties();
    settings.setProperty("iam_host", OTHER_HOST);
    settings.setProperty("iam_default_port", "1234");
    settings.setProperty("iam_region", "eu-west-1");
    settings.setProperty("iam_expiration", "60");
    settings.setProperty("aws_profile", "staging");
    settings.setProperty("iam_verify_writer", "true");

    Login login = loginOf(way, settings);

    assertThat(login.user()).isEqualTo(rds.account());
    assertThat(login.tlsProtocol()).startsWith("TLS");
    assertThat(login.accepted()).isFalse(); // the token is for another endpoint
    assertThat(login.token())
        .startsWith(OTHER_HOST + ":1234/")
        .contains("%2Feu-west-1%2Frds-db%2F", keyOfTheProfile.id());
    assertThat(usableFor()).isEqualTo(Duration.ofSeconds(60));
    String rest = way == Way.URL ? "?loggerLevel=OFF" : "";
    assertThat(RecordingDriver.lastUrl()).isEqualTo(config().getJdbcUrl() + rest);
    assertThat(RecordingDriver.lastProperties())
        .containsOnlyKeys("user", "password", "sslmode")
        .containsEntry("user", rds.account())
        .containsEntry("password", login.token());
  }

  @ParameterizedTest
  @EnumSource
  void givesNone(Way way) throws Exception {
    Login login = loginOf(way, new Properties());

    assertThat(login.accepted()).isTrue();
    assertThat(login.accessKeyId()).isEqualTo(key.id());
    assertThat(usableFor()).isEqualTo(Duration.ofSeconds(870));
  }

  @ParameterizedTest
  @EnumSource(names = {"SETTERS", "FILE"})
  void givesARoleThatSigns(Way way) throws Exception {
    LocalRole role =
        LocalRole.named("orders")
            .trusts("arn:aws:iam::123456789012:user/app")
            .externalId("tenant:7/eu")
            .opens(rds)
            .build();
    Statement mayAssumeIt = Statement.allow("sts:AssumeRole", role.arn());
    Properties settings = new Properties();
    settings.setProperty("iam_role_arn", role.arn());
    settings.setProperty("iam_role_session_name", "ways-in");
    settings.setProperty("iam_role_external_id", "tenant:7/eu");
    try (LocalAws aws = LocalAws.builder().user("app", key, mayAssumeIt).role(role).start()) {
      aws.properties().forEach(System::setProperty);

      Login login = loginOf(way, settings);

      assertThat(login.accepted()).isTrue();
      assertThat(login.accessKeyId()).isEqualTo(role.key().id());
      assertThat(role.sessionNames()).containsExactly("ways-in");
      aws.properties().keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void readsBackWhatItsSettersWrote() throws Exception {
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      assertThat(pool.getIamDefaultPort()).isZero();
      assertThat(pool.getIamExpiration()).isEqualTo(870);
      pool.setIamHost(OTHER_HOST);
      pool.setIamDefaultPort(1234);
      pool.setIamRegion("eu-west-1");
      pool.setIamExpiration(60);
      pool.setAwsProfile("staging");
      pool.setIamRoleArn("arn:aws:iam::123456789012:role/orders");
      pool.setIamRoleSessionName("ways-in");
      pool.setIamRoleExternalId("tenant:7/eu");
      pool.setIamVerifyWriter(true);

      assertThat(pool)
          .returns(OTHER_HOST, IamHikariDataSource::getIamHost)
          .returns(1234, IamHikariDataSource::getIamDefaultPort)
          .returns("eu-west-1", IamHikariDataSource::getIamRegion)
          .returns(60, IamHikariDataSource::getIamExpiration)
          .returns("staging", IamHikariDataSource::getAwsProfile)
          .returns("arn:aws:iam::123456789012:role/orders", IamHikariDataSource::getIamRoleArn)
          .returns("ways-in", IamHikariDataSource::getIamRoleSessionName)
          .returns("tenant:7/eu", IamHikariDataSource::getIamRoleExternalId)
          .returns(true, IamHikariDataSource::isIamVerifyWriter);
      pool.setIamHost(null);
      assertThat(pool.getIamHost()).isNull();
      assertThatThrownBy(() -> pool.setIamExpiration(901))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("iam_expiration is 901");
      assertThat(pool.getIamExpiration()).isEqualTo(60);
    }
  }

  @Test
  void whatStandsBesideTheUrlComesBeforeWhatStandsInIt() throws Exception {
    HikariConfig config = config();
    config.setJdbcUrl(config.getJdbcUrl() + "?iam_region=eu-west-1&iam_expiration=60");
    config.addDataSourceProperty("iam_region", "us-east-2");

    try (IamHikariDataSource pool = new IamHikariDataSource(config)) {
      pool.getDataSource().getConnection().close();
    }

    assertThat(usableFor()).isEqualTo(Duration.ofSeconds(60));
    assertThat(log.linesOf(Level.WARN))
        .contains(
            "WaysInIT - iam_region is eu-west-1 in the JDBC URL but us-east-2 in the properties;"
                + " using us-east-2.");
  }

  @Test
  void aPlainSettingComesBeforeTheSameBehindDataSource() throws Exception {
    Properties properties = hikariProperties("", new Properties());
    properties.setProperty("iam_expiration", "60");
    properties.setProperty("dataSource.iam_expiration", "120");
    properties.setProperty("iam_verify_writer", "false"); // the same twice is no mistake
    properties.setProperty("dataSource.iam_verify_writer", "false");

    try (LogWatch warnings = LogWatch.of(IamHikariDataSource.class.getName());
        IamHikariDataSource pool = new IamHikariDataSource(properties)) {
      assertThat(pool.getIamExpiration()).isEqualTo(60);
      assertThat(warnings.linesOf(Level.WARN))
          .containsExactly("iam_expiration is 60 but dataSource.iam_expiration is 120; using 60.");
    }
  }

  @Test
  void warnsOfARegionThatContradictsTheEndpointAndOfOneThatTheSdkDoesNotKnow() {
    HikariConfig config = config();
    config.addDataSourceProperty("iam_region", "xx-atlantis-1");

    new IamHikariDataSource(config).close();

    assertThat(log.linesOf(Level.WARN))
        .containsExactly(
            "WaysInIT - iam_region is xx-atlantis-1, which is not the region in "
                + rds.host()
                + "; using xx-atlantis-1.",
            "WaysInIT - The AWS SDK does not know the region xx-atlantis-1; using it anyway.");
  }

  @Test
  void warnsOfAPasswordThatItIgnores() throws Exception {
    HikariConfig config = config();
    config.setPassword("hunter2");

    try (IamHikariDataSource pool = new IamHikariDataSource(config)) {
      pool.getDataSource().getConnection().close();
      assertThat(pool.doctor().offline().withoutLogin().examine().toString())
          .contains("A password is configured; ignoring it, and sending the IAM token.");
    }

    assertThat(log.linesOf(Level.WARN))
        .containsExactly(
            "WaysInIT - A password is configured; ignoring it, and sending the IAM token.");
    assertThat(RecordingDriver.lastProperties().getProperty("password")).contains("X-Amz-");
  }

  @Test
  void aDataSourceOfAnUnknownKindNeedsToBeToldHostAndPort() throws Exception {
    PGSimpleDataSource hidden = new PGSimpleDataSource();
    hidden.setServerNames(new String[] {"127.0.0.1"});
    hidden.setPortNumbers(new int[] {rds.listeningPort()});
    hidden.setDatabaseName(rds.database());
    hidden.setSslMode("require");
    DataSource unknown = InterceptedDataSource.of(hidden, () -> null);
    HikariConfig config = config();
    config.setJdbcUrl(null);
    config.setDataSource(unknown);
    config.addDataSourceProperty("iam_host", rds.host());
    config.addDataSourceProperty("iam_default_port", rds.port());

    try (IamHikariDataSource pool = new IamHikariDataSource(config);
        Connection connection = pool.getDataSource().getConnection()) {
      assertThat(connection.isValid(5)).isTrue();
    }
    assertThat(log.linesOf(Level.WARN))
        .contains(
            "WaysInIT - iam-hikari cannot tell whether this driver uses TLS; make sure that it"
                + " does, because an IAM token is a password.");
  }

  private Login loginOf(Way way, Properties settings) throws Exception {
    int before = rds.logins().size();
    try (IamHikariDataSource pool = way.make(settings)) {
      pool.validate();
      try (Connection connection = pool.getDataSource().getConnection()) {
        assertThat(connection.isValid(5)).isTrue();
      } catch (SQLException refusal) {
        assertThat(refusal.getMessage()).contains("IAM login failed for ");
      }
    }
    List<Login> logins = rds.logins();
    assertThat(logins).hasSize(before + 1);
    return logins.get(before);
  }

  /** As the log tells, without the token. */
  private Duration usableFor() {
    Matcher times = NEW_TOKEN.matcher(String.join(" ", log.linesOf(Level.DEBUG)));
    assertThat(times.find()).isTrue();
    return Duration.between(Instant.parse(times.group(1)), Instant.parse(times.group(2)));
  }

  private static HikariConfig config() {
    HikariConfig config = new HikariConfig();
    configure(config);
    return config;
  }

  private static void configure(HikariConfig config) {
    config.setPoolName("WaysInIT");
    config.setJdbcUrl(RecordingDriver.PREFIX + rds.jdbcUrl(rds.host()).substring(5));
    config.setUsername(rds.account());
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("sslmode", "require"); // some tokens are for another host
  }

  private static Properties hikariProperties(String prefix, Properties settings) {
    Properties properties = new Properties();
    properties.setProperty("poolName", "WaysInIT");
    properties.setProperty("jdbcUrl", config().getJdbcUrl());
    properties.setProperty("username", rds.account());
    properties.setProperty("minimumIdle", "0");
    properties.setProperty("initializationFailTimeout", "-1");
    properties.setProperty("dataSource.sslmode", "require");
    settings.forEach((name, value) -> properties.put(prefix + name, value));
    return properties;
  }

  private static String file(Properties properties) throws Exception {
    Path file = Files.createTempFile(folder, "hikari", ".properties");
    try (Writer writer = Files.newBufferedWriter(file)) {
      properties.store(writer, null);
    }
    return file.toString();
  }

  private static String profile(String name, AccessKey key) {
    return "[%s]%naws_access_key_id=%s%naws_secret_access_key=%s%n"
        .formatted(name, key.id(), key.secret());
  }
}
