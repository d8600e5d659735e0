package io.github.iamhikari.localrds;

import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A certificate for an endpoint, fit for a driver that verifies all of it, and the authority that
 * issued it. Both are new each time and good for 30 days.
 *
 * @param authority the authority's certificate, as PEM
 * @param tls what a server of this certificate speaks TLS with
 */
record ServerCertificate(String authority, SSLContext tls) {

  private static final long DAYS = 30;

  static ServerCertificate issue(String host) {
    HeldCertificate authority =
        new HeldCertificate.Builder()
            .certificateAuthority(0)
            .commonName("local-rds CA")
            .duration(DAYS, TimeUnit.DAYS)
            .build();
    HeldCertificate server =
        new HeldCertificate.Builder()
            .signedBy(authority)
            .commonName("local-rds")
            .addSubjectAlternativeName(host)
            .addSubjectAlternativeName("localhost")
            .addSubjectAlternativeName(LocalRds.ADDRESS)
            .duration(DAYS, TimeUnit.DAYS)
            .build();
    return new ServerCertificate(
        authority.certificatePem(),
        new HandshakeCertificates.Builder().heldCertificate(server).build().sslContext());
  }
}
