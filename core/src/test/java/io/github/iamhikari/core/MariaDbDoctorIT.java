package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

class MariaDbDoctorIT extends DoctorContract {

  /** What MariaDB lets in unless told otherwise, and one more for an administrator. */
  private static final int CONNECTIONS = 151 + 1;

  @Override
  LocalRds.Builder server() {
    return LocalRds.mariaDb();
  }

  @Override
  String regionName() {
    return "us-doctor-2";
  }

  @Override
  Impostor.Protocol protocol() {
    return Impostor.Protocol.MYSQL;
  }

  @Override
  String url(String host, int port) {
    return "jdbc:mariadb://" + host + ":" + port + "/app";
  }

  @Override
  DataSource dataSource(String url) throws SQLException {
    return new MariaDbDataSource(url);
  }

  @Override
  Stream<Cause> causes() {
    return Stream.concat(
        super.causes(),
        Stream.of(
            Cause.of(
                "few connections left",
                patient -> patient.until(use(CONNECTIONS - 10, port(patient.url))),
                Cause.warned(Step.SERVER, "are free (max_connections)", "must stay below"))));
  }

  @Test
  void aLoginByMySqlsDriverIsFoundWell() {
    Report report =
        examineOneWhoIsWell(
            login -> login.jdbcUrl(String.valueOf(login.jdbcUrl()).replace("mariadb", "mysql")));

    assertThat(report.status()).as("%s", report).isEqualTo(Status.OK);
    assertThat(report.toString()).contains("com.mysql.cj.jdbc.Driver", "logged in with MySQL");
  }

  /** The greeting of a server with all the capabilities but TLS. */
  @Override
  byte[] refusalOfTls() {
    String version = HexFormat.of().formatHex("8.4.0".getBytes(StandardCharsets.US_ASCII));
    String greeting = "0a" + version + "000100000041".repeat(8) + "000aa2ff0200";
    return HexFormat.of().parseHex("%02x000000".formatted(greeting.length() / 2) + greeting);
  }

  @Override
  String withoutVerification() {
    return "sslMode=trust";
  }

  @Override
  String unknownUser() {
    return "the database user must be set up for IAM";
  }

  @Override
  String userWithoutIam() {
    return "MySQL: AWSAuthenticationPlugin";
  }

  @Override
  AutoCloseable useUpConnections(LocalRds rds, Patient patient) throws Exception {
    return use(CONNECTIONS, rds.listeningPort());
  }

  /** A client that has not logged in yet counts, too. */
  private static AutoCloseable use(int connections, int port) throws Exception {
    List<Socket> clients = new ArrayList<>();
    while (clients.size() < connections) {
      Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
      clients.add(client);
      client.getInputStream().read(); // it has been greeted
    }
    return () -> {
      for (Socket client : clients) {
        client.close();
      }
    };
  }

  private static int port(String url) {
    return Integer.parseInt(url.replaceAll(".*:([0-9]+)/.*", "$1"));
  }

  @Override
  List<String> healthyServer() {
    return List.of(
        "MariaDB", "authenticated by", "require_secure_transport is", "are free (max_connections)");
  }
}
