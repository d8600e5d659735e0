package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresDoctorIT extends DoctorContract {

  @Override
  LocalRds.Builder server() {
    return LocalRds.postgres();
  }

  @Override
  String regionName() {
    return "us-doctor-1";
  }

  @Override
  Impostor.Protocol protocol() {
    return Impostor.Protocol.POSTGRESQL;
  }

  @Override
  String url(String host, int port) {
    return "jdbc:postgresql://" + host + ":" + port + "/app";
  }

  @Override
  DataSource dataSource(String url) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Override
  byte[] refusalOfTls() {
    return new byte[] {'N'};
  }

  @Override
  String withoutVerification() {
    return "sslmode=require";
  }

  @Override
  String unknownUser() {
    return "the user must exist in the database, spelled exactly like this";
  }

  @Override
  String userWithoutIam() {
    return "PostgreSQL: GRANT rds_iam to it";
  }

  /** The account may limit its own database, not the server. */
  @Override
  AutoCloseable useUpConnections(LocalRds rds, Patient patient) throws Exception {
    IamDataSource logins = patient.until(patient.login().build());
    Connection connection = patient.until(logins.getConnection());
    limit(connection, 1);
    return () -> limit(connection, -1);
  }

  private static void limit(Connection connection, int limit) throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute("alter database app connection limit " + limit);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"policy names another user", "nothing"})
  void thePageShowsARealReport(String name) throws Exception {
    Cause cause = causesAtAws().filter(one -> one.name().equals(name)).findFirst().orElseThrow();

    assertThat(DoctorPage.transcriptOf(cause))
        .isEqualTo(DoctorPage.masked(reportOf(cause).toString()));
    assertThat(DoctorPage.text()).contains(DoctorPage.excerpt());
  }

  @Override
  List<String> healthyServer() {
    return List.of(
        "PostgreSQL 18",
        "a member of rds_iam",
        "rds.force_ssl is unknown",
        "are free (max_connections, minus 3 reserved)");
  }
}
