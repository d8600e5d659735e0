package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Whom a driver sends a token to, and what it takes to get one. */
@Tag("login")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ServerVerificationContract {

  /** What somebody may show who is not the endpoint, and how that is explained. */
  enum Certificate {
    OF_ANOTHER_REGION(
        region -> anotherRegion.certificateFor(region.endpoint()),
        "is from an authority that is not trusted here"),
    OF_AN_UNKNOWN_AUTHORITY(
        TestRegion::certificateOfUnknownAuthority,
        "issued by \"CN=Corporate Proxy\" and valid until"),
    EXPIRED(TestRegion::expiredCertificate, "has expired"),
    OF_THE_FUTURE(TestRegion::futureCertificate, "is not valid before"),
    SELF_SIGNED(TestRegion::selfSignedCertificate, "is self-signed"),
    OF_ANOTHER_DATABASE(
        region -> region.certificateFor("x" + region.endpoint(), "localhost", "127.0.0.1"),
        "for \"xorders.c9akciq32rgb."),
    WITH_A_WILDCARD_TOO_HIGH(
        region -> region.certificateFor("*.rds.amazonaws.com"), "for \"*.rds.amazonaws.com\"");

    @SuppressWarnings("ImmutableEnumChecker") // a lambda without state
    private final Function<TestRegion, SSLContext> issue;

    private final String explanation;

    Certificate(Function<TestRegion, SSLContext> issue, String explanation) {
      this.issue = issue;
      this.explanation = explanation;
    }
  }

  @SuppressWarnings("NullAway.Init") // before all tests
  private static TestRegion anotherRegion;

  private final AccessKey key = AccessKey.random();

  @SuppressWarnings("NullAway.Init")
  private TestRegion region;

  /** The server that is the endpoint. */
  @SuppressWarnings("NullAway.Init")
  private LocalRds rds;

  @BeforeAll
  void start() {
    anotherRegion = new TestRegion("us-other-" + ProcessHandle.current().pid());
    region = new TestRegion(regionName());
    rds =
        server()
            .endpoint(region.endpoint())
            .tls(region.certificateFor(region.endpoint()))
            .credentials(key)
            .start();
  }

  @AfterAll
  void stop() {
    rds.close();
    region.close();
    anotherRegion.close();
  }

  /** One of the hosts file, and of this class alone: several run at a time. */
  abstract String regionName();

  /** Begins to describe the server. */
  abstract LocalRds.Builder server();

  abstract Impostor.Protocol protocol();

  /** A URL that says nothing of TLS. */
  abstract String url(String host, int port);

  /** The driver's own DataSource for a URL. */
  abstract DataSource driverDataSource(String url) throws SQLException;

  /** What makes the driver trust a PEM file. */
  abstract Properties trusting(Path pemFile) throws Exception;

  /** What makes it trust anybody. */
  abstract String withoutVerification();

  /** What makes it verify by itself. */
  abstract String withVerification();

  @Test
  void theEndpointIsVerifiedByItsRegionsRoot() throws SQLException {
    logIn(builder().jdbcUrl(url(region.endpoint(), rds.listeningPort())));
  }

  @Test
  void theEndpointIsVerifiedByTheDriversDataSource() throws SQLException {
    String url = url(region.endpoint(), rds.listeningPort());
    logIn(builder().dataSource(driverDataSource(url)));
  }

  @Test
  void theEndpointIsVerifiedBehindATunnel() throws SQLException {
    logIn(behindATunnel(builder().jdbcUrl(url("127.0.0.1", rds.listeningPort()))));
  }

  @Test
  void theEndpointIsVerifiedBehindATunnelByTheDriversDataSource() throws SQLException {
    String url = url("127.0.0.1", rds.listeningPort());
    logIn(behindATunnel(builder().dataSource(driverDataSource(url))));
  }

  @Test
  void theEndpointIsVerifiedHoweverItsNameIsWritten() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("iam_host", region.endpoint().toUpperCase(Locale.ROOT) + ".");
    logIn(builder().jdbcUrl(url("127.0.0.1", rds.listeningPort())).properties(properties));
  }

  @Test
  void itIsSaidOnceThatTheEndpointIsVerified() throws SQLException {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(IamDataSource.class);
    log.start();
    logger.addAppender(log);
    try {
      logIn(builder().jdbcUrl(url(region.endpoint(), rds.listeningPort())));
      logIn(builder().jdbcUrl(url(region.endpoint(), rds.listeningPort())));
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list)
        .filteredOn(line -> line.getFormattedMessage().startsWith("Verified "))
        .hasSizeLessThan(2); // another test may have been first
  }

  @ParameterizedTest
  @EnumSource
  void nobodyElseGetsAToken(Certificate certificate) throws Exception {
    try (Impostor impostor = impostor(certificate)) {
      assertThatNothingIsSent(
          impostor, certificate, builder().jdbcUrl(url(region.endpoint(), impostor.port())));
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyElseGetsATokenBehindATunnel(Certificate certificate) throws Exception {
    try (Impostor impostor = impostor(certificate)) {
      assertThatNothingIsSent(
          impostor,
          certificate,
          behindATunnel(builder().jdbcUrl(url("127.0.0.1", impostor.port()))));
    }
  }

  @Test
  void nobodyElseGetsATokenFromTheDriversDataSource() throws Exception {
    Certificate certificate = Certificate.OF_ANOTHER_DATABASE;
    try (Impostor impostor = impostor(certificate)) {
      DataSource dataSource = driverDataSource(url(region.endpoint(), impostor.port()));
      assertThatNothingIsSent(impostor, certificate, builder().dataSource(dataSource));
    }
  }

  @Test
  void aDataSourceThatIsUsedAgainVerifiesTheEndpointOfItsSecondUse() throws SQLException {
    DataSource dataSource = driverDataSource(url("127.0.0.1", rds.listeningPort()));
    Properties other = new Properties();
    other.setProperty("iam_host", anotherRegion.endpoint());
    try (IamDataSource first = builder().dataSource(dataSource).properties(other).build()) {
      assertThatThrownBy(first::getConnection)
          .hasMessageContaining("was checked for the name " + anotherRegion.endpoint());
    }

    logIn(behindATunnel(builder().dataSource(dataSource)));
  }

  @Test
  void oneWhoIsNotVerifiedIsNotAskedAgainAtOnce() throws Exception {
    try (Impostor impostor = impostor(Certificate.SELF_SIGNED);
        IamDataSource dataSource =
            builder().jdbcUrl(url(region.endpoint(), impostor.port())).build()) {
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(dataSource::getConnection).hasMessageContaining("is self-signed");
      }

      assertThat(impostor.clients()).isEqualTo(1);
      assertThat(dataSource.getProblem()).isPresent();
    }
  }

  @Test
  void rootsThatAreConfiguredCountInsteadOfTheRegions(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("roots.pem");
    Files.writeString(file, anotherRegion.rootPem());
    String url = url(region.endpoint(), rds.listeningPort());
    try (IamDataSource dataSource = builder().jdbcUrl(url).properties(trusting(file)).build()) {
      assertThatThrownBy(dataSource::getConnection)
          .hasMessageStartingWith("No IAM token was sent")
          .hasMessageContaining("the server could not be verified");
    }
    Files.writeString(file, region.rootPem());
    logIn(builder().jdbcUrl(url).properties(trusting(file)));
    logIn(behindATunnel(builder().jdbcUrl(url("127.0.0.1", rds.listeningPort())), trusting(file)));
  }

  @Test
  void rootsThatAreConfiguredDoNotMakeUpForTheName(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("roots.pem"), region.rootPem());
    try (Impostor impostor = impostor(Certificate.OF_ANOTHER_DATABASE);
        IamDataSource dataSource =
            builder()
                .jdbcUrl(url(region.endpoint(), impostor.port()))
                .properties(trusting(file))
                .build()) {
      assertThatThrownBy(dataSource::getConnection)
          .hasMessageStartingWith("No IAM token was sent")
          .hasMessageContaining("the server could not be verified");
      assertThat(impostor.received()).isEmpty();
    }
  }

  @Test
  void aModeWithoutVerificationCounts() throws Exception {
    try (Impostor impostor = impostor(Certificate.SELF_SIGNED);
        IamDataSource dataSource =
            builder()
                .jdbcUrl(url(region.endpoint(), impostor.port()) + "?" + withoutVerification())
                .build()) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);

      assertThat(impostor.received()).contains(rds.account());
    }
  }

  @Test
  void aModeWithVerificationIsTheDriversOwn(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("roots.pem"), anotherRegion.rootPem());
    String url = url(region.endpoint(), rds.listeningPort()) + "?" + withVerification();
    try (IamDataSource dataSource = builder().jdbcUrl(url).properties(trusting(file)).build()) {
      assertThatThrownBy(dataSource::getConnection)
          .hasMessageStartingWith("No IAM token was sent")
          .hasMessageContaining("the server could not be verified")
          .hasMessageContaining("Amazon's certificate bundle");
    }
    Files.writeString(file, region.rootPem());
    logIn(builder().jdbcUrl(url).properties(trusting(file)));
  }

  @Test
  void aDriverThatDoesNotFindThisLibraryVerifiesTheEndpoint() throws Exception {
    String direct = url(region.endpoint(), rds.listeningPort());
    String tunnel = url("127.0.0.1", rds.listeningPort());
    try (ApplicationServer server = ApplicationServer.withDrivers()) {
      for (boolean byDataSource : new boolean[] {false, true}) {
        server.logIn(login(direct, byDataSource));
        server.logIn(behindATunnel(login(tunnel, byDataSource)));
      }

      assertThat(server.rootsFiles()).hasSize(1);
    }
  }

  @Test
  void aDriverThatDoesNotFindThisLibrarySendsATokenToNobodyElse() throws Exception {
    try (ApplicationServer server = ApplicationServer.withDrivers()) {
      for (boolean byDataSource : new boolean[] {false, true}) {
        assertThatNothingIsSent(
            server, byDataSource, region.endpoint(), Certificate.OF_AN_UNKNOWN_AUTHORITY);
        assertThatNothingIsSent(
            server, byDataSource, region.endpoint(), Certificate.OF_ANOTHER_DATABASE);
        assertThatNothingIsSent(
            server, byDataSource, "127.0.0.1", Certificate.OF_AN_UNKNOWN_AUTHORITY);
      }
    }
  }

  @Test
  void aDriverBelowThisLibraryVerifiesTheEndpoint() throws Exception {
    try (ApplicationServer server = ApplicationServer.withThisLibrary()) {
      for (boolean byDataSource : new boolean[] {false, true}) {
        server.logIn(login(url(region.endpoint(), rds.listeningPort()), byDataSource));
      }
    }
  }

  private Impostor impostor(Certificate certificate) throws Exception {
    return new Impostor(protocol(), certificate.issue.apply(region));
  }

  private void assertThatNothingIsSent(
      Impostor impostor, Certificate certificate, IamDataSource.Builder builder) {
    try (IamDataSource dataSource = builder.build()) {
      assertThatThrownBy(dataSource::getConnection)
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith(
              "No IAM token was sent for user \"%s\" at %s:", rds.account(), region.endpoint())
          .hasMessageContaining("the server could not be verified: the certificate of ")
          .hasMessageContaining(certificate.explanation)
          .hasMessageContaining("was checked for the name " + region.endpoint())
          .hasMessageContaining("and the JVM's trust store. Check (1) ")
          .hasMessageContaining("sslmode=require");
    }
    assertThat(impostor.clients()).isEqualTo(1);
    assertThat(impostor.received()).isEmpty();
  }

  private void assertThatNothingIsSent(
      ApplicationServer server, boolean byDataSource, String host, Certificate certificate)
      throws Exception {
    try (Impostor impostor = impostor(certificate)) {
      Properties login = behindATunnel(login(url(host, impostor.port()), byDataSource));
      assertThatThrownBy(() -> server.logIn(login))
          .isInstanceOf(SQLException.class)
          .hasMessageStartingWith(
              "No IAM token was sent for user \"%s\" at %s:", rds.account(), region.endpoint())
          .hasMessageContaining(" because the server could not be verified: ")
          .hasMessageNotContaining("Communications link failure");
      assertThat(impostor.clients()).isEqualTo(1);
      assertThat(impostor.received()).isEmpty();
    }
  }

  private void logIn(IamDataSource.Builder builder) throws SQLException {
    try (IamDataSource dataSource = builder.build();
        Connection connection = dataSource.getConnection()) {
      assertThat(connection.isValid(5)).isTrue();
    }
  }

  private IamDataSource.Builder builder() {
    return IamDataSource.builder()
        .user(rds.account())
        .awsCredentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret())));
  }

  private IamDataSource.Builder behindATunnel(IamDataSource.Builder builder) {
    return behindATunnel(builder, new Properties());
  }

  private IamDataSource.Builder behindATunnel(
      IamDataSource.Builder builder, Properties properties) {
    properties.setProperty("iam_host", region.endpoint());
    return builder.properties(properties);
  }

  /** Of an application that does not share this library with the test. */
  private Properties login(String url, boolean byDataSource) throws SQLException {
    Properties login = new Properties();
    login.setProperty(ApplicationServer.Program.URL, url);
    login.setProperty(ApplicationServer.Program.USER, rds.account());
    login.setProperty(ApplicationServer.Program.KEY_ID, key.id());
    login.setProperty(ApplicationServer.Program.SECRET, key.secret());
    if (byDataSource) {
      String type = driverDataSource(url).getClass().getName();
      login.setProperty(ApplicationServer.Program.DATA_SOURCE_CLASS, type);
    } else {
      String type = DriverManager.getDriver(url).getClass().getName();
      login.setProperty(ApplicationServer.Program.DRIVER_CLASS, type);
    }
    return login;
  }

  private Properties behindATunnel(Properties login) {
    login.setProperty("iam_host", region.endpoint());
    return login;
  }
}
