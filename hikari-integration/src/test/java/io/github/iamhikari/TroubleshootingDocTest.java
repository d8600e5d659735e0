package io.github.iamhikari;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.mysql.cj.jdbc.MysqlDataSource;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.IamDriver;
import io.github.iamhikari.core.PostgresSslFactory;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.naming.NamingException;
import javax.naming.Reference;
import javax.naming.StringRefAddr;
import javax.net.ssl.SSLContext;
import javax.sql.DataSource;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Holds docs/troubleshooting.md to the code: each heading of ours begins a message that is produced
 * here, and each message that the code can throw or warn with is among them.
 */
class TroubleshootingDocTest {

  private static final Path ROOT = Path.of("..");

  private static final String HOST = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";
  private static final String URL = "jdbc:postgresql://" + HOST + "/orders";
  private static final String GLOBAL = "g.global-c9akciq32rgb.global.rds.amazonaws.com";

  private static final String CLUSTER = "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws";

  private static final AwsCredentialsProvider KEYS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

  /** Any text, as the log lines have it; headings have "..." instead. */
  private static final String GAP = "{}";

  private static final long YEAR_2100 = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

  /** What only a fault of this library, a driver or the JVM could say; it has no heading. */
  private static final Set<String> NEVER_SEEN =
      Set.of(
          "Flyway asks the type of the database behind the URL",
          "A file without a URL: {}",
          "Only a server at a socket is verified, since it has a name",
          "TLS is put on a socket that pgjdbc has connected",
          "The driver has not asked for a trust manager",
          "The driver has no X509ExtendedTrustManager for its roots",
          "The root certificates cannot be used",
          "There is no certificate",
          "No root certificates of {} come along",
          "The root certificates of {} are damaged",
          "The JVM has no X509ExtendedTrustManager",
          "nothing was read");

  private static final String ROLE = "arn:aws:iam::123456789012:role/orders";

  /** A heading, and what makes a message that it is for. */
  record Case(String heading, Action action) {
    @Override
    public String toString() {
      return heading;
    }
  }

  interface Action {
    void run() throws Exception;
  }

  /** What the cases said, each of which is run once. */
  private static final Map<Case, List<String>> said = new HashMap<>();

  private static final List<Case> CASES = allCases().toList();

  static Stream<Case> cases() {
    return CASES.stream();
  }

  private static Stream<Case> allCases() {
    return Stream.of(
        new Case("... is not a setting; did you mean ...?", () -> login(URL, "iam_regoin", "x")),
        new Case(
            "iam_host is \"...\", which is not the name of an RDS, Aurora or Aurora DSQL endpoint",
            () -> login(URL, "iam_host", "db.example.com")),
        new Case("iam_default_port is ...", () -> login(URL, "iam_default_port", "0")),
        new Case("iam_default_port is ...", () -> login(URL, "iam_default_port", "x")),
        new Case("iam_default_port is ...", () -> login(URL, "iam_default_port", "443")),
        new Case(
            "iam_region is \"...\", which is not the name of a region",
            () -> login(URL, "iam_region", "Ohio")),
        new Case("iam_expiration is ...", () -> login(URL, "iam_expiration", "901")),
        said(
            "... leads to a server that is not the writer: ...",
            HOST
                + " leads to a server that is not the writer: all 3 connections opened within 3 s"
                + " were read-only and were closed. After a failover a name may lead to the old writer"
                + " for up to a minute. Set networkaddress.cache.ttl to 5 s or less, and"
                + " connectionTimeout (or the login timeout) to more than that; if it never leads"
                + " to the writer, name the writer's endpoint or leave iam_verify_writer out."),
        said(
            "Interrupted while waiting for the writer", "Interrupted while waiting for the writer"),
        said("Interrupted while waiting to log in", "Interrupted while waiting to log in"),
        new Case(
            "... - ... leads to a server that is not the writer any more: ...",
            () ->
                builder()
                    .jdbcUrl(URL)
                    .demotionListener(() -> {})
                    .build()
                    .connectionFailed(
                        new SQLException(
                            "The server is running in read-only mode", "HY000", 1836))),
        new Case("iam_verify_writer is ...", () -> login(URL, "iam_verify_writer", "yes")),
        new Case(
            "iam_verify_writer is true, and ... is an endpoint of Aurora DSQL",
            () -> login("jdbc:postgresql://" + CLUSTER + "/postgres", "iam_verify_writer", "true")),
        new Case(
            "iam_verify_writer is true, and ... is not a writer's endpoint",
            () -> login(URL.replace(".c9", ".cluster-ro-c9"), "iam_verify_writer", "true")),
        new Case(
            "aws_profile is \"...\" and an AWS credentials provider is given",
            () -> login(URL, "aws_profile", "staging")),
        new Case(
            "iam_role_arn is not the ARN of a role", () -> login(URL, "iam_role_arn", "orders")),
        new Case(
            "iam_role_session_name is not the name of a session",
            () -> login(URL, "iam_role_session_name", "two words")),
        new Case(
            "iam_role_external_id is not an external ID",
            () -> login(URL, "iam_role_external_id", "?")),
        new Case(
            "... is set, and iam_role_arn is not",
            () -> login(URL, "iam_role_external_id", "tenant-7")),
        new Case(
            "iam_role_arn is of another partition than the region ...",
            () -> login(URL, "iam_role_arn", ROLE.replace("arn:aws:", "arn:aws-cn:"))),
        new Case(
            "iam_role_arn: no client of STS could be made: ...",
            () -> {
              System.setProperty("aws.endpointUrlSts", "not a URL");
              try {
                login(URL, "iam_role_arn", ROLE);
              } finally {
                System.clearProperty("aws.endpointUrlSts");
              }
            }),
        said(
            "iam_role_arn needs the AWS SDK's module for STS",
            "iam_role_arn needs the AWS SDK's module for STS, which is not on the class path; add"
                + " software.amazon.awssdk:sts"),
        new Case(
            "The host \"...\" in the JDBC URL is not the name of an RDS, Aurora or Aurora DSQL endpoint",
            () -> login("jdbc:postgresql://localhost/orders")),
        new Case(
            "The host \"...\" in the JDBC URL is the name of a VPC endpoint",
            () -> login("jdbc:postgresql://vpce-0a.dsql-1b7o.us-east-2.vpce.amazonaws.com/d")),
        new Case(
            "... is an endpoint of Aurora DSQL, which is not MySQL but PostgreSQL",
            () -> login("jdbc:mysql://" + CLUSTER + "/postgres")),
        new Case(
            "The JDBC URL names ..., and iam_host is ..., an endpoint of ...",
            () -> login(URL, "iam_host", CLUSTER)),
        new Case(
            "maxLifetime is negative", () -> builder().maxLifetime(Duration.ofMillis(-1)).build()),
        new Case(
            "... - The driver's own TLS does not tell Aurora DSQL which cluster is meant",
            () ->
                login("jdbc:postgresql://localhost/postgres?sslmode=require", "iam_host", CLUSTER)),
        new Case(
            "... - maxLifetime is ..., and Aurora DSQL ends a session after 60 minutes",
            () ->
                pool("jdbcUrl", "jdbc:postgresql://" + CLUSTER + "/postgres", "maxLifetime", "0")
                    .close()),
        said(
            "... is a global endpoint, whose name tells no region",
            GLOBAL
                + " is a global endpoint, whose name tells no region, and a module of the AWS SDK that"
                + " it takes to look up its writer's is not on the class path; add"
                + " software.amazon.awssdk:rds, or set iam_region to the region of the writer"),
        new Case(
            "No IAM token could be signed for ...: the region of the writer of ... could not be"
                + " looked up, since no AWS region is configured",
            () -> loginWithAwsRegion("")),
        new Case(
            "No IAM token could be signed for ...: the region of the writer of ... could not be"
                + " looked up in ...",
            () -> loginWithAwsRegion("us-east-2")),
        said(
            "... - Tokens are still signed for ..., the writer's last known region: ...",
            "orders - Tokens are still signed for us-east-2, the writer's last known region: the"
                + " region of the writer of "
                + GLOBAL
                + " could not be looked up in us-east-2, since RDS did not tell: Throttling; try"
                + " again in a moment, or set iam_region to the region of the writer"),
        new Case(
            "The JDBC URL may lead to several hosts", () -> login("jdbc:postgresql://a,b/orders")),
        new Case(
            "The JDBC URL names hosts with several ports",
            () -> login("jdbc:postgresql://a:1,b:2/orders", "iam_host", HOST)),
        new Case("It cannot be told where \"...\" connects to", () -> login(unknownDriver())),
        new Case("The port of \"...\" is not known here", () -> login("jdbc:pgsql://" + HOST)),
        new Case(
            "The port in the JDBC URL is ...", () -> login("jdbc:postgresql://" + HOST + ":x/")),
        new Case(
            "The port in the JDBC URL is ...", () -> login("jdbc:postgresql://" + HOST + ":443/")),
        new Case(
            "The port in the JDBC URL is ...", () -> login("jdbc:postgresql://" + HOST + ":0/")),
        new Case("The port in the JDBC URL is ...", () -> login("jdbc:mariadb://" + HOST + ":/")),
        new Case("No database user is named", () -> builder().jdbcUrl(URL).user(null).build()),
        new Case(
            "The JDBC URL names another user than the configuration",
            () -> login(URL + "?user=other")),
        new Case(
            "The database user ...; write the bare name",
            () -> builder().user("'app'").jdbcUrl(URL).build()),
        new Case(
            "... holds a placeholder ${...} that nobody has resolved",
            () -> login(URL, "iam_host", "${DB_HOST}")),
        new Case(
            "... holds a placeholder ${...} that nobody has resolved",
            () -> login("jdbc:postgresql://${DB_HOST}/orders")),
        new Case(
            "... has the driver log in with something else than the IAM token",
            () -> login(URL, "credentialType", "AWS-IAM")),
        new Case(
            "The JDBC URL begins with \"jdbc:aws-dsql:\", whose driver logs in with a token of its own",
            () -> login("jdbc:aws-dsql:postgresql://" + CLUSTER + "/postgres")),
        new Case(
            "The DataSource has a ..., which could be sent instead of the IAM token",
            () -> {
              MysqlDataSource driver = new MysqlDataSource();
              driver.setUrl("jdbc:mysql://" + HOST + "/orders");
              driver.setPassword1("hunter2");
              login(driver);
            }),
        new Case(
            "... is not a mode of ...; write ...", () -> login(URL + "?sslmode=VERIFY_IDENTITY")),
        new Case(
            "The DataSource's own URL holds ...",
            () -> login(new MariaDbDataSource("jdbc:mariadb://" + HOST + "/?iam_region=x"))),
        new Case(
            "HikariCP does not take the property ...: ...",
            () -> pool("jdbcUrl", URL, "driverClassName", "org.example.None").close()),
        new Case("HikariCP does not know the property ...; ...", () -> pool("url", URL).close()),
        new Case(
            "... - ... is an Aurora custom endpoint",
            () ->
                login(
                    "jdbc:postgresql://r.cluster-custom-c9akciq32rgb.us-east-2.rds.amazonaws.com/")),
        new Case("No JDBC URL is set", () -> builder().build()),
        new Case("The JDBC URL has none of the known forms", () -> login("db.example.com")),
        new Case("The JDBC URL does not begin with \"jdbc:\"", () -> login("postgresql://a/b")),
        new Case(
            "The JDBC URL begins with \"...\", which no driver takes",
            () -> login("jdbc:postgres://a/b")),
        new Case(
            "... does not take the JDBC URL, since it has no slash, or too many, around the host",
            () -> login("jdbc:postgresql://" + HOST)),
        new Case(
            "The JDBC URL has a user before its host", () -> login("jdbc:mariadb://app@" + HOST)),
        new Case("The JDBC URL names no host", () -> login("jdbc:postgresql:orders")),
        new Case(
            "The JDBC URL holds ... where no parameter begins",
            () -> login(URL + "?ssl=true&amp;iam_region=us-east-2")),
        new Case(
            "The JDBC URL's parameter ... has a name that MySQL's driver cannot read",
            () -> login("jdbc:mysql://" + HOST + "/orders?useSSL=true&amp;x=y")),
        new Case("The JDBC URL's host cannot be read", () -> login("jdbc:mysql://a:b:c/d")),
        new Case(
            "The JDBC URL's parameter ... has a broken percent-encoding",
            () -> login(URL + "?user=%zz")),
        new Case(
            "The JDBC URL's parameter ... is given twice; write it once",
            () -> login(URL + "?ssl=true&SSL=false")),
        new Case(
            "The JDBC URL's parameter ... could lead the driver to another server than the token"
                + " is signed for",
            () -> login(URL + "?host=b")),
        new Case(
            "The JDBC URL holds a password, which could be sent instead of the IAM token",
            () -> login(URL + "?password=hunter2")),
        new Case(
            "... could send the IAM token, which is a password, in clear text",
            () -> login(URL + "?sslmode=prefer")),
        new Case(
            "The DataSource's URL does not say how TLS is used, and holds a secret",
            () -> login(new MariaDbDataSource("jdbc:mariadb://" + HOST + "/?keyStorePassword=x"))),
        otherCredentials(),
        new Case(
            "The AWS credentials provider cannot be changed once the pool has started",
            () -> {
              try (IamHikariDataSource pool = pool("jdbcUrl", URL)) {
                pool.setAwsCredentialsProvider(null);
              }
            }),
        new Case(
            "No JDBC driver on the class path takes a URL that begins with \"...\"",
            () -> pool("jdbcUrl", "jdbc:oracle://" + HOST + ":1521/orders").close()),
        new Case(
            "The driver ... takes no URL that begins with \"...\"",
            () -> pool("jdbcUrl", URL, "driverClassName", "com.mysql.cj.jdbc.Driver").close()),
        new Case(
            "dataSourceClassName is ..., of which no instance can be made: ...",
            () -> pool("dataSourceClassName", "org.example.None").close()),
        new Case(
            "dataSourceClassName is ..., which is not a javax.sql.DataSource",
            () -> pool("dataSourceClassName", "org.postgresql.xa.PGXADataSource").close()),
        new Case(
            "dataSourceClassName is ..., which HikariCP uses instead of the jdbcUrl",
            () ->
                pool("jdbcUrl", URL, "dataSourceClassName", PGSimpleDataSource.class.getName())
                    .close()),
        new Case(
            "dataSourceClassName is ..., which does not take the property ...: ...",
            () ->
                pool(
                        "dataSourceClassName",
                        PGSimpleDataSource.class.getName(),
                        "dataSource.serverNaem",
                        HOST)
                    .close()),
        new Case(
            "dataSourceJNDI is ..., which JNDI does not know as a DataSource",
            () -> pool("dataSourceJNDI", "java:comp/env/jdbc/none").close()),
        new Case(
            "The JNDI resource has the attribute ..., which HikariCP does not know",
            () -> resource("url", URL)),
        new Case(
            "dataSourceJNDI is \"...\", and nothing is bound to that name",
            () -> resource("dataSourceJNDI", "java:comp/env/jdbc/none")),
        said(
            "dataSourceJNDI is \"...\", which is the name of a ...; write that of a"
                + " javax.sql.DataSource",
            "dataSourceJNDI is \"jdbc/text\", which is the name of a java.lang.String; write that of"
                + " a javax.sql.DataSource"),
        new Case("Cannot ... the property ... of a ...", () -> login(new Unreadable())),
        new Case(
            "Cannot find property file: ...", () -> new IamHikariDataSource("none.properties")),
        said("Cannot read property file: ...", "Cannot read property file: hikari.properties"),
        said(
            "AWS_WEB_IDENTITY_TOKEN_FILE asks for credentials by web identity",
            "AWS_WEB_IDENTITY_TOKEN_FILE asks for credentials by web identity, and the AWS SDK's"
                + " module for that is not on the class path; add software.amazon.awssdk:sts"),
        new Case("No IAM token could be signed for ...: ...", () -> loginWith(NO_CREDENTIALS)),
        new Case("... - No token could be signed for ...: ...", () -> loginWith(NO_CREDENTIALS)),
        new Case(
            "No IAM token could be signed for ...: the AWS credentials provider gave anonymous"
                + " credentials",
            () -> loginWith(AnonymousCredentialsProvider.create())),
        new Case(
            "No IAM token could be signed for ...: the AWS credentials provider gave session"
                + " credentials with an empty session token",
            () -> loginWith(() -> AwsSessionCredentials.create("AKIDEXAMPLE", "secret", ""))),
        new Case(
            "No IAM token could be signed for ...: the AWS credentials provider failed with ...",
            () ->
                loginWith(
                    () -> {
                      throw new NullPointerException();
                    })),
        new Case(
            "No IAM token could be signed for ...: the AWS credentials ran out at ...",
            () -> loginWith(OLD_CREDENTIALS)),
        new Case(
            "No IAM token could be signed for ...: no AWS credentials were found",
            () -> loginWith(AwsCredentialsProviderChain.of(NO_CREDENTIALS))),
        new Case(
            "No IAM token could be signed for ...: the role ... could not be assumed with AWS"
                + " credentials of ...: ...",
            () -> login(URL, "iam_role_arn", ROLE)),
        new Case(
            "No IAM token could be signed for ... within ... s: the AWS credentials provider has not"
                + " answered",
            () -> loginWhileCredentialsHang(1, 1_000)),
        new Case(
            "No IAM token could be signed for ...: the AWS credentials provider has not answered for"
                + " ... s",
            () ->
                loginWith(
                    () -> {
                      throw new IllegalStateException(
                          "the AWS credentials provider has not answered for 60 s");
                    })),
        new Case(
            "No IAM token could be signed for ...: the pool has been closed",
            () -> {
              IamDataSource closed = builder().jdbcUrl(URL).build();
              closed.close();
              closed.renewToken();
            }),
        new Case(
            "... - Connection is not available. No IAM token could be signed for ...: ...",
            () -> poolWithout(NO_CREDENTIALS).getConnection().close()),
        new Case(
            "... - Connection is not available, request timed out after ... A login waits for AWS"
                + " credentials",
            () -> loginWhileCredentialsHang(-1, 250)),
        new Case(
            "Interrupted while an IAM token was signed for ...",
            () -> {
              Thread.currentThread().interrupt();
              try {
                login(URL);
              } finally {
                Thread.interrupted();
              }
            }),
        new Case("The IAM login of ... was refused: ...", () -> login(URL)),
        new Case(
            "No IAM token of ... was sent, because the server is not verified: ...",
            () -> loginAtServerWith(HeldCertificate.Builder::rsa2048)),
        new Case(
            "... - No IAM token of ... was sent, because the server is not verified: ...",
            () -> loginAtServerWith(HeldCertificate.Builder::rsa2048)),
        new Case(
            "No IAM token of ...: the certificate of ... is by an authority that is not trusted"
                + " here",
            () ->
                loginAtServerWith(
                    certificate ->
                        certificate.signedBy(
                            new HeldCertificate.Builder().certificateAuthority(0).build()))),
        new Case(
            "No IAM token of ...: the certificate of ... is not for ... but for ...",
            () ->
                loginAtServerWith(
                    certificate -> certificate.addSubjectAlternativeName("db.example.com"))),
        new Case(
            "No IAM token of ...: the certificate of ... is self-signed",
            () -> loginAtServerWith(certificate -> certificate.signedBy(null))),
        new Case(
            "No IAM token of ...: the certificate of ... has expired",
            () -> loginAtServerWith(certificate -> certificate.validityInterval(0, 1))),
        new Case(
            "No IAM token of ...: the certificate of ... is not valid before ...",
            () ->
                loginAtServerWith(
                    certificate -> certificate.validityInterval(YEAR_2100, YEAR_2100 + 1))),
        new Case(
            "... - The connection is encrypted, and the server is not verified: this library comes"
                + " with no roots of ...",
            () -> login(URL.replace("us-east-2", "us-gov-west-1"))),
        new Case(
            "... - The connection is encrypted, and the server is not verified: ... is set",
            () -> login(URL.replace("jdbc:postgresql:", "jdbc:mysql:"), "keyStoreProvider", "BC")),
        new Case(
            "This class is for iam-hikari, which configures it by itself",
            () -> new PostgresSslFactory("")),
        new Case(
            "sslrootcert names a file that cannot be read, or holds no certificate",
            () -> loginWithRoots("no certificate")),
        said(
            "The root certificates cannot be written to a file",
            "The root certificates cannot be written to a file"),
        said("The JVM's trust store cannot be used", "The JVM's trust store cannot be used"),
        new Case("... - The IAM login of ... was refused: ...", () -> login(URL)),
        new Case(
            "... - Connection is not available. The IAM login of ... was refused: ...",
            () -> refusedPool().getConnection().close()),
        new Case(
            "... has been closed.",
            () -> {
              IamDataSource closed = builder().jdbcUrl(URL).build();
              closed.close();
              closed.getConnection();
            }),
        said("This Java has no ...", "This Java has no SHA-256"),
        said("This Java has no ...", "This Java has no HmacSHA256"),
        said("This Java has no ...", "This Java has no virtual threads"),
        new Case(
            "Set the log writer of java.sql.DriverManager",
            () -> plainDataSource().setLogWriter(null)),
        new Case("The driver has a logger of its own", () -> plainDataSource().getParentLogger()),
        new Case("This does not wrap a ...", () -> plainDataSource().unwrap(String.class)),
        new Case(
            "... - A password is configured; it is ignored, the IAM token is sent.",
            () -> login(URL, "password", "hunter2")),
        new Case(
            "... - A password is configured; it is ignored, the IAM token is sent.",
            () -> pool("jdbcUrl", URL, "password", "hunter2").close()),
        new Case(
            "... - The driver's own property user is ..., and username is ...; ... is used.",
            () -> login(URL, "user", "other")),
        new Case(
            "... - It cannot be told here whether the plugins of wrapperProfileName log in",
            () -> login(URL, "wrapperProfileName", "ours")),
        new Case(
            "... - The JDBC URL connects to the region ..., and iam_host is ..., in another region.",
            () -> login(URL, "iam_host", HOST.replace("us-east-2", "eu-west-1"))),
        new Case(
            "... - Tokens are signed for port ..., which is not that of ...",
            () -> login(URL, "iam_default_port", "3306")),
        new Case(
            "No JDBC driver on the class path takes the JDBC URL",
            () ->
                IamDataSource.builder()
                    .jdbcUrl("jdbc:none://" + HOST + ":5432/orders")
                    .user("app")
                    .awsCredentialsProvider(KEYS)
                    .build()
                    .getConnection()
                    .close()),
        new Case(
            "... is of version ..., which could send the token in clear text",
            TroubleshootingDocTest::connectByAnOldDriver),
        new Case("No JDBC URL is given", () -> new IamDriver().connect(null, new Properties())),
        new Case(
            "iam-hikari logs by SLF4J, not by java.util.logging",
            () -> new IamDriver().getParentLogger()),
        new Case(
            "... - It cannot be told here whether this driver uses TLS",
            () -> login("jdbc:pgsql://" + HOST + ":5432/orders")),
        new Case(
            "... - iam_region is ..., which is not the region in ...; ... is used.",
            () -> login(URL, "iam_region", "eu-west-1")),
        new Case(
            "... - The AWS SDK does not know the region ...; it is used.",
            () -> login(URL, "iam_region", "eu-atlantis-7")),
        new Case(
            "... - ... is ... in the JDBC URL and ... beside it; ... is used.",
            () -> login(URL + "?iam_expiration=60", "iam_expiration", "600")),
        new Case(
            "... is ... and dataSource.... is ...; ... is used.",
            () ->
                pool("jdbcUrl", URL, "iam_expiration", "60", "dataSource.iam_expiration", "600")
                    .close()),
        new Case(
            "... - The management bean of the IAM token cannot be registered",
            () -> {
              TokenMonitor monitor = new TokenMonitor("orders", builder().jdbcUrl(URL).build());
              monitor.registerMBean();
              monitor.registerMBean();
              monitor.close();
            }),
        said(
            "... - The AWS credentials provider did not close",
            "orders - The AWS credentials provider did not close"));
  }

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void hasAHeadingForAMessage(Case one) {
    assertThat(messagesOf(one)).anyMatch(message -> matches(one.heading + GAP, message));
  }

  @Test
  void hasNoHeadingForAMessageThatIsNotOurs() throws IOException {
    assertThat(headings(0))
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(cases().map(Case::heading).collect(toSet()));
  }

  @Test
  void leavesOutNoMessageThatIsThrownOrWarnedWith() throws IOException {
    List<String> produced = cases().flatMap(one -> messagesOf(one).stream()).toList();

    assertThat(messagesInTheSources())
        .hasSizeGreaterThan(40)
        .containsAll(NEVER_SEEN)
        .filteredOn(text -> !NEVER_SEEN.contains(text))
        .allSatisfy(text -> assertThat(produced).anyMatch(message -> matches(text, message)));
  }

  @ParameterizedTest
  @MethodSource("words")
  void hasAHeadingForTheWordsOfServersAndDrivers(String words) throws IOException {
    assertThat(headings(1)).anyMatch(heading -> matches(GAP + heading + GAP, words));
  }

  static Stream<String> words() {
    return Stream.of(
        "FATAL: PAM authentication failed for user \"app\"",
        "FATAL: unable to accept connection, access denied",
        "FATAL: IAM authentication failed for user \"app\"",
        "FATAL: IAM role orders does not exist",
        "FATAL: unable to accept connection, sni was not received",
        "Unable to accept connection, rate exceeded.",
        "FATAL: unable to accept connection, waking up cluster, please retry later",
        "Unable to accept connection, too many open connections.",
        "Access denied for user 'app'@'10.0.3.17' (using password: YES)",
        "FATAL: password authentication failed for user \"app\"",
        "FATAL: pg_hba.conf rejects connection for host \"h\", user \"app\", database \"d\", no"
            + " encryption",
        "FATAL: no pg_hba.conf entry for host \"h\", user \"app\", database \"d\", no encryption",
        "The server does not support SSL.",
        "HikariPool-1 - Connection is not available, request timed out after 30000ms.",
        "Failed to initialize pool: The IAM login of user \"app\" was refused",
        "Client does not support authentication protocol requested by server; consider upgrading",
        "SSL error: PKIX path building failed: unable to find valid certification path",
        "The hostname 10.0.3.17 could not be verified by hostnameverifier PgjdbcHostnameVerifier.",
        "Unable to load credentials from any of the providers in the chain");
  }

  private static final AwsCredentialsProvider NO_CREDENTIALS =
      () -> {
        throw new IllegalStateException("there are none");
      };

  private static final AwsCredentialsProvider OLD_CREDENTIALS =
      () ->
          AwsSessionCredentials.builder()
              .accessKeyId("AKIDEXAMPLE")
              .secretAccessKey("secret")
              .sessionToken("session")
              .expirationTime(Instant.EPOCH)
              .build();

  /** A message that cannot be had here: only the heading and the sources are held to it. */
  private static Case said(String heading, String message) {
    return new Case(
        heading,
        () -> {
          throw new IllegalStateException(message);
        });
  }

  private static Case otherCredentials() {
    String heading = "credentialsProvider is set to a ...";
    if (!OtherCredentials.areKnown()) {
      return said(
          heading,
          "credentialsProvider is set to a com.example.Provider, which HikariCP would ask instead of"
              + " signing an IAM token; leave it out");
    }
    return new Case(
        heading,
        () -> {
          HikariConfig config = new HikariConfig();
          config.setJdbcUrl(URL);
          OtherCredentials.set(config);
          new IamHikariDataSource(config, KEYS).close();
        });
  }

  /** What an action throws, with all causes, and what it warns of. */
  private static List<String> messagesOf(Case one) {
    return said.computeIfAbsent(one, unsaid -> messagesOf(unsaid.action));
  }

  private static List<String> messagesOf(Action action) {
    List<String> messages = new ArrayList<>();
    Logger logger = (Logger) LoggerFactory.getLogger("io.github.iamhikari");
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    try {
      action.run();
    } catch (Exception e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        messages.add(String.valueOf(cause.getMessage()));
      }
    } finally {
      logger.detachAppender(appender);
    }
    appender.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .forEach(event -> messages.add(event.getFormattedMessage()));
    return messages;
  }

  private static boolean matches(String textWithGaps, String message) {
    String pattern =
        Stream.of(textWithGaps.split("\\.{3}(?!\\.)|\\{}", -1))
            .map(Pattern::quote)
            .collect(joining(".*"));
    return Pattern.compile(pattern, Pattern.DOTALL).matcher(message).matches();
  }

  /** Those of our messages, before a heading, and those of others, behind it. */
  private static List<String> headings(int part) throws IOException {
    String document = Files.readString(ROOT.resolve("docs/troubleshooting.md"));
    String text = document.split("\n## Messages of servers and drivers\n", -1)[part];
    return text.lines()
        .filter(line -> line.startsWith("### "))
        .map(line -> line.substring(4))
        .toList();
  }

  /** The first argument of each exception that is made and each warning, with its gaps. */
  private static Set<String> messagesInTheSources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "hikari-integration")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
      }
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> messages = new ArrayList<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      for (CompilationUnitTree source : task.parse()) {
        source.accept(new MessageScanner(messages), null);
      }
    }
    return messages.stream().filter(text -> text.matches("(?s).*[a-z]{3}.*")).collect(toSet());
  }

  private static final class MessageScanner extends TreeScanner<@Nullable Void, @Nullable Void> {

    private final List<String> messages;

    private MessageScanner(List<String> messages) {
      this.messages = messages;
    }

    @Override
    public @Nullable Void visitNewClass(NewClassTree node, @Nullable Void nothing) {
      if (node.getIdentifier().toString().endsWith("Exception") && !node.getArguments().isEmpty()) {
        messages.addAll(texts(node.getArguments().get(0)));
      }
      return super.visitNewClass(node, null);
    }

    @Override
    public @Nullable Void visitMethodInvocation(MethodInvocationTree node, @Nullable Void nothing) {
      if (node.getMethodSelect().toString().matches("logger\\.(warn|error)")) {
        messages.addAll(texts(node.getArguments().get(0)));
      }
      if (node.getMethodSelect().toString().equals("warnings.accept")) {
        texts(node.getArguments().get(0)).forEach(text -> messages.add("{} - " + text));
      }
      return super.visitMethodInvocation(node, null);
    }

    private static List<String> texts(ExpressionTree expression) {
      if (expression instanceof LiteralTree literal) {
        return List.of(String.valueOf(literal.getValue()));
      }
      if (expression instanceof ConditionalExpressionTree either) {
        return Stream.of(either.getTrueExpression(), either.getFalseExpression())
            .flatMap(text -> texts(text).stream())
            .toList();
      }
      if (expression instanceof ParenthesizedTree inner) {
        return texts(inner.getExpression());
      }
      if (expression instanceof MethodInvocationTree call
          && call.getMethodSelect().toString().equals("String.format")) {
        return texts(call.getArguments().get(1)).stream() // behind the Locale
            .map(text -> text.replaceAll("%[sd]", "{}").replace("%%", "%"))
            .toList();
      }
      if (expression instanceof BinaryTree sum) {
        return texts(sum.getLeftOperand()).stream()
            .flatMap(left -> texts(sum.getRightOperand()).stream().map(right -> left + right))
            .toList();
      }
      if (expression instanceof MethodInvocationTree call
          && call.getMethodSelect() instanceof MemberSelectTree method
          && method.getIdentifier().contentEquals("format")) {
        return texts(call.getArguments().get(1)).stream() // behind the locale
            .map(text -> text.replaceAll("%[a-z]", "{}"))
            .toList();
      }
      return List.of(GAP);
    }
  }

  /** The driver of these refuses each token. */
  private static IamDataSource.Builder builder() {
    return IamDataSource.builder()
        .user("app")
        .awsCredentialsProvider(KEYS)
        .driver((url, properties) -> unknownDriver());
  }

  /** A pool without connections. */
  private static IamHikariDataSource refusedPool() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(URL);
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    return new IamHikariDataSource(
        config, logins -> logins.driver((url, properties) -> unknownDriver()));
  }

  private static IamHikariDataSource poolWithout(AwsCredentialsProvider provider) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(URL);
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(-1);
    return new IamHikariDataSource(config, provider);
  }

  /** A pool, and a caller, for whom no AWS credentials come in time. */
  private static void loginWhileCredentialsHang(
      long initializationFailTimeout, long connectionTimeout) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(URL);
    config.setUsername("app");
    config.setMinimumIdle(0);
    config.setInitializationFailTimeout(initializationFailTimeout);
    config.setConnectionTimeout(connectionTimeout);
    FaultyCredentials credentials = new FaultyCredentials(AccessKey.random());
    FaultyCredentials.Hang hang = credentials.hang();
    try (IamHikariDataSource pool = new IamHikariDataSource(config, credentials)) {
      pool.getConnection().close();
    } finally {
      hang.end();
    }
  }

  private static void login(String url, String... namesAndValues) throws SQLException {
    builder().jdbcUrl(url).properties(properties(namesAndValues)).build().getConnection().close();
  }

  /** At a global endpoint, where AWS is out of reach. */
  private static void loginWithAwsRegion(String region) throws SQLException {
    Map<String, String> settings =
        Map.of(
            "aws.region", region,
            "aws.disableEc2Metadata", "true",
            "aws.configFile", "no-such-file",
            "aws.endpointUrlRds", "http://127.0.0.1:1");
    settings.forEach(System::setProperty);
    try {
      login("jdbc:postgresql://" + GLOBAL + "/orders");
    } finally {
      settings.keySet().forEach(System::clearProperty);
    }
  }

  private static void login(DataSource driver) throws SQLException {
    builder().dataSource(driver).build().getConnection().close();
  }

  private static void loginWith(AwsCredentialsProvider provider) throws SQLException {
    builder().jdbcUrl(URL).awsCredentialsProvider(provider).build().getConnection().close();
  }

  /** A login through a tunnel, by PostgreSQL's driver, at a server that shows a certificate. */
  private static void loginAtServerWith(UnaryOperator<HeldCertificate.Builder> certificate)
      throws Exception {
    HeldCertificate root = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate shown = certificate.apply(new HeldCertificate.Builder().signedBy(root)).build();
    loginWithRoots(
        root.certificatePem(),
        new HandshakeCertificates.Builder().heldCertificate(shown).build().sslContext());
  }

  private static void loginWithRoots(String pem) throws Exception {
    loginWithRoots(pem, new HandshakeCertificates.Builder().build().sslContext());
  }

  private static void loginWithRoots(String pem, SSLContext certificate) throws Exception {
    Path roots = Files.createTempFile("roots", ".pem");
    try (Impostor server = new Impostor(Impostor.Protocol.POSTGRESQL, certificate)) {
      Files.writeString(roots, pem);
      IamDataSource.builder()
          .jdbcUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/orders")
          .properties(properties("iam_host", HOST, "sslrootcert", roots.toString()))
          .user("app")
          .awsCredentialsProvider(KEYS)
          .build()
          .getConnection()
          .close();
    } finally {
      Files.delete(roots);
    }
  }

  private static DataSource plainDataSource() {
    return IamDataSource.builder().jdbcUrl(URL).user("app").awsCredentialsProvider(KEYS).build();
  }

  private static DataSource unknownDriver() {
    return (DataSource)
        Proxy.newProxyInstance(
            TroubleshootingDocTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              throw new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");
            });
  }

  private static IamHikariDataSource pool(String... namesAndValues) {
    Properties properties = properties(namesAndValues);
    properties.setProperty("username", "app");
    properties.setProperty("initializationFailTimeout", "-1"); // it connects to nothing
    properties.setProperty("minimumIdle", "0");
    return new IamHikariDataSource(properties);
  }

  private static void resource(String name, String value) throws NamingException {
    Reference reference = new Reference("javax.sql.DataSource");
    reference.add(new StringRefAddr(name, value));
    new IamHikariJNDIFactory().getObjectInstance(reference, null, null, null);
  }

  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }

  /** Such as some tools bring along. */
  private static void connectByAnOldDriver() throws SQLException {
    Driver current = DriverManager.getDriver("jdbc:mysql://" + HOST + "/orders");
    Driver old =
        new com.mysql.cj.jdbc.Driver() {
          @Override
          public int getMajorVersion() {
            return 5;
          }
        };
    try {
      DriverManager.deregisterDriver(current);
      DriverManager.registerDriver(old);
      new IamDriver().connect("jdbc:iam:mysql://" + HOST + "/orders?user=app", new Properties());
    } finally {
      DriverManager.deregisterDriver(old);
      DriverManager.registerDriver(current);
    }
  }

  /** Does not tell its URL. */
  @SuppressWarnings("serial") // nobody writes it anywhere
  public static final class Unreadable extends PGSimpleDataSource {
    @Override
    public String getUrl() {
      throw new IllegalStateException("the URL is broken");
    }
  }
}
