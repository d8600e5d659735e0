package io.github.iamhikari.core;

import io.github.iamhikari.localrds.LocalRds;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

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

  /** The greeting of a server with all the capabilities but TLS. */
  @Override
  byte[] refusalOfTls() {
    String version = HexFormat.of().formatHex("8.4.0".getBytes(StandardCharsets.US_ASCII));
    String greeting = "0a" + version + "0001000000" + "41".repeat(8) + "000aa2ff0200";
    return HexFormat.of().parseHex("%02x000000".formatted(greeting.length() / 2) + greeting);
  }

  @Override
  String withoutVerification() {
    return "sslMode=trust";
  }

  @Override
  String unknownUser() {
    return "the user must be one that logs in with IAM";
  }

  @Override
  String userWithoutIam() {
    return "MySQL: AWSAuthenticationPlugin";
  }

  /** A client that has not logged in yet counts, too. */
  @Override
  AutoCloseable useUpConnections(LocalRds rds, Patient patient) throws Exception {
    List<Socket> clients = new ArrayList<>();
    while (clients.size() < CONNECTIONS) {
      Socket client = new Socket(InetAddress.getLoopbackAddress(), rds.listeningPort());
      clients.add(client);
      client.getInputStream().read(); // it has been greeted
    }
    return () -> {
      for (Socket client : clients) {
        client.close();
      }
    };
  }

  @Override
  List<String> healthyServer() {
    return List.of(
        "MariaDB", "who logs in by", "require_secure_transport is", "are left (max_connections)");
  }
}
