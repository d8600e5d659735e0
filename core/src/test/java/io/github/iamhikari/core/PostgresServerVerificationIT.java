package io.github.iamhikari.core;

import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Path;
import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

class PostgresServerVerificationIT extends ServerVerificationContract {

  @Override
  String regionName() {
    return "us-test-1";
  }

  @Override
  LocalRds.Builder server() {
    return LocalRds.postgres();
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
  DataSource driverDataSource(String url) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Override
  Properties trusting(Path pemFile) {
    Properties properties = new Properties();
    properties.setProperty("sslrootcert", pemFile.toString());
    return properties;
  }

  @Override
  String withoutVerification() {
    return "sslmode=require";
  }

  @Override
  String withVerification() {
    return "sslmode=verify-full";
  }
}
