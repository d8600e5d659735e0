package io.github.iamhikari.core;

import com.mysql.cj.jdbc.MysqlDataSource;
import io.github.iamhikari.localrds.Impostor;
import io.github.iamhikari.localrds.LocalRds;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Properties;
import javax.sql.DataSource;

class MySqlServerVerificationIT extends ServerVerificationContract {

  @Override
  String regionName() {
    return "us-test-2";
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
    return "jdbc:mysql://" + host + ":" + port + "/app";
  }

  @Override
  DataSource driverDataSource(String url) {
    MysqlDataSource dataSource = new MysqlDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  @Override
  Properties trusting(Path pemFile) throws Exception {
    Properties properties = new Properties();
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream input = Files.newInputStream(pemFile)) {
      store.setCertificateEntry("root", RegionRoots.certificates(input).get(0));
    }
    Path file = pemFile.resolveSibling("roots.p12");
    try (OutputStream output = Files.newOutputStream(file)) {
      store.store(output, "changeit".toCharArray());
    }
    properties.setProperty("trustCertificateKeyStoreUrl", file.toUri().toString());
    properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
    properties.setProperty("trustCertificateKeyStorePassword", "changeit");
    return properties;
  }

  @Override
  String withoutVerification() {
    return "sslMode=REQUIRED";
  }

  @Override
  String withVerification() {
    return "sslMode=VERIFY_IDENTITY";
  }
}
