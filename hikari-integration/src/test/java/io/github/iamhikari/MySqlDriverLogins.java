package io.github.iamhikari;

import com.mysql.cj.jdbc.MysqlDataSource;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Properties;
import javax.sql.DataSource;
import org.junit.jupiter.api.io.TempDir;

/** The tests with Connector/J. */
abstract class MySqlDriverLogins extends PoolLogins {

  @TempDir private Path folder;

  @Override
  Class<? extends DataSource> dataSourceClass() {
    return MysqlDataSource.class;
  }

  @Override
  void switchTlsOff(DataSource dataSource) throws Exception {
    ((MysqlDataSource) dataSource).setSslMode("DISABLED");
  }

  @Override
  Properties verifyingTls() throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream authority = Files.newInputStream(rds().certificateAuthority())) {
      trusted.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(authority));
    }
    Path file = folder.resolve("trusted.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      trusted.store(out, "changeit".toCharArray());
    }
    Properties properties = new Properties();
    properties.setProperty("sslMode", "VERIFY_IDENTITY");
    properties.setProperty("trustCertificateKeyStoreUrl", file.toUri().toString());
    properties.setProperty("trustCertificateKeyStoreType", "PKCS12");
    properties.setProperty("trustCertificateKeyStorePassword", "changeit");
    return properties;
  }

  @Override
  Properties unverifiedTls() {
    Properties properties = new Properties();
    properties.setProperty("sslMode", "REQUIRED");
    return properties;
  }

  @Override
  String stateOfAnUnknownUser() {
    return "28000";
  }

  @Override
  int errorCodeOfARefusal() {
    return 1045;
  }
}
