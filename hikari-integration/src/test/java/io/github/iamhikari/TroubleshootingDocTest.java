package io.github.iamhikari;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Each heading of docs/troubleshooting.md is a part of a message that a real failure produces. */
class TroubleshootingDocTest {

  private static final String HOST = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";
  private static final String URL = "jdbc:postgresql://" + HOST + "/orders";
  private static final String DSQL =
      "jdbc:postgresql://abcdefghij0123456789klmnop.dsql.us-east-2.on.aws/postgres";

  private static final String NO_TOKEN = "Could not sign an IAM token for ";
  private static final String REFUSED = "IAM login failed for ";
  private static final String UNVERIFIED = "No IAM token was sent for ";

  private static final AwsCredentialsProvider KEYS =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  /** A heading, how the message that it is for begins, and what produces that. */
  record Case(String heading, String begin, ThrowingCallable action) {
    @Override
    public String toString() {
      return heading;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(configurations(), credentials(), certificates(), answers())
        .flatMap(cases -> cases);
  }

  private static Stream<Case> configurations() {
    String endpoint = "an RDS, Aurora or Aurora DSQL endpoint";
    return Stream.of(
        login("... is not a setting; did you mean ...?", URL, "iam_regoin", "x"),
        pool("... is not a HikariCP property", "url", URL),
        login(
            "The host \"...\" in the JDBC URL is not " + endpoint, "jdbc:postgresql://localhost/d"),
        login("Tokens are signed for port ...", URL, "iam_default_port", "3306"),
        login("iam_region is ..., which is not the region in ...", URL, "iam_region", "eu-west-1"),
        new Case("No database user is set", "", () -> builder().jdbcUrl(URL).user(null).build()),
        login("The JDBC URL contains a password", URL + "?password=hunter2"),
        login(
            "... could send the IAM token, which is a password, in clear text",
            URL + "?sslmode=prefer"),
        pool(
            "No JDBC driver on the class path accepts URLs that start with \"...\"",
            "jdbcUrl",
            "jdbc:oracle://" + HOST + ":1521/orders"),
        login(
            "The connection is encrypted, but the server is not verified",
            URL.replace("us-east-2", "us-gov-west-1")));
  }

  private static Stream<Case> credentials() {
    AwsCredentialsProvider none = ProfileCredentialsProvider.create("none");
    FaultyCredentials ended = new FaultyCredentials(AccessKey.random());
    ended.give(new AccessKey("AKIDEXAMPLE", "secret", "session"), Instant.EPOCH);
    String global = "jdbc:postgresql://g.global-c9akciq32rgb.global.rds.amazonaws.com/orders";
    return Stream.of(
        signing("no AWS credentials were found", AwsCredentialsProviderChain.of(none)),
        signing("the AWS credentials expired at ...", ended),
        new Case(
            "the AWS credentials provider did not answer",
            NO_TOKEN,
            () -> borrowWhileCredentialsHang(1, 1_000)),
        login(
            "could not assume the role ...",
            URL,
            "iam_role_arn",
            "arn:aws:iam::123456789012:role/orders"),
        login("could not look up the writer's region for ...", global));
  }

  private static Stream<Case> certificates() {
    HeldCertificate stranger = new HeldCertificate.Builder().certificateAuthority(0).build();
    return Stream.of(
        shown(
            "... is from an authority that is not trusted here", shown -> shown.signedBy(stranger)),
        shown(
            "the certificate of ... is not for ...",
            shown -> shown.addSubjectAlternativeName("db.example.com")),
        shown("the certificate of ... has expired", shown -> shown.validityInterval(0, 1)),
        shown(
            "the certificate of ... is not valid before",
            shown -> shown.validityInterval(4_102_444_800_000L, 4_102_444_801_000L)),
        shown(
            "PKIX path building failed",
            shown -> shown.signedBy(stranger),
            "sslmode",
            "verify-ca"));
  }

  private static Stream<Case> answers() {
    String mysql = URL.replace("postgresql", "mysql");
    return Stream.of(
        answer(URL, "28000", "PAM authentication failed for user \"...\""),
        answer(mysql, "28000", "Access denied for user '...'"),
        answer(URL, "28P01", "password authentication failed for user \"...\""),
        answer(URL, "28000", "pg_hba.conf rejects connection for host \"...\", ... no encryption"),
        answer(URL, "08006", "The server does not support SSL"),
        answer(DSQL, "28000", "unable to accept connection, access denied"),
        answer(DSQL, "08006", "unable to accept connection, sni was not received"),
        answer(DSQL, "53400", "Unable to accept connection, rate exceeded"),
        new Case("... no longer leads to the writer", "", TroubleshootingDocTest::writeAtAReader),
        new Case(
            "Connection is not available, request timed out after ...",
            "",
            () -> borrowWhileCredentialsHang(-1, 250)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void aFailureSaysWhatTheHeadingSays(Case one) {
    assertThat(messages(one.action))
        .anyMatch(message -> message.startsWith(one.begin) && isFor(one.heading, message));
  }

  @Test
  void eachHeadingIsForAFailure() throws Exception {
    String page = Files.readString(Path.of("../docs/troubleshooting.md"));
    Stream<String> headings =
        Pattern.compile("(?m)^### (.*)$").matcher(page).results().map(heading -> heading.group(1));

    assertThat(headings)
        .doesNotHaveDuplicates()
        .containsExactlyInAnyOrderElementsOf(cases().map(Case::heading).collect(toSet()));
  }

  private static Case login(String heading, String url, String... setting) {
    return new Case(heading, "", () -> login(builder().jdbcUrl(url), setting));
  }

  private static Case signing(String heading, AwsCredentialsProvider provider) {
    return new Case(
        heading, NO_TOKEN, () -> login(builder().jdbcUrl(URL).awsCredentialsProvider(provider)));
  }

  private static Case pool(String heading, String name, String value) {
    Properties properties =
        properties(name, value, "username", "app", "initializationFailTimeout", "-1");
    return new Case(heading, "", () -> new IamHikariDataSource(properties).close());
  }

  /** A login through a tunnel, by PostgreSQL's driver, at a server that shows a certificate. */
  private static Case shown(
      String heading, UnaryOperator<HeldCertificate.Builder> change, String... setting) {
    return new Case(heading, UNVERIFIED, () -> loginAtServer(change, setting));
  }

  /** What a server says of a login, which our own message repeats. */
  private static Case answer(String url, String state, String words) {
    SQLException answer = new SQLException(words, state, words.startsWith("Access") ? 1045 : 0);
    return new Case(
        words,
        REFUSED,
        () -> login(builder().jdbcUrl(url).driver((ignored, properties) -> throwing(answer))));
  }

  private static boolean isFor(String heading, String message) {
    String parts =
        Stream.of(heading.split("\\.{3}", -1)).map(Pattern::quote).collect(joining(".*"));
    return Pattern.compile(parts, Pattern.DOTALL).matcher(message).find();
  }

  /** What an action throws, or HikariCP because of that, and what it warns of. */
  private static List<String> messages(ThrowingCallable action) {
    Logger logger = (Logger) LoggerFactory.getLogger("io.github.iamhikari");
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    logger.addAppender(appender);
    Throwable thrown = catchThrowable(action);
    logger.detachAppender(appender);
    List<String> messages = new ArrayList<>();
    if (thrown != null) {
      messages.add(String.valueOf(thrown.getMessage()));
      messages.add(thrown.getCause() instanceof SQLException ours ? ours.getMessage() : "");
    }
    appender.list.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .forEach(event -> messages.add(event.getFormattedMessage()));
    return messages;
  }

  /** The driver of these refuses each token. */
  private static IamDataSource.Builder builder() {
    return IamDataSource.builder()
        .user("app")
        .awsCredentialsProvider(KEYS)
        .driver((url, properties) -> throwing(new SQLException("refused", "28000")));
  }

  private static DataSource throwing(SQLException answer) {
    return (DataSource)
        Proxy.newProxyInstance(
            TroubleshootingDocTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              throw answer;
            });
  }

  /** While AWS is out of reach. */
  private static void login(IamDataSource.Builder builder, String... setting) throws SQLException {
    Map<String, String> aws =
        Map.of(
            "aws.region", "us-east-2",
            "aws.endpointUrlRds", "http://127.0.0.1:1",
            "aws.endpointUrlSts", "http://127.0.0.1:1");
    aws.forEach(System::setProperty);
    try {
      builder.properties(properties(setting)).build().getConnection().close();
    } finally {
      aws.keySet().forEach(System::clearProperty);
    }
  }

  private static void loginAtServer(
      UnaryOperator<HeldCertificate.Builder> change, String... setting) throws Exception {
    HeldCertificate root = new HeldCertificate.Builder().certificateAuthority(0).build();
    HeldCertificate shown = change.apply(new HeldCertificate.Builder().signedBy(root)).build();
    HandshakeCertificates tls = new HandshakeCertificates.Builder().heldCertificate(shown).build();
    Path roots = Files.createTempFile("roots", ".pem");
    try (Impostor server = new Impostor(Impostor.Protocol.POSTGRESQL, tls.sslContext())) {
      Files.writeString(roots, root.certificatePem());
      Properties properties = properties(setting);
      properties.putAll(Map.of("iam_host", HOST, "sslrootcert", roots.toString()));
      IamDataSource.builder()
          .jdbcUrl("jdbc:postgresql://127.0.0.1:" + server.port() + "/orders")
          .properties(properties)
          .user("app")
          .awsCredentialsProvider(KEYS)
          .build()
          .getConnection()
          .close();
    } finally {
      Files.delete(roots);
    }
  }

  private static void writeAtAReader() {
    IamDataSource.Builder writer = builder().jdbcUrl(URL).demotionListener(() -> {});
    writer.build().connectionFailed(new SQLException("read-only mode", "HY000", 1836));
  }

  private static void borrowWhileCredentialsHang(long startTimeout, long timeout)
      throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(URL);
    config.setUsername("app");
    config.setInitializationFailTimeout(startTimeout);
    config.setConnectionTimeout(timeout);
    FaultyCredentials credentials = new FaultyCredentials(AccessKey.random());
    FaultyCredentials.Hang hang = credentials.hang();
    try (IamHikariDataSource pool = new IamHikariDataSource(config, credentials)) {
      pool.getConnection().close();
    } finally {
      hang.end();
    }
  }

  private static Properties properties(String... namesAndValues) {
    Properties properties = new Properties();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.setProperty(namesAndValues[i], namesAndValues[i + 1]);
    }
    return properties;
  }
}
