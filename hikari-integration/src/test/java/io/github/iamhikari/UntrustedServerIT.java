package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.SQLException;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** A driver that is told to verify the server does not send the token to one that it cannot. */
@Tag("login")
class UntrustedServerIT {

  private static LocalRds postgres;
  private static LocalRds mariaDb;

  @BeforeAll
  static void start() {
    SSLContext untrusted = selfSigned();
    postgres = LocalRds.postgres().tls(untrusted).start();
    mariaDb = LocalRds.mariaDb().tls(untrusted).start();
  }

  /** For the right name, but from nobody whom this JVM trusts. */
  private static SSLContext selfSigned() {
    HeldCertificate certificate =
        new HeldCertificate.Builder()
            .addSubjectAlternativeName("local.c9akciq32rgb.us-east-2.rds.amazonaws.com")
            .build();
    return new HandshakeCertificates.Builder().heldCertificate(certificate).build().sslContext();
  }

  @AfterAll
  static void stop() {
    mariaDb.close();
    postgres.close();
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=verify-full&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
    "sslmode=verify-ca&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
    "ssl=true&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory",
  })
  void getsNoTokenFromPgjdbc(String parameters) {
    assertThatNoTokenIsSent(postgres, postgres.jdbcUrl(postgres.host()) + "?" + parameters);
  }

  @ParameterizedTest
  @CsvSource({
    "mysql, sslMode=VERIFY_IDENTITY",
    "mysql, sslMode=VERIFY_CA",
    "mysql, useSSL=true&verifyServerCertificate=true",
    "mariadb, sslMode=verify-full",
    "mariadb, sslMode=verify-ca",
    "mariadb, useSsl=true",
  })
  void getsNoTokenFromTheDriversOfMySqlAndMariaDb(String protocol, String parameters) {
    String url = mariaDb.jdbcUrl(mariaDb.host()).replace("jdbc:mysql:", "jdbc:" + protocol + ":");

    assertThatNoTokenIsSent(mariaDb, url + "?" + parameters);
  }

  private static void assertThatNoTokenIsSent(LocalRds rds, String url) {
    AccessKey key = AccessKey.random();
    rds.add(key);
    try (IamDataSource dataSource =
        IamDataSource.builder()
            .jdbcUrl(url)
            .user(rds.account())
            .awsCredentialsProvider(
                StaticCredentialsProvider.create(
                    AwsBasicCredentials.create(key.id(), key.secret())))
            .build()) {
      assertThatThrownBy(dataSource::getConnection).isInstanceOf(SQLException.class);
    }
    assertThat(rds.logins()).noneMatch(login -> key.id().equals(login.accessKeyId()));
  }
}
