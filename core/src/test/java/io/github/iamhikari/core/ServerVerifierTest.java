package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import okhttp3.tls.HeldCertificate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerVerifierTest {

  @ParameterizedTest
  @CsvSource({
    // the certificate's name, the endpoint, whether they fit
    "db.x.us-east-2.rds.amazonaws.com,    db.x.us-east-2.rds.amazonaws.com,     true",
    "DB.x.US-EAST-2.rds.amazonaws.com,    db.x.us-east-2.rds.amazonaws.com,     true",
    "*.x.us-east-2.rds.amazonaws.com,     db.x.us-east-2.rds.amazonaws.com,     true",
    "*.X.us-east-2.rds.amazonaws.com,     db.x.us-east-2.rds.amazonaws.com,     true",
    "*.us-east-2.rds.amazonaws.com,       db.x.us-east-2.rds.amazonaws.com,     false",
    "*.x.us-east-2.rds.amazonaws.com,     x.us-east-2.rds.amazonaws.com,        false",
    "*.x.us-east-2.rds.amazonaws.com,     .x.us-east-2.rds.amazonaws.com,       false",
    "d*.x.us-east-2.rds.amazonaws.com,    db.x.us-east-2.rds.amazonaws.com,     false",
    "db.*.us-east-2.rds.amazonaws.com,    db.x.us-east-2.rds.amazonaws.com,     false",
    "*,                                   db.x.us-east-2.rds.amazonaws.com,     false",
    "*.com,                               example.com,                          false",
    "xdb.x.us-east-2.rds.amazonaws.com,   db.x.us-east-2.rds.amazonaws.com,     false",
    "db.x.us-east-2.rds.amazonaws.com.evil.com, db.x.us-east-2.rds.amazonaws.com, false",
  })
  void aCertificateIsForTheNameThatItSays(String pattern, String name, boolean fits)
      throws CertificateException {
    HeldCertificate held =
        new HeldCertificate.Builder()
            .commonName("db.x.us-east-2.rds.amazonaws.com")
            .addSubjectAlternativeName("other.example.com")
            .addSubjectAlternativeName(pattern)
            .build();

    assertThat(ServerVerifier.isFor(name, held.certificate())).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"db.x.us-east-2.rds.amazonaws.com", "127.0.0.1"})
  void aCertificateWithoutDnsNamesIsForNobody(String commonName) throws CertificateException {
    X509Certificate certificate =
        new HeldCertificate.Builder().commonName(commonName).build().certificate();

    assertThat(ServerVerifier.isFor(commonName, certificate)).isFalse();
  }
}
