package io.github.iamhikari.localrds;

import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * The authority that issues the certificates of all stand-ins of this JVM. It is created at first
 * use and valid for 30 days. May be shared between threads.
 */
final class CertificateAuthority {

  private static final long DAYS = 30;

  private CertificateAuthority() {}

  static X509Certificate certificate() {
    return Holder.AUTHORITY.certificate();
  }

  /** The certificate as PEM. */
  static String pem() {
    return Holder.AUTHORITY.certificatePem();
  }

  /**
   * Issues a certificate for an endpoint.
   *
   * @return a context with the key and the certificate
   */
  static SSLContext issue(String host) {
    HeldCertificate server =
        new HeldCertificate.Builder()
            .signedBy(Holder.AUTHORITY)
            .commonName("local-rds")
            .addSubjectAlternativeName(host)
            .addSubjectAlternativeName("localhost")
            .addSubjectAlternativeName(LocalRds.ADDRESS)
            .duration(DAYS, TimeUnit.DAYS)
            .build();
    return new HandshakeCertificates.Builder().heldCertificate(server).build().sslContext();
  }

  private static final class Holder {

    private static final HeldCertificate AUTHORITY =
        new HeldCertificate.Builder()
            .certificateAuthority(0)
            .commonName("local-rds CA")
            .duration(DAYS, TimeUnit.DAYS)
            .build();
  }
}
