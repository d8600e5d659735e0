package io.github.iamhikari.core;

import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Properties;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

class MariaDbServerVerificationIT extends ServerVerificationContract {

  @Override
  String regionName() {
    return "us-test-3";
  }

  @Override
  LocalRds.Builder server() {
    return LocalRds.mariaDb();
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
