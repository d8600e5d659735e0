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

import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** Which step of the doctor names which cause at RDS, and in which words. */
abstract class DoctorContract extends CauseContract {

  /** A name of 127.0.0.1 in the hosts file. */
  private static final String ALIAS = "orders.example.com";

  /** A name that is not in it. */
  private static final String GONE = "gone.c9akciq32rgb.us-east-2.rds.amazonaws.com";

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

  @Override
  Stream<Cause> causes() {
    return Stream.of(
        wrongRegion(),
        Cause.of(
            "a token for an alias",
            patient -> {
              nameServer.aliases().put(ALIAS, rds.host());
              patient.url = url(ALIAS, rds.listeningPort());
            },
            failed(SETTINGS, "\"orders.example.com\"", "is not an RDS, Aurora"),
            failed(NAME, "is an alias of " + rds.host(), "Set iam_host to " + rds.host())),
        Cause.of(
            "a token for another endpoint than the alias",
            patient -> {
              nameServer.aliases().put(ALIAS, rds.host());
              patient.url = url(ALIAS, rds.listeningPort());
              patient.set("iam_host", "other.c9akciq32rgb.us-east-2.rds.amazonaws.com");
            },
            warned(NAME, "for a different endpoint", "Set iam_host to " + rds.host()),
            failed(TLS, "is not for other.c9akciq32rgb")),
        Cause.of(
            "wrong port",
            patient -> patient.set("iam_default_port", "15433"),
            warned(SETTINGS, "tokens are signed for port 15433", "Remove iam_default_port"),
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
            failed(TLS, "the server does not support TLS", "must lead to the database itself")),
        Cause.of(
            "no database",
            patient ->
                patient.url =
                    url("127.0.0.1", fixed(patient, "HTTP/1.1 400 Bad\r\n".getBytes(US_ASCII))),
            failed(
                TLS, "does not speak the protocol of", "\"HTTP", "a load balancer or web server")),
        Cause.of(
            "authority unknown",
            patient ->
                impersonate(patient, region.endpoint(), region.certificateOfUnknownAuthority()),
            failed(
                TLS, "issued by \"CN=Corporate Proxy\"", "from an authority that is not trusted")),
        Cause.of(
            "self-signed",
            patient -> impersonate(patient, region.endpoint(), region.selfSignedCertificate()),
            failed(TLS, "is self-signed")),
        Cause.of(
            "expired certificate",
            patient -> impersonate(patient, region.endpoint(), region.expiredCertificate()),
            failed(TLS, "has expired", "aws rds modify-db-instance")),
        Cause.of(
            "a certificate that ends soon",
            patient ->
                impersonate(patient, region.endpoint(), region.certificateFor(region.endpoint())),
            warned(TLS, "Amazon's roots for " + regionName(), "Renew the database's certificate"),
            failed(LOGIN)),
        Cause.of(
            "name mismatch",
            patient ->
                impersonate(
                    patient, region.endpoint(), region.certificateFor("x" + region.endpoint())),
            failed(TLS, "is not for " + region.endpoint() + " but for \"xorders.")),
        Cause.of(
            "a server that nobody asks to verify",
            patient -> {
              impersonate(patient, region.endpoint(), region.selfSignedCertificate());
              patient.url += "?" + withoutVerification();
            },
            warned(TLS, "is self-signed", "Anyone on the network path could read the token"),
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
            failed(SETTINGS, "The JDBC URL contains a password", "Remove it from the URL.")),
        Cause.of(
            "password beside the URL",
            patient -> patient.set("password", PASSWORD),
            warned(SETTINGS, "A password is configured; ignoring it")),
        Cause.of(
            "several hosts",
            patient -> patient.url = url("a.example.com:15432,b.example.com", 15432),
            failed(SETTINGS, "can lead to several hosts", "to the endpoint that represents all")),
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
            failed(LOGIN, "must not exceed the database's max_connections")));
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
    assertThat(words(report, PORT)).contains(":" + rds.listeningPort() + " is reachable");
    assertThat(words(report, TLS)).contains("TLSv1.3", "local-rds CA", "the JVM's trust store");
    assertThat(words(report, TOKEN)).contains("long-term credentials");
    assertThat(words(report, LOGIN)).contains("logged in with ");
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

  private int fixed(Patient patient, byte[] answer) throws Exception {
    patient.set("iam_host", region.endpoint());
    return patient.until(new FixedAnswer(answer)).port();
  }

  @Override
  Stream<Cause> causesAtAws() {
    return new AwsCauses(rds, secrets).all();
  }
}
