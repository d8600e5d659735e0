package io.github.iamhikari.localrds;

import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * The authority that issues the certificates of all stand-ins of this JVM. It is made when it is
 * first asked, and good for 30 days. May be shared between threads.
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
   * Issues a certificate for an endpoint, fit for a driver that verifies all of it.
   *
   * @return what a server of this certificate speaks TLS with
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
