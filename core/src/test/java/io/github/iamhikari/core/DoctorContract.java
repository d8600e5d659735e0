package io.github.iamhikari.core;

import static io.github.iamhikari.core.Cause.failed;
import static io.github.iamhikari.core.Cause.warned;
import static io.github.iamhikari.core.IamDoctor.Step.LOGIN;
import static io.github.iamhikari.core.IamDoctor.Step.NAME;
import static io.github.iamhikari.core.IamDoctor.Step.PORT;
import static io.github.iamhikari.core.IamDoctor.Step.SERVER;
import static io.github.iamhikari.core.IamDoctor.Step.SETTINGS;
import static io.github.iamhikari.core.IamDoctor.Step.TLS;
import static io.github.iamhikari.core.IamDoctor.Step.TOKEN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.TestClock;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.localrds.junit.SecretSearch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which step of the doctor names which cause, and in which words. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DoctorContract {

  private static final String PASSWORD = "hunter2";

  /** A name of 127.0.0.1 in the hosts file. */
  private static final String ALIAS = "orders.example.com";

  /** A name that is not in it. */
  private static final String GONE = "gone.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @RegisterExtension final SecretSearch secrets = new SecretSearch();

  private final AccessKey key = AccessKey.random();
  private final TestClock serversClock = new TestClock();

  @SuppressWarnings("NullAway.Init") // before all tests
  private LocalRds rds;

  @SuppressWarnings("NullAway.Init")
  private TestRegion region;

  @SuppressWarnings("NullAway.Init")
  private NameServer nameServer;

  @BeforeAll
  void start() throws Exception {
    rds = server().credentials(key).clock(serversClock).start();
    region = new TestRegion(regionName());
    nameServer = new NameServer();
    secrets.add(() -> List.of(key.secret(), PASSWORD));
    secrets.add(() -> rds.logins().stream().map(Login::token).filter(t -> !t.isEmpty()).toList());
  }

  @AfterAll
  void stop() {
    nameServer.close();
    region.close();
    rds.close();
  }

  /** Begins to describe the server. */
  abstract LocalRds.Builder server();

  /** One of this class alone: several run at a time. */
  abstract String regionName();

  abstract Impostor.Protocol protocol();

  abstract String url(String host, int port);

  abstract DataSource dataSource(String url) throws Exception;

  /** What it says that speaks no TLS. */
  abstract byte[] refusalOfTls();

  /** What makes the driver trust anybody. */
  abstract String withoutVerification();

  /** What is said of a user that the server does not know. */
  abstract String unknownUser();

  /** What is said of a user that the server knows, and does not log in with IAM. */
  abstract String userWithoutIam();

  /** Leaves no connection to others. */
  abstract AutoCloseable useUpConnections(LocalRds rds, Patient patient) throws Exception;

  /** What is seen of the server after a login. */
  abstract List<String> healthyServer();

  Stream<Cause> causes() {
    return Stream.of(
        Cause.of(
            "wrong region",
            patient -> patient.set("iam_region", "eu-west-1"),
            warned(SETTINGS, "iam_region is eu-west-1, which is not the region in"),
            failed(LOGIN, "See first what is wrong above: settings")),
        Cause.of(
            "a token for an alias",
            patient -> {
              nameServer.aliases().put(ALIAS, rds.host());
              patient.url = url(ALIAS, rds.listeningPort());
            },
            failed(
                SETTINGS, "\"orders.example.com\"", "is not the name of an Amazon RDS or Aurora"),
            failed(NAME, "is an alias of " + rds.host(), "Set iam_host to " + rds.host())),
        Cause.of(
            "a token for another endpoint than the alias",
            patient -> {
              nameServer.aliases().put(ALIAS, rds.host());
              patient.url = url(ALIAS, rds.listeningPort());
              patient.set("iam_host", "other.c9akciq32rgb.us-east-2.rds.amazonaws.com");
            },
            warned(NAME, "which is another endpoint", "Set iam_host to " + rds.host()),
            failed(TLS, "is not for other.c9akciq32rgb")),
        Cause.of(
            "wrong port",
            patient -> patient.set("iam_default_port", "15433"),
            warned(SETTINGS, "tokens are signed for its port 15433", "Leave iam_default_port out"),
            failed(LOGIN, "host, port and region must be the endpoint's own")),
        Cause.of("user unknown", patient -> patient.user = "nobody", failed(LOGIN, unknownUser())),
        Cause.of(
            "user without IAM",
            patient -> patient.user = "report",
            failed(LOGIN, userWithoutIam())),
        Cause.of(
            "token too old",
            patient -> {
              patient.set("iam_expiration", "900");
              serversClock.advance(Duration.ofMinutes(16));
              patient.until(serversClock::reset);
            },
            failed(LOGIN, "this machine's clock must be right")),
        Cause.of(
            "clock off by 20 minutes",
            patient -> patient.clock.setWallClock(Duration.ofMinutes(20)),
            failed(LOGIN, "this machine's clock must be right")),
        Cause.of(
            "revoked key",
            patient -> {
              rds.revoke(key.id());
              patient.until(() -> rds.add(key));
            },
            failed(LOGIN, "the AWS credentials must not be revoked")),
        Cause.of(
            "TLS off",
            patient -> patient.url = url("127.0.0.1", fixed(patient, refusalOfTls())),
            failed(TLS, "the server speaks no TLS", "must be the database itself")),
        Cause.of(
            "no database",
            patient ->
                patient.url =
                    url("127.0.0.1", fixed(patient, "HTTP/1.1 400 Bad\r\n".getBytes(US_ASCII))),
            failed(TLS, "is not what", "\"HTTP", "no load balancer or web server")),
        Cause.of(
            "authority unknown",
            patient -> impersonate(patient, region.certificateOfUnknownAuthority()),
            failed(TLS, "issued by \"CN=Corporate Proxy\"", "by an authority that is not trusted")),
        Cause.of(
            "self-signed",
            patient -> impersonate(patient, region.selfSignedCertificate()),
            failed(TLS, "is self-signed")),
        Cause.of(
            "expired certificate",
            patient -> impersonate(patient, region.expiredCertificate()),
            failed(TLS, "has expired", "aws rds modify-db-instance")),
        Cause.of(
            "a certificate that ends soon",
            patient -> impersonate(patient, region.certificateFor(region.endpoint())),
            warned(TLS, "Amazon's roots of " + regionName(), "certificate renewed before that day"),
            failed(LOGIN)),
        Cause.of(
            "name mismatch",
            patient -> impersonate(patient, region.certificateFor("x" + region.endpoint())),
            failed(TLS, "is not for " + region.endpoint() + " but for \"xorders.")),
        Cause.of(
            "a server that nobody asks to verify",
            patient -> {
              impersonate(patient, region.selfSignedCertificate());
              patient.url += "?" + withoutVerification();
            },
            warned(TLS, "is self-signed", "Anybody in between could read the token"),
            failed(LOGIN)),
        Cause.of(
            "name does not resolve",
            patient -> patient.url = url(GONE, 15432),
            failed(NAME, "cannot be resolved", "private hosted zone")),
        Cause.of(
            "port unreachable",
            patient -> patient.url = url(rds.host(), closedPort(patient)),
            failed(PORT, "127.0.0.1: refused", "Check the port in the JDBC URL")),
        Cause.of(
            "password in the URL",
            patient -> patient.url += "?password=" + PASSWORD,
            failed(SETTINGS, "The JDBC URL holds a password", "Take it out of the URL.")),
        Cause.of(
            "password beside the URL",
            patient -> patient.set("password", PASSWORD),
            warned(SETTINGS, "A password is configured; it is ignored")),
        Cause.of(
            "several hosts",
            patient -> patient.url = url("a.example.com:15432,b.example.com", 15432),
            failed(SETTINGS, "may lead to several hosts", "to the endpoint that stands for all")),
        Cause.of(
            "one of several hosts is gone",
            patient -> {
              patient.url =
                  url(GONE + ":" + rds.listeningPort() + ",localhost", rds.listeningPort());
              patient.set("iam_host", rds.host());
            },
            warned(NAME, GONE + " cannot be resolved")),
        Cause.of(
            "no connections left",
            patient -> patient.until(useUpConnections(rds, patient)),
            failed(LOGIN, "must not be larger than the database's max_connections")));
  }

  Stream<Cause> causesAtAws() {
    return new AwsCauses(rds, secrets).all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"causes", "causesAtAws"})
  void theStepThatSeesItNames(Cause cause) throws Exception {
    Report report = reportOf(cause);

    assertThat(troubles(report)).as("%s", report).isEqualTo(cause.statuses());
    for (Cause.Symptom symptom : cause.symptoms()) {
      String words = words(report, symptom.step());
      assertThat(symptom.words()).allSatisfy(word -> assertThat(words).contains(word));
    }
    secrets.assertNoneIn(report + report.toJson());
    String row = DoctorPage.row(cause);
    assertThat(DoctorPage.text().contains(row)).as("docs/doctor.md has%s", row).isTrue();
  }

  Report reportOf(Cause cause) throws Exception {
    try (Patient patient = patient()) {
      cause.ailment().befall(patient);
      return examine(patient.login(), patient.isOffline);
    } finally {
      nameServer.aliases().clear();
    }
  }

  @Test
  void aLoginThatIsWellIsFoundWell() {
    nameServer.aliases().put(rds.host(), "local-1.c9akciq32rgb.us-east-2.rds.amazonaws.com");
    Report report = examineOneWhoIsWell(login -> login);

    assertThat(report.status()).as("%s", report).isEqualTo(Status.OK);
    assertThat(report.exitCode()).isZero();
    assertThat(words(report, SETTINGS))
        .contains(rds.account(), rds.host(), "the driver is ", ".jar");
    assertThat(words(report, NAME)).contains("an alias of local-1.", "127.0.0.1 (this machine)");
    assertThat(words(report, PORT)).contains(":" + rds.listeningPort() + " answers");
    assertThat(words(report, TLS)).contains("TLSv1.3", "local-rds CA", "the JVM's trust store");
    assertThat(words(report, TOKEN)).contains("long-term credentials");
    assertThat(words(report, LOGIN)).contains("is let in, by ");
    assertThat(words(report, SERVER)).contains(healthyServer());
    secrets.assertNoneIn(report + report.toJson());
  }

  @Test
  void aDataSourceOfADriverIsExaminedAsWellAsItTells() throws Exception {
    DataSource driver = dataSource(url(rds.host(), rds.listeningPort()));
    Report report = examineOneWhoIsWell(login -> login.dataSource(driver));

    assertThat(report.status()).as("%s", report).isEqualTo(Status.OK);
    assertThat(words(report, SETTINGS)).contains(driver.getClass().getName());
  }

  /** As its builder is changed. */
  Report examineOneWhoIsWell(UnaryOperator<IamDataSource.Builder> change) {
    try (Patient patient = patient()) {
      return examine(change.apply(patient.login()), true);
    } finally {
      nameServer.aliases().clear();
    }
  }

  private Patient patient() {
    return new Patient(url(rds.host(), rds.listeningPort()), rds.account(), key);
  }

  private Report examine(IamDataSource.Builder login, boolean isOffline) {
    IamDoctor doctor = IamDoctor.of(login).nameServers(nameServer.url());
    return (isOffline ? doctor.offline() : doctor).examine();
  }

  /** Has the driver go to somebody who would like to be the endpoint. */
  private void impersonate(Patient patient, SSLContext certificate) throws Exception {
    Impostor impostor = patient.until(new Impostor(protocol(), certificate));
    patient.url = url("127.0.0.1", impostor.port());
    patient.set("iam_host", region.endpoint());
  }

  private int fixed(Patient patient, byte[] answer) throws Exception {
    patient.set("iam_host", region.endpoint());
    return patient.until(new FixedAnswer(answer)).port();
  }

  private static int closedPort(Patient patient) throws Exception {
    Socket bound = patient.until(new Socket());
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return bound.getLocalPort();
  }

  private static Map<Step, Status> troubles(Report report) {
    Map<Step, Status> troubles = new LinkedHashMap<>();
    for (Finding finding : report.findings()) {
      if (finding.status() == Status.WARNING || finding.status() == Status.FAILED) {
        troubles.merge(
            finding.step(),
            finding.status(),
            (one, other) -> one.compareTo(other) > 0 ? one : other);
      }
    }
    return troubles;
  }

  private static String words(Report report, Step step) {
    StringBuilder words = new StringBuilder();
    for (Finding finding : report.findings()) {
      if (finding.step() == step) {
        words.append(finding.seen()).append('\n').append(finding.advice()).append('\n');
      }
    }
    return words.toString();
  }
}
