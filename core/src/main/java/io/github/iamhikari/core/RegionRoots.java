package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Amazon's root certificates for one region, which this library includes. Certificates of instances
 * and clusters chain to one of them; those of proxies are issued by a public authority.
 *
 * @param region the region
 * @param date the date of the bundle that contains them, such as {@code 2026-11-24}
 * @param certificates the roots
 * @see <a href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html">Using
 *     SSL/TLS to encrypt a connection</a>
 */
record RegionRoots(String region, String date, List<X509Certificate> certificates) {

  /** Instead of a region: all regions whose roots are included. */
  static final String ALL = "all";

  /** Instead of a region: an unknown one. Amazon's bundle for it is not included. */
  static final String GLOBAL = "global";

  /** The file with their names, one per line. */
  private static final String REGIONS = "roots/regions.txt";

  /** Whether roots for a region are included. */
  static boolean exist(String region) {
    return RegionRoots.class.getResource(region.equals(ALL) ? REGIONS : file(region)) != null;
  }

  /**
   * Loads the roots for a region.
   *
   * @throws IllegalArgumentException if none are included
   */
  static RegionRoots of(String region) {
    byte[] pem = pem(region);
    String text = new String(pem, US_ASCII);
    String date = text.substring(0, text.indexOf('\n'));
    try {
      return new RegionRoots(region, date, certificates(new ByteArrayInputStream(pem)));
    } catch (CertificateException e) {
      throw new IllegalStateException("The root certificates for " + region + " are damaged", e);
    }
  }

  /**
   * Loads the roots for a region as a PEM file, with the date in its first line.
   *
   * @throws IllegalArgumentException if none are included
   */
  static byte[] pem(String region) {
    return region.equals(ALL) ? pemOfAll() : resource(file(region), region);
  }

  /** The roots of all regions, with the date of the first one. */
  private static byte[] pemOfAll() {
    StringBuilder all = new StringBuilder();
    for (String region : new String(resource(REGIONS, ALL), US_ASCII).split("\n", -1)) {
      if (!region.isEmpty()) {
        String pem = new String(pem(region), US_ASCII);
        all.append(all.isEmpty() ? pem : pem.substring(pem.indexOf('\n') + 1));
      }
    }
    return all.toString().getBytes(US_ASCII);
  }

  private static byte[] resource(String file, String region) {
    try (InputStream input = RegionRoots.class.getResourceAsStream(file)) {
      if (input == null) {
        throw new IllegalArgumentException("There are no root certificates for " + region);
      }
      return input.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Parses a PEM file.
   *
   * @throws CertificateException if it contains anything but certificates, or none
   */
  static List<X509Certificate> certificates(InputStream input) throws CertificateException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(input)) {
      certificates.add((X509Certificate) certificate);
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("The file contains no certificate");
    }
    return certificates;
  }

  private static String file(String region) {
    return "roots/" + region + ".pem";
  }

  /** The region in messages. */
  static String shown(String region) {
    return region.equals(ALL) ? "all regions" : region;
  }

  @Override
  public String toString() {
    return "Amazon's roots for " + shown(region) + " (as of " + date + ")";
  }
}
