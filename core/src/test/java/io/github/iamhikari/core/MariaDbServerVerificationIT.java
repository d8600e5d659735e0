package io.github.iamhikari.core;

import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.mariadb.jdbc.MariaDbDataSource;

class MariaDbServerVerificationIT extends ServerVerificationContract {

  private static TestRegion region;
  private static LocalRds rds;

  @BeforeAll
  static void start() {
    region = new TestRegion("us-test-3");
    rds =
        LocalRds.mariaDb()
            .endpoint(region.endpoint())
            .tls(region.certificateFor(region.endpoint()))
            .start();
  }

  @AfterAll
  static void stop() {
    rds.close();
    region.close();
  }

  @Override
  LocalRds rds() {
    return rds;
  }

  @Override
  TestRegion region() {
    return region;
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
  DataSource driverDataSource(String url) throws SQLException {
    MariaDbDataSource dataSource = new MariaDbDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Override
  Properties trusting(Path pemFile) {
    Properties properties = new Properties();
    properties.setProperty("serverSslCert", pemFile.toString());
    return properties;
  }

  @Override
  String withoutVerification() {
    return "sslMode=trust";
  }

  @Override
  String withVerification() {
    return "sslMode=verify-full";
  }
}
