package io.github.iamhikari.core;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import okhttp3.tls.HandshakeCertificates;
import okhttp3.tls.HeldCertificate;

/**
 * A region that is not there, whose root certificate lies where those of Amazon's regions lie:
 * among the resources of core, until this is closed.
 */
final class TestRegion implements AutoCloseable {

  private final String name;
  private final Path resource;
  private final HeldCertificate root = authority("Test RDS root");
  private final HeldCertificate intermediate =
      new HeldCertificate.Builder()
          .signedBy(root)
          .certificateAuthority(0)
          .commonName("Test RDS subordinate")
          .build();

  /** The name must be one of the hosts file that tests run with. */
  TestRegion(String name) {
    this.name = name;
    try {
      Path classes =
          Path.of(TestRegion.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = classes.resolve("io/github/iamhikari/core/roots");
      Files.createDirectories(folder);
      this.resource = folder.resolve(name + ".pem");
      Files.writeString(resource, "2026-01-01\n" + root.certificatePem());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static HeldCertificate authority(String name) {
    return new HeldCertificate.Builder().certificateAuthority(1).commonName(name).build();
  }

  /** The name of an endpoint there. */
  String endpoint() {
    return "orders.c9akciq32rgb." + name + ".rds.amazonaws.com";
  }

  /** A certificate of the region for some names, issued as Amazon does: not by the root itself. */
  SSLContext certificateFor(String... names) {
    return context(certificate(names).build(), intermediate.certificate());
  }

  /** One that ended a day ago. */
  SSLContext expiredCertificate() {
    long now = System.currentTimeMillis();
    HeldCertificate.Builder expired =
        certificate(endpoint())
            .validityInterval(now - TimeUnit.DAYS.toMillis(2), now - TimeUnit.DAYS.toMillis(1));
    return context(expired.build(), intermediate.certificate());
  }

  /** One that begins in a day. */
  SSLContext futureCertificate() {
    long now = System.currentTimeMillis();
    HeldCertificate.Builder future =
        certificate(endpoint())
            .validityInterval(now + TimeUnit.DAYS.toMillis(1), now + TimeUnit.DAYS.toMillis(2));
    return context(future.build(), intermediate.certificate());
  }

  /** One for the endpoint that nobody but itself has signed. */
  SSLContext selfSignedCertificate() {
    return context(
        new HeldCertificate.Builder()
            .commonName(endpoint())
            .addSubjectAlternativeName(endpoint())
            .build());
  }

  /** One for the endpoint by an authority that nobody knows. */
  SSLContext certificateOfUnknownAuthority() {
    return context(
        new HeldCertificate.Builder()
            .signedBy(authority("Corporate Proxy"))
            .commonName(endpoint())
            .addSubjectAlternativeName(endpoint())
            .build());
  }

  private HeldCertificate.Builder certificate(String... names) {
    HeldCertificate.Builder builder =
        new HeldCertificate.Builder().signedBy(intermediate).commonName(names[0]);
    for (String each : names) {
      builder.addSubjectAlternativeName(each);
    }
    return builder;
  }

  private static SSLContext context(HeldCertificate certificate, X509Certificate... intermediates) {
    return new HandshakeCertificates.Builder()
        .heldCertificate(certificate, intermediates)
        .build()
        .sslContext();
  }

  /** The root, as a file that a user would download. */
  String rootPem() {
    return root.certificatePem();
  }

  @Override
  public void close() {
    try {
      Files.delete(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
