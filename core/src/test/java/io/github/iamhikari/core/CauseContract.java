package io.github.iamhikari.core;

import static io.github.iamhikari.core.Cause.failed;
import static io.github.iamhikari.core.Cause.warned;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Brings causes about, and finds that the doctor names them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class CauseContract {

  static final String PASSWORD = "hunter2";

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @RegisterExtension final SecretSearch secrets = new SecretSearch();

  final AccessKey key = AccessKey.random();
  final TestClock serversClock = new TestClock();

  @SuppressWarnings("NullAway.Init") // before all tests
  LocalRds rds;

  @SuppressWarnings("NullAway.Init")
  TestRegion region;

  @SuppressWarnings("NullAway.Init")
  NameServer nameServer;

  @BeforeAll
  void start() throws Exception {
    rds = server().credentials(key).clock(serversClock, serversClock::nanoTime).start();
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

  abstract Stream<Cause> causes() throws Exception;

  abstract Stream<Cause> causesAtAws() throws Exception;

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
    assertThat(DoctorPage.text().contains(row)).as("doctor-causes.md has%s", row).isTrue();
  }

  Report reportOf(Cause cause) throws Exception {
    try (Patient patient = patient()) {
      cause.ailment().befall(patient);
      return examine(patient.login(), patient.isOffline);
    } finally {
      nameServer.aliases().clear();
    }
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
  void impersonate(Patient patient, String endpoint, SSLContext certificate) throws Exception {
    Impostor impostor = patient.until(new Impostor(protocol(), certificate));
    patient.url = url("127.0.0.1", impostor.port());
    patient.set("iam_host", endpoint);
  }

  static Cause wrongRegion() {
    return Cause.of(
        "wrong region",
        patient -> patient.set("iam_region", "eu-west-1"),
        warned(Step.SETTINGS, "iam_region is eu-west-1, which is not the region in"),
        failed(Step.LOGIN, "First fix the problems above: settings"));
  }

  static int closedPort(Patient patient) throws Exception {
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

  static String words(Report report, Step step) {
    StringBuilder words = new StringBuilder();
    for (Finding finding : report.findings()) {
      if (finding.step() == step) {
        words.append(finding.seen()).append('\n').append(finding.advice()).append('\n');
      }
    }
    return words.toString();
  }
}
