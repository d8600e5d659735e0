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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
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
class RefusalsTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final String SETTINGS =
      "iam_host, iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn,"
          + " iam_role_session_name, iam_role_external_id, iam_verify_writer";

  private static final String PASSWORD =
      "The JDBC URL holds a password, which could be sent instead of the IAM token;"
          + " take it out of the URL";

  private static final String SEVERAL =
      "The JDBC URL may lead to several hosts, and a token fits one endpoint; name one host"
          + " alone, or set iam_host to the endpoint that stands for all of them";

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
        set("iam_default_port", "0", "iam_default_port is 0; write a port from 1 to 65535"),
        set("iam_default_port", 65_536, "iam_default_port is 65536; write a port from 1 to 65535"),
        set("iam_default_port", "x", "iam_default_port is \"x\"; write a port from 1 to 65535"),
        set(
            "iam_default_port",
            443,
            "iam_default_port is 443, which no database endpoint has; write the database's own"
                + " port in iam_default_port"),
        set(
            "iam_expiration",
            901,
            "iam_expiration is 901; write a number of seconds from 0 to 900, since no token lives"
                + " longer"),
        set(
            "iam_expiration",
            "15m",
            "iam_expiration is \"15m\"; write a number of seconds from 0 to 900"),
        set(
            "iam_regoin",
            "us-east-2",
            "iam_regoin is not a setting; did you mean iam_region? The settings are " + SETTINGS),
        set(
            "iam_region",
            "Ohio",
            "iam_region is \"ohio\", which is not the name of a region; write one such as"
                + " \"us-east-2\""),
        set(
            "iam_host",
            "db.example.com",
            "iam_host is \"db.example.com\", which is not the name of an RDS, Aurora or"
                + " Aurora DSQL endpoint; write one such as \""
                + ENDPOINT
                + "\""),
        set(
            "iam_host",
            "orders.c9akciq32rgb.us-nowhere-2a.rds.amazonaws.com",
            "iam_host is \"orders.c9akciq32rgb.us-nowhere-2a.rds.amazonaws.com\", which is not the"
                + " name of an RDS, Aurora or Aurora DSQL endpoint; write one such as \""
                + ENDPOINT
                + "\""),
        notAnEndpoint("127.0.0.1"),
        notAnEndpoint("localhost"),
        mistake(
            "no user",
            config -> config.setUsername(null),
            "No database user is named; set username to the one that logs in with IAM"),
        mistake(
            "two users",
            config -> config.setJdbcUrl(config.getJdbcUrl() + "?user=other"),
            "The JDBC URL names another user than the configuration, which names \"app\"; leave one"
                + " out"),
        mistake(
            "a user in quotes",
            config -> config.setUsername("'app'"),
            "The database user is in quotes; write the bare name, for which the token is signed"),
        set(
            "aws_profil",
            "staging",
            "aws_profil is not a setting; did you mean aws_profile? The settings are " + SETTINGS),
        set(
            "credentialType",
            "AWS-IAM",
            "credentialType has the driver log in with something else than the IAM token; take it"
                + " out"),
        url(
            "postgresql",
            "127.0.0.1:PORT",
            "PostgreSQL's driver does not take the JDBC URL, since it has no slash, or too many,"
                + " around the host; write jdbc:postgresql://host:port/database"),
        url(
            "postgresql",
            "app:hunter2/pw@127.0.0.1:PORT/d",
            "The port in the JDBC URL is not a number from 1 to 65535; write"
                + " jdbc:protocol://host:port/database, without a password"),
        url(
            "postgres",
            "127.0.0.1:PORT/d",
            "The JDBC URL begins with \"jdbc:postgres:\", which no driver takes; did you mean"
                + " \"jdbc:postgresql:\"?"),
        mistake(
            "a setting in a DataSource's own URL",
            config -> {
              MysqlDataSource dataSource = new MysqlDataSource();
              dataSource.setUrl("jdbc:mysql://127.0.0.1/d?iam_region=eu-west-1");
              config.setDataSource(dataSource);
            },
            "The DataSource's own URL holds iam_region, which is not for the driver; set it as a"
                + " data source property of the pool"),
        url(
            "postgresql",
            "127.0.0.1:PORT/d?iamRegion=eu-west-1",
            "iamRegion is not a setting; did you mean iam_region? The settings are " + SETTINGS),
        url("postgresql", "127.0.0.1:PORT/d?password=hunter2", PASSWORD),
        url("mysql", "127.0.0.1:PORT/d?password=hunter2", PASSWORD),
        url("mysql", "app:hunter2@127.0.0.1:PORT/d", PASSWORD),
        url("mysql", "(host=127.0.0.1,port=PORT,password=hunter2)/d", PASSWORD),
        url("mariadb", "127.0.0.1:PORT/d?password=hunter2", PASSWORD),
        url("postgresql", "127.0.0.1:PORT,localhost:PORT/d", SEVERAL).withoutHost(),
        url("mysql:loadbalance", "127.0.0.1:PORT/d", SEVERAL).withoutHost(),
        url("mysql:replication", "127.0.0.1:PORT,127.0.0.1:PORT/d", SEVERAL).withoutHost(),
        url("mysql+srv", "127.0.0.1/d", SEVERAL).withoutHost(),
        url("mariadb:sequential", "127.0.0.1:PORT/d", SEVERAL).withoutHost(),
        url(
            "postgresql",
            "127.0.0.1:PORT,localhost/d",
            "The JDBC URL names hosts with several ports, and a token is signed for one; set"
                + " iam_default_port to the endpoint's port"),
        url(
            "postgresql",
            "localhost:1/d?host=127.0.0.1",
            "The JDBC URL's parameter host could lead the driver to another server than the token"
                + " is signed for; write jdbc:postgresql://host:port/database"),
        url(
            "postgresql",
            "127.0.0.1:1/d?port=2",
            "The JDBC URL's parameter port could lead the driver to another server than the token"
                + " is signed for; write jdbc:postgresql://host:port/database"),
        url(
            "postgresql",
            "127.0.0.1:99999/d",
            "The port in the JDBC URL is \"99999\"; write one from 1 to 65535"),
        url(
            "postgresql",
            "127.0.0.1:443/d",
            "The port in the JDBC URL is 443, which no database endpoint has; write the"
                + " database's own port in iam_default_port"),
        url(
            "mysql",
            "127.0.0.1:PORT/d?sslMode=REQUIRED&sslMode=DISABLED",
            "The JDBC URL's parameter sslMode is given twice; write it once"),
        url(
            "other",
            "127.0.0.1/d",
            "The port of \"other\" is not known here; set iam_default_port to the endpoint's port"),
        url(
            "other",
            "127.0.0.1:PORT/d",
            "No JDBC driver on the class path takes a URL that begins with \"jdbc:other:\"; add the"
                + " driver as a dependency, or put its jar beside that of iam-hikari"),
        clear("postgresql", "sslmode=disable", "sslmode=require"),
        clear("postgresql", "sslmode=allow", "sslmode=require"),
        clear("postgresql", "sslmode=prefer", "sslmode=require"),
        clear("postgresql", "ssl=false", "sslmode=require"),
        clear("mysql", "sslMode=DISABLED", "sslMode=REQUIRED"),
        clear("mysql", "sslMode=PREFERRED", "sslMode=REQUIRED"),
        clear("mysql", "useSSL=false", "sslMode=REQUIRED"),
        clear("mariadb", "sslMode=disable", "sslMode=trust"),
        clear("mariadb", "sslMode=allow", "sslMode=trust"),
        clear("mariadb", "useSsl=false", "sslMode=trust"),
        set(
            "sslmode",
            "prefer",
            "sslmode=prefer could send the IAM token, which is a password, in clear text; write"
                + " sslmode=require or stricter"),
        set(
            "aws_profile",
            "staging",
            "aws_profile is \"staging\" and an AWS credentials provider is given; leave one out"),
        mistake(
            "a driver for another URL",
            config -> config.setDriverClassName("com.mysql.cj.jdbc.Driver"),
            "The driver com.mysql.cj.jdbc.Driver takes no URL that begins with"
                + " \"jdbc:postgresql:\"; leave driverClassName out, or write the one of the driver"
                + " for it"),
        mistake(
            "a data source class that is missing",
            config -> config.setDataSourceClassName("com.example.NoDataSource"),
            "dataSourceClassName is com.example.NoDataSource, of which no instance can be made: the"
                + " class com.example.NoDataSource is not on the class path"),
        mistake(
            "a data source class that needs a class that is missing",
            config -> config.setDataSourceClassName(Incomplete.class.getName()),
            "dataSourceClassName is io.github.iamhikari.RefusalsTest$Incomplete, of which no"
                + " instance can be made: the class com.example.Missing is not on the class path"),
        mistake(
            "a data source class whose constructor fails",
            config -> config.setDataSourceClassName(Broken.class.getName()),
            "dataSourceClassName is io.github.iamhikari.RefusalsTest$Broken, of which no instance"
                + " can be made: there is no licence"),
        mistake(
                "a data source class for XA",
                config -> config.setDataSourceClassName("org.postgresql.xa.PGXADataSource"),
                "dataSourceClassName is org.postgresql.xa.PGXADataSource, which is not a"
                    + " javax.sql.DataSource, and a pool needs one; write"
                    + " org.postgresql.ds.PGSimpleDataSource")
            .withoutUrl(),
        mistake(
                "a driver as data source class",
                config -> config.setDataSourceClassName("com.mysql.cj.jdbc.Driver"),
                "dataSourceClassName is com.mysql.cj.jdbc.Driver, which is not a javax.sql.DataSource, and"
                    + " a pool needs one; write com.mysql.cj.jdbc.MysqlDataSource")
            .withoutUrl(),
        mistake(
            "another class as data source class",
            config -> config.setDataSourceClassName("java.util.ArrayList"),
            "dataSourceClassName is java.util.ArrayList, which is not a javax.sql.DataSource, and a pool"
                + " needs one; write the name of the driver's class that is one"),
        mistake(
            "a data source class beside a JDBC URL",
            config -> config.setDataSourceClassName(PGSimpleDataSource.class.getName()),
            "dataSourceClassName is org.postgresql.ds.PGSimpleDataSource, which HikariCP uses"
                + " instead of the jdbcUrl, and nothing says where it connects to; leave"
                + " dataSourceClassName out, or write dataSource.serverName in place of the"
                + " jdbcUrl"),
        mistake(
            "MariaDB's data source class beside a JDBC URL",
            config -> config.setDataSourceClassName(MariaDbDataSource.class.getName()),
            "dataSourceClassName is org.mariadb.jdbc.MariaDbDataSource, which HikariCP uses instead"
                + " of the jdbcUrl, and nothing says where it connects to; leave"
                + " dataSourceClassName out, or write dataSource.url in place of the jdbcUrl"),
        mistake(
                "a data source property that is unknown",
                config -> {
                  config.setDataSourceClassName(PGSimpleDataSource.class.getName());
                  config.addDataSourceProperty("serverNaem", "127.0.0.1");
                },
                "dataSourceClassName is org.postgresql.ds.PGSimpleDataSource, which does not take the"
                    + " property serverNaem: it has no property of that name; did you mean serverName?")
            .withoutUrl(),
        mistake(
                "a data source property with a value of the wrong kind",
                config -> {
                  config.setDataSourceClassName(PGSimpleDataSource.class.getName());
                  config.addDataSourceProperty("connectTimeout", "hunter2");
                },
                "dataSourceClassName is org.postgresql.ds.PGSimpleDataSource, which does not take the"
                    + " property connectTimeout: its value is not a valid one")
            .withoutUrl(),
        mistake(
            "a data source property whose setter fails",
            config -> {
              config.setDataSourceClassName(Grumpy.class.getName());
              config.addDataSourceProperty("licence", "hunter2");
            },
            "dataSourceClassName is io.github.iamhikari.RefusalsTest$Grumpy, which does not take the"
                + " property licence: the class com.example.Missing is not on the class path"),
        mistake(
            "a data source that does not know its server",
            config -> config.setDataSource(new MariaDbDataSource()),
            "The port of \"org.mariadb.jdbc.MariaDbDataSource\" is not known here; set"
                + " iam_default_port to the endpoint's port"),
        mistake(
            "a JNDI name that is unknown",
            config -> {
              config.setJdbcUrl(null);
              config.setDataSourceJNDI("java:comp/env/jdbc/orders");
            },
            "dataSourceJNDI is java:comp/env/jdbc/orders, which JNDI does not know as a DataSource"));
  }

  static Stream<Mistake> mistakesSinceHikariCp7() {
    return OtherCredentials.areKnown()
        ? Stream.of(
            mistake(
                "another credentials provider",
                OtherCredentials::set,
                "credentialsProvider is set to a "
                    + OtherCredentials.className()
                    + ", which HikariCP would ask instead of signing an IAM token; leave it out"))
        : Stream.empty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"mistakes", "mistakesSinceHikariCp7"})
  void isRefused(Mistake mistake) {
    HikariConfig config = config();
    mistake.make.accept(config, server.getLocalPort());

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
            "HikariCP does not take the property driverClassName: "
                + "(the class|Failed to load driver class) org\\.example\\.None .+");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "driverClassName | io.github.iamhikari.RefusalsTest$Broken | HikariCP does not take the property driverClassName: there is no licence",
        "driverClassName | io.github.iamhikari.RefusalsTest$Incomplete | HikariCP does not take the property driverClassName: the class com.example.Missing is not on the class path",
        "maximumPoolSize | many | HikariCP does not take the property maximumPoolSize: For input string: \"many\"",
        "maximumPoolSize | 0 | HikariCP does not take the property maximumPoolSize: maxPoolSize cannot be less than 1",
        "maxPoolSize | 5 | HikariCP does not know the property maxPoolSize; did you mean maximumPoolSize?",
        "url | x | HikariCP does not know the property url; did you mean jdbcUrl?",
        "jdbc-url | x | HikariCP does not know the property jdbc-url; did you mean jdbcUrl?",
        "user | x | HikariCP does not know the property user; did you mean username?",
        "userName | x | HikariCP does not know the property userName; did you mean username?",
        "connectTimeout | 5 | HikariCP does not know the property connectTimeout; did you mean dataSource.connectTimeout?",
        "sslmode | verify-full | HikariCP does not know the property sslmode; did you mean dataSource.sslmode?",
        "applicationName | x | HikariCP does not know the property applicationName; did you mean dataSource.ApplicationName?",
        "host | x | HikariCP does not know the property host; did you mean jdbcUrl, which names host, port and database, or dataSource.serverName of a dataSourceClassName?",
        "port | 5432 | HikariCP does not know the property port; did you mean jdbcUrl, which names host, port and database, or dataSource.portNumber of a dataSourceClassName?",
        "database | x | HikariCP does not know the property database; did you mean jdbcUrl, which names host, port and database, or dataSource.databaseName of a dataSourceClassName?",
        "somethingElse | x | HikariCP does not know the property somethingElse; leave it out, or write dataSource.somethingElse if it is the driver's",
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

  private static Mistake mistake(String name, Consumer<HikariConfig> make, String message) {
    return new Mistake(name, (config, port) -> make.accept(config), message);
  }

  private static Mistake set(String setting, Object value, String message) {
    return mistake(
        setting + "=" + value, config -> config.addDataSourceProperty(setting, value), message);
  }

  private static Mistake url(String protocol, String rest, String message) {
    String url = "jdbc:" + protocol + "://" + rest;
    return new Mistake(
        url,
        (config, port) -> config.setJdbcUrl(url.replace("PORT", Integer.toString(port))),
        message);
  }

  private static Mistake clear(String protocol, String parameter, String remedy) {
    return url(
        protocol,
        "127.0.0.1:PORT/d?" + parameter,
        parameter
            + " could send the IAM token, which is a password, in clear text; write "
            + remedy
            + " or stricter");
  }

  private static Mistake notAnEndpoint(String host) {
    return url(
            "postgresql",
            host + ":PORT/d",
            "The host \""
                + host
                + "\" in the JDBC URL is not the name of an RDS, Aurora or Aurora DSQL endpoint, and a"
                + " token is signed for that name; set iam_host to it, such as \""
                + ENDPOINT
                + "\"")
        .withoutHost();
  }

  /** What somebody gets wrong, given the port of the server, and what they are told. */
  record Mistake(String name, BiConsumer<HikariConfig, Integer> make, String message) {

    private Mistake withoutUrl() {
      return new Mistake(name, make.andThen((config, port) -> config.setJdbcUrl(null)), message);
    }

    private Mistake withoutHost() {
      return new Mistake(
          name,
          make.andThen((config, port) -> config.addDataSourceProperty("iam_host", "")),
          message);
    }

    @Override
    public String toString() {
      return name;
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
