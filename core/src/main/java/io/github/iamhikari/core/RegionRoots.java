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
 * Amazon's root certificates of one region, which come along with this library. Instances and
 * clusters have certificates that lead to one of them; proxies have those of a public authority.
 *
 * @param region the region
 * @param date the day of the bundle that they are from, such as {@code 2026-11-24}
 * @param certificates the roots
 * @see <a href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html">Using
 *     SSL/TLS to encrypt a connection</a>
 */
record RegionRoots(String region, String date, List<X509Certificate> certificates) {

  /** In a region's place: all regions whose roots come along. */
  static final String ALL = "all";

  /** In a region's place: none that is known. Amazon's bundle for that does not come along. */
  static final String GLOBAL = "global";

  /** What holds their names, one a line. */
  private static final String REGIONS = "roots/regions.txt";

  /** Whether there are any for a region. */
  static boolean exist(String region) {
    return RegionRoots.class.getResource(region.equals(ALL) ? REGIONS : file(region)) != null;
  }

  /**
   * Reads those of a region.
   *
   * @throws IllegalArgumentException if there are none
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
   * Reads those of a region as a PEM file, with the date in its first line.
   *
   * @throws IllegalArgumentException if there are none
   */
  static byte[] pem(String region) {
    return region.equals(ALL) ? pemOfAll() : resource(file(region), region);
  }

  /** With the date of the first one. */
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
   * Reads a PEM file.
   *
   * @throws CertificateException if it holds something else than certificates, or nothing
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

  /** As in a message. */
  static String shown(String region) {
    return region.equals(ALL) ? "all regions" : region;
  }

  @Override
  public String toString() {
    return "Amazon's roots for " + shown(region) + " (as of " + date + ")";
  }
}
