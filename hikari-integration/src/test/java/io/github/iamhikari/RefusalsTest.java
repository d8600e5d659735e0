package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.MysqlDataSource;
import com.zaxxer.hikari.HikariConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Each mistake in a configuration: the whole message, and that nothing was sent, to the server that
 * the configuration names or to AWS.
 */
@Tag("login")
class RefusalsTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final String SETTINGS =
      "iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn,"
          + " iam_role_session_name, iam_role_external_id, iam_verify_writer";

  private ServerSocket server;
  private final AtomicInteger resolved = new AtomicInteger();
  private final AwsCredentialsProvider provider =
      () -> {
        resolved.incrementAndGet();
        return AwsBasicCredentials.create("AKIDEXAMPLE", "secret");
      };

  @BeforeEach
  void listen() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void assertThatNothingWasSent() throws IOException {
    server.setSoTimeout(1);
    assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
    server.close();
    assertThat(resolved).hasValue(0);
  }

  static Stream<Mistake> mistakes() {
    return Stream.of(
        property(
            "iam_regoin",
            "us-east-2",
            "iam_regoin is not a setting; did you mean iam_region? The settings are " + SETTINGS),
        property(
            "aws_profile",
            "staging",
            "aws_profile is \"staging\", but an AWS credentials provider is set as well; remove one"
                + " of them"),
        mistake(
            config -> config.setUsername(null),
            "No database user is set; set username to the user that logs in with IAM"),
        mistake(
            config -> {
              MysqlDataSource dataSource = new MysqlDataSource();
              dataSource.setUrl("jdbc:mysql://127.0.0.1/d?iam_region=eu-west-1");
              config.setDataSource(dataSource);
            },
            "The DataSource's URL contains iam_region, which is not a property of the driver; set"
                + " it as a data source property of the pool"),
        mistake(
            config -> config.setJdbcUrl("jdbc:postgresql://localhost:1/d?host=127.0.0.1"),
            "The JDBC URL's parameter host could send the driver to a different server than the"
                + " token is signed for; use jdbc:postgresql://host:port/database"),
        mistake(
            config -> config.setJdbcUrl("jdbc:other://127.0.0.1:1/d"),
            "No JDBC driver on the class path accepts URLs that start with \"jdbc:other:\"; add the"
                + " driver as a dependency, or put its jar next to iam-hikari's"),
        mistake(
            config -> config.setDriverClassName("com.mysql.cj.jdbc.Driver"),
            "The driver com.mysql.cj.jdbc.Driver does not accept URLs that start with"
                + " \"jdbc:postgresql:\"; remove driverClassName, or set it to the driver for this"
                + " URL"),
        mistake(
            config -> {
              config.setJdbcUrl(null);
              config.setDataSourceJNDI("java:comp/env/jdbc/orders");
            },
            "dataSourceJNDI is java:comp/env/jdbc/orders, but no DataSource is bound to that name;"
                + " use the JNDI name of a javax.sql.DataSource"));
  }

  static Stream<Mistake> mistakesOfADataSourceClass() {
    return Stream.of(
        dataSourceClass(
            "com.example.NoDataSource",
            "which cannot be instantiated: the class com.example.NoDataSource is not on the class"
                + " path"),
        dataSourceClass(
            Incomplete.class.getName(),
            "which cannot be instantiated: the class com.example.Missing is not on the class path"),
        dataSourceClass(
            Broken.class.getName(), "which cannot be instantiated: there is no licence"),
        dataSourceClass(
            "org.postgresql.xa.PGXADataSource",
            "which is not a javax.sql.DataSource; use org.postgresql.ds.PGSimpleDataSource"),
        dataSourceClass(
            "com.mysql.cj.jdbc.Driver",
            "which is not a javax.sql.DataSource; use com.mysql.cj.jdbc.MysqlDataSource"),
        dataSourceClass(
            "java.util.ArrayList",
            "which is not a javax.sql.DataSource; use the driver's DataSource class"),
        dataSourceClass(
                PGSimpleDataSource.class.getName(),
                "so HikariCP ignores the jdbcUrl, and no property names a server; remove"
                    + " dataSourceClassName, or set dataSource.serverName instead of the jdbcUrl")
            .and(config -> config.setJdbcUrl("jdbc:postgresql://127.0.0.1/d")),
        dataSourceClass(
                MariaDbDataSource.class.getName(),
                "so HikariCP ignores the jdbcUrl, and no property names a server; remove"
                    + " dataSourceClassName, or set dataSource.url instead of the jdbcUrl")
            .and(config -> config.setJdbcUrl("jdbc:mariadb://127.0.0.1/d")),
        dataSourceClass(
                PGSimpleDataSource.class.getName(),
                "which rejects the property serverNaem: there is no such property; did you mean"
                    + " serverName?")
            .and(config -> config.addDataSourceProperty("serverNaem", "127.0.0.1")),
        dataSourceClass(
                PGSimpleDataSource.class.getName(),
                "which rejects the property connectTimeout: the value is invalid")
            .and(config -> config.addDataSourceProperty("connectTimeout", "hunter2")),
        dataSourceClass(
                Grumpy.class.getName(),
                "which rejects the property licence: the class com.example.Missing is not on the"
                    + " class path")
            .and(config -> config.addDataSourceProperty("licence", "hunter2")));
  }

  static Stream<Mistake> mistakesSinceHikariCp7() {
    return OtherCredentials.areKnown()
        ? Stream.of(
            mistake(
                OtherCredentials::set,
                "credentialsProvider is set to a "
                    + OtherCredentials.className()
                    + ", which HikariCP would use instead of IAM tokens; remove it"))
        : Stream.empty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"mistakes", "mistakesOfADataSourceClass", "mistakesSinceHikariCp7"})
  void isRefused(Mistake mistake) {
    HikariConfig config = config();
    mistake.make.accept(config);

    assertThatThrownBy(() -> new IamHikariDataSource(config, provider))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(mistake.message);
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config.copyStateTo(pool);
      pool.setAwsCredentialsProvider(provider);
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(mistake.message);
    }
  }

  /** HikariCP 6 says in its own words that the class is missing. */
  @Test
  void isRefusedForADriverThatIsMissing() {
    Properties properties = new Properties();
    properties.setProperty("driverClassName", "org.example.None");

    assertThatThrownBy(() -> new IamHikariDataSource(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageMatching(
            "HikariCP rejects the property driverClassName: "
                + "(the class|Failed to load driver class) org\\.example\\.None .+");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "driverClassName | io.github.iamhikari.RefusalsTest$Broken | HikariCP rejects the property driverClassName: there is no licence",
        "driverClassName | io.github.iamhikari.RefusalsTest$Incomplete | HikariCP rejects the property driverClassName: the class com.example.Missing is not on the class path",
        "maximumPoolSize | many | HikariCP rejects the property maximumPoolSize: For input string: \"many\"",
        "maximumPoolSize | 0 | HikariCP rejects the property maximumPoolSize: maxPoolSize cannot be less than 1",
        "maxPoolSize | 5 | maxPoolSize is not a HikariCP property; did you mean maximumPoolSize?",
        "url | x | url is not a HikariCP property; did you mean jdbcUrl?",
        "jdbc-url | x | jdbc-url is not a HikariCP property; did you mean jdbcUrl?",
        "user | x | user is not a HikariCP property; did you mean username?",
        "userName | x | userName is not a HikariCP property; did you mean username?",
        "connectTimeout | 5 | connectTimeout is not a HikariCP property; did you mean dataSource.connectTimeout?",
        "sslmode | verify-full | sslmode is not a HikariCP property; did you mean dataSource.sslmode?",
        "applicationName | x | applicationName is not a HikariCP property; did you mean dataSource.ApplicationName?",
        "host | x | host is not a HikariCP property; did you mean jdbcUrl, which includes the host, port and database, or dataSource.serverName, which needs a dataSourceClassName?",
        "port | 5432 | port is not a HikariCP property; did you mean jdbcUrl, which includes the host, port and database, or dataSource.portNumber, which needs a dataSourceClassName?",
        "database | x | database is not a HikariCP property; did you mean jdbcUrl, which includes the host, port and database, or dataSource.databaseName, which needs a dataSourceClassName?",
        "somethingElse | x | somethingElse is not a HikariCP property; remove it, or write dataSource.somethingElse if it is a driver property",
        "iamRegion | us-east-2 | iamRegion is not a setting; did you mean iam_region? The settings are iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn, iam_role_session_name, iam_role_external_id, iam_verify_writer",
      })
  void isRefusedAmongProperties(String name, String value, String message) {
    Properties properties = new Properties();
    properties.setProperty("jdbcUrl", config().getJdbcUrl());
    properties.setProperty("username", "app");
    properties.setProperty(name, value);

    assertThatThrownBy(() -> new IamHikariDataSource(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("RefusalsTest");
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1:" + server.getLocalPort() + "/d");
    config.setUsername("app");
    config.addDataSourceProperty("iam_host", ENDPOINT);
    config.setConnectionTimeout(1_000);
    return config;
  }

  private static Mistake mistake(Consumer<HikariConfig> make, String message) {
    return new Mistake(make, message);
  }

  private static Mistake property(String name, Object value, String message) {
    return mistake(config -> config.addDataSourceProperty(name, value), message);
  }

  private static Mistake dataSourceClass(String className, String message) {
    return mistake(
        config -> {
          config.setJdbcUrl(null);
          config.setDataSourceClassName(className);
        },
        "dataSourceClassName is " + className + ", " + message);
  }

  /** What somebody gets wrong, and the message. */
  record Mistake(Consumer<HikariConfig> make, String message) {

    private Mistake and(Consumer<HikariConfig> more) {
      return new Mistake(make.andThen(more), message);
    }

    @Override
    public String toString() {
      return message;
    }
  }

  /** Needs a jar that is not there. */
  public static final class Incomplete {

    public Incomplete() {
      throw new NoClassDefFoundError("com/example/Missing");
    }
  }

  /** Cannot be made. */
  public static final class Broken {

    public Broken() {
      throw new IllegalStateException("there is no licence");
    }
  }

  /** Has a property that needs a jar that is not there. */
  @SuppressWarnings("serial") // nobody writes it anywhere
  public static final class Grumpy extends PGSimpleDataSource {

    public void setLicence(String licence) {
      if (!licence.isEmpty()) {
        throw new NoClassDefFoundError("com/example/Missing");
      }
    }
  }
}
