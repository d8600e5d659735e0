package io.github.iamhikari.core;

import static io.github.iamhikari.core.Cause.failed;
import static io.github.iamhikari.core.Cause.warned;
import static io.github.iamhikari.core.IamDoctor.Step.DATABASE;
import static io.github.iamhikari.core.IamDoctor.Step.LOGIN;
import static io.github.iamhikari.core.IamDoctor.Step.POLICY;
import static io.github.iamhikari.core.IamDoctor.Step.PORT;
import static io.github.iamhikari.core.IamDoctor.Step.SETTINGS;
import static io.github.iamhikari.core.IamDoctor.Step.TLS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.time.Duration;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Which step of the doctor names which cause at Aurora DSQL, and in which words. */
class DsqlDoctorIT extends CauseContract {

  private static final String ADMIN = "admin";

  @Override
  LocalRds.Builder server() {
    return LocalRds.dsql();
  }

  @Override
  String regionName() {
    return "us-doctor-3";
  }

  @Override
  Impostor.Protocol protocol() {
    return Impostor.Protocol.POSTGRESQL;
  }

  @Override
  String url(String host, int port) {
    return "jdbc:postgresql://" + host + ":" + port + "/postgres";
  }

  @Override
  Stream<Cause> causes() {
    return Stream.of(
        wrongRegion(),
        Cause.of(
            "a VPC endpoint's name",
            patient -> patient.url = url("vpce-0a-1b.dsql-2c.us-east-2.vpce.amazonaws.com", 5432),
            failed(SETTINGS, "a VPC endpoint", ".dsql-2c.us-east-2.on.aws\"")),
        Cause.of(
            "MySQL's driver",
            patient -> patient.url = patient.url.replace("postgresql", "mysql"),
            failed(SETTINGS, "which speaks PostgreSQL and not MySQL", "Use jdbc:postgresql://")),
        Cause.of(
            "a pool that keeps connections for 2 hours",
            patient -> patient.maxLifetime = Duration.ofHours(2),
            warned(SETTINGS, "maxLifetime is 7200000 ms", "ends sessions after 60 minutes")),
        Cause.of(
            "an IP address, and a TLS mode of one's own",
            patient -> {
              patient.url = url("127.0.0.1", rds.listeningPort()) + "?sslmode=require";
              patient.set("iam_host", rds.host());
            },
            warned(SETTINGS, "Aurora DSQL cannot tell which cluster is meant"),
            failed(LOGIN, "sni was not received", "-c amzn-cluster-id=")),
        Cause.of(
            "a certificate of RDS's authority",
            patient -> {
              String endpoint = "orders7r2wm5q3jd6hnysu4btx.dsql.us-doctor-3.on.aws";
              impersonate(patient, endpoint, region.certificateFor(endpoint));
              patient.set("sslNegotiation", "postgres");
            },
            failed(TLS, "from an authority that is not trusted here", "contain Amazon Root CA 1")),
        Cause.of(
            "nothing that speaks TLS at once",
            patient -> impersonate(patient, rds.host(), region.certificateFor(rds.host())),
            failed(TLS, "set sslNegotiation=postgres")),
        Cause.of(
            "port unreachable",
            patient -> patient.url = url(rds.host(), closedPort(patient)),
            failed(PORT, "127.0.0.1: refused", "(5432 for Aurora DSQL)")),
        Cause.of(
            "a database role that does not exist",
            patient -> patient.user = "no role",
            failed(
                LOGIN,
                "access denied (SQLState 28000)",
                "as admin: CREATE ROLE \"no role\" WITH LOGIN")),
        Cause.of(
            "clock off by 20 minutes",
            patient -> patient.clock.setWallClock(Duration.ofMinutes(-20)),
            failed(LOGIN, "Signature expired", "this machine's clock must be right")),
        Cause.of(
            "too many new connections",
            patient -> {
              rds.loginsPerSecond(1);
              patient.until(() -> rds.loginsPerSecond(0));
              patient.until(patient.login().build()).getConnection().close();
            },
            failed(LOGIN, "rate exceeded", "more than 100 connections per second")),
        Cause.of(
            "no connections left",
            patient -> {
              patient.until(patient.until(patient.login().build()).getConnection());
              rds.mostConnections(1);
              patient.until(() -> rds.mostConnections(0));
            },
            failed(LOGIN, "too many open connections", "the cluster's connection quota")));
  }

  @Override
  Stream<Cause> causesAtAws() {
    AwsCauses aws = new AwsCauses(rds, secrets);
    String cluster = rds.resource(rds.account());
    Statement[] mayLogIn = AwsCauses.mayLook(Statement.allow("dsql:DbConnect", cluster));
    return Stream.of(
        Cause.of("nothing", patient -> aws.start(patient, mayLogIn)),
        Cause.of(
            "policy lacks dsql:DbConnect",
            patient -> aws.start(patient, AwsCauses.mayLook()),
            warned(
                POLICY,
                "user/app is not allowed dsql:DbConnect on " + cluster,
                "\"Action\": \"dsql:DbConnect\", \"Resource\": \"" + cluster + "\"",
                "unless the cluster's own resource-based policy allows it"),
            failed(LOGIN, "First fix the problems above: policy")),
        Cause.of(
            "policy lacks dsql:DbConnectAdmin",
            patient -> {
              aws.start(patient, mayLogIn);
              patient.user = ADMIN;
            },
            warned(POLICY, "but dsql:DbConnect, which is for users other than admin"),
            failed(LOGIN, "is not authorized to perform: dsql:DbConnectAdmin on resource: ")),
        Cause.of(
            "policy denies it",
            patient ->
                aws.start(
                    patient,
                    AwsCauses.mayLook(
                        Statement.allow("*", "*"), Statement.deny("dsql:*", cluster))),
            failed(POLICY, ": a statement denies it", "Exclude this login from the Deny"),
            failed(LOGIN)),
        Cause.of(
            "a database role that is not linked",
            patient -> {
              aws.start(patient, mayLogIn);
              rds.linked(rds.account(), false);
              patient.until(() -> rds.linked(rds.account(), true));
            },
            failed(
                LOGIN,
                "AWS IAM GRANT \"app_user\" TO 'arn:aws:iam::123456789012:user/app'",
                "These checks passed: policy, clock, AWS identity")),
        Cause.of(
            "wrong role",
            patient -> {
              aws.start(patient, mayLogIn);
              aws.assumeRole(patient, Duration.ofHours(1));
            },
            warned(POLICY, "role/reports is not allowed dsql:DbConnect on " + cluster),
            failed(
                LOGIN, "AWS IAM GRANT \"app_user\" TO 'arn:aws:iam::123456789012:role/reports'")));
  }

  /** In none of which RDS is spoken of, but in the names of the tests' certificates. */
  @Override
  Report reportOf(Cause cause) throws Exception {
    Report report = super.reportOf(cause);
    assertThat(report.toString().replaceAll("\"CN=[^\"]*\"", ""))
        .doesNotContain("RDS", "rds_iam", "rds-db", "rds.force_ssl", "Amazon's roots for");
    return report;
  }

  @Test
  void aLoginThatIsWellIsFoundWell() {
    Report report = examineOneWhoIsWell(login -> login);

    assertThat(report.exitCode()).as("%s", report).isZero();
    assertThat(report.findings()).noneMatch(finding -> finding.step() == DATABASE);
    assertThat(words(report, SETTINGS))
        .contains("tokens are signed for user \"app_user\" (dsql:DbConnect) at " + rds.host())
        .contains("the server is verified with the JVM's roots");
    assertThat(words(report, TLS)).contains("TLSv1.3", "the JVM's trust store");
  }

  @Test
  void adminIsFoundWellByADataSourceWithoutDirectTls() {
    PGSimpleDataSource driver = new PGSimpleDataSource();
    driver.setUrl(url(rds.host(), rds.listeningPort()));
    Properties ownTls = new Properties();
    ownTls.setProperty("sslNegotiation", "postgres");
    Report report =
        examineOneWhoIsWell(login -> login.user(ADMIN).dataSource(driver).properties(ownTls));

    assertThat(report.exitCode()).as("%s", report).isZero();
    assertThat(words(report, SETTINGS)).contains("user \"admin\" (dsql:DbConnectAdmin)");
    assertThat(driver.getUrl()).doesNotContain("sslNegotiation=direct");
  }
}
