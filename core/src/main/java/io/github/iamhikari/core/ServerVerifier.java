package io.github.iamhikari.core;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A trust manager that accepts a server if its certificate chains to a trusted root and is issued
 * for the name that the socket connects to. It does so in the TLS handshake, before the driver
 * sends any login data. Thread-safe.
 */
final class ServerVerifier extends X509ExtendedTrustManager {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** The maximum number of endpoints whose verification is logged. */
  private static final int MOST_ANNOUNCED = 1000;

  private static final int LONGEST_NAME = 120;

  private static final int DNS_NAME = 2;

  /** Shared by all verifiers, because some drivers create one for each connection. */
  private static final Set<String> announced = ConcurrentHashMap.newKeySet();

  private final List<Roots> roots;

  private ServerVerifier(List<Roots> roots) {
    this.roots = roots;
  }

  /** Trusts Amazon's roots for a region, if this library includes them, and those of the JVM. */
  static ServerVerifier ofRegion(String region) throws GeneralSecurityException {
    List<Roots> roots = new ArrayList<>();
    if (RegionRoots.exist(region)) {
      RegionRoots amazonRoots = RegionRoots.of(region);
      roots.add(
          new GivenRoots(
              amazonRoots.toString(), trustManager(keyStore(amazonRoots.certificates()))));
    }
    roots.add(new JvmRoots());
    return new ServerVerifier(roots);
  }

  /** Trusts the configured roots only. */
  static ServerVerifier of(String description, X509ExtendedTrustManager trustManager) {
    return new ServerVerifier(List.of(new GivenRoots(description, trustManager)));
  }

  /** Trusts the configured certificates only. */
  static ServerVerifier of(String description, Collection<X509Certificate> certificates)
      throws GeneralSecurityException {
    return of(description, trustManager(keyStore(certificates)));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    SSLSession session = ((SSLSocket) socket).getHandshakeSession();
    String endpoint = session.getPeerHost();
    CertificateException failure = null;
    for (Roots candidate : roots) {
      try {
        candidate.trustManager().checkServerTrusted(chain, authType, socket);
        if (isFor(endpoint, chain[0])) {
          announce(session, chain[0], candidate);
          return;
        }
      } catch (CertificateException e) {
        failure = failure == null ? e : failure;
      }
    }
    throw new UnverifiedServerException(explain(chain, authType, endpoint), failure);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw withoutSocket();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw withoutSocket();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    throw withoutSocket();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    throw withoutSocket();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw withoutSocket();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0]; // only servers send them
  }

  /**
   * Whether a certificate is issued for a name, according to its DNS names. The JDK's own check
   * loads all of the JVM's roots, which takes a new JVM longer than the rest of a login.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc6125#section-6.4.3">RFC 6125: a wildcard is the
   *     whole first label</a>
   */
  static boolean isFor(String name, X509Certificate certificate) throws CertificateException {
    for (String pattern : dnsNames(certificate)) {
      boolean isWildcard = pattern.startsWith("*.") && pattern.indexOf('.', 2) > 0;
      int dot = name.indexOf('.');
      if (pattern.equalsIgnoreCase(name)
          || (isWildcard
              && dot > 0
              && pattern.substring(1).equalsIgnoreCase(name.substring(dot)))) {
        return true;
      }
    }
    return false;
  }

  private static List<String> dnsNames(X509Certificate certificate) throws CertificateException {
    List<String> names = new ArrayList<>();
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    if (all != null) {
      for (List<?> name : all) {
        if (name.get(0).equals(DNS_NAME)) {
          names.add(String.valueOf(name.get(1)));
        }
      }
    }
    return names;
  }

  private static CertificateException withoutSocket() {
    return new CertificateException("Cannot verify a server without a socket");
  }

  private void announce(SSLSession session, X509Certificate certificate, Roots candidate) {
    String endpoint = session.getPeerHost();
    String server = endpoint + ":" + session.getPeerPort();
    if (announced.size() < MOST_ANNOUNCED && announced.add(server)) {
      logger.info(
          "Verified {} ({}): its certificate was issued by {} and chains to {}.",
          endpoint,
          session.getProtocol(),
          nameOf(certificate.getIssuerX500Principal().getName()),
          candidate);
    }
  }

  private String explain(X509Certificate[] chain, String authType, String endpoint) {
    X509Certificate certificate = chain[0];
    StringJoiner tried = new StringJoiner(" and ");
    for (Roots candidate : roots) {
      tried.add(candidate.toString());
    }
    return String.format(
        Locale.ROOT,
        "the certificate of %s, issued by %s and valid until %s, %s. It was checked for the name %s"
            + " and against %s",
        nameOf(certificate.getSubjectX500Principal().getName()),
        nameOf(certificate.getIssuerX500Principal().getName()),
        day(certificate.getNotAfter().toInstant()),
        fault(chain, authType, endpoint),
        endpoint,
        tried);
  }

  private String fault(X509Certificate[] chain, String authType, String endpoint) {
    for (X509Certificate certificate : chain) {
      String whose = certificate.equals(chain[0]) ? "" : " (the certificate of its issuer)";
      try {
        certificate.checkValidity();
      } catch (CertificateExpiredException e) {
        return "has expired" + whose;
      } catch (CertificateNotYetValidException e) {
        String start = day(certificate.getNotBefore().toInstant());
        return "is not valid before " + start + whose + ", according to this machine's clock";
      }
    }
    if (rootsOf(chain, authType).isPresent()) {
      return String.format(Locale.ROOT, "is not for %s %s", endpoint, shownNames(chain[0]));
    }
    boolean isSelfSigned =
        chain[0].getSubjectX500Principal().equals(chain[0].getIssuerX500Principal());
    return isSelfSigned ? "is self-signed" : "is from an authority that is not trusted here";
  }

  /** The roots that a chain is trusted by, regardless of the name; empty if there are none. */
  Optional<String> rootsOf(X509Certificate[] chain, String authType) {
    for (Roots candidate : roots) {
      try {
        candidate.trustManager().checkServerTrusted(chain, authType);
        return Optional.of(candidate.toString());
      } catch (CertificateException e) {
        logger.debug("Not trusted by {}: {}", candidate, e.toString());
      }
    }
    return Optional.empty();
  }

  private static String shownNames(X509Certificate certificate) {
    try {
      List<String> names = dnsNames(certificate);
      return names.isEmpty()
          ? "and names no host at all"
          : "but for " + nameOf(String.join(", ", names));
    } catch (CertificateException e) {
      return "but for names that cannot be read";
    }
  }

  /** Shortens and cleans a text, which may come from an unverified server. */
  static String nameOf(String words) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < words.length() && shown.length() < LONGEST_NAME; i++) {
      char c = words.charAt(i);
      shown.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return "\"" + shown + (words.length() > LONGEST_NAME ? "...\"" : "\"");
  }

  static String day(Instant instant) {
    return instant.toString().substring(0, "2026-01-01".length());
  }

  /** A key store with these certificates only. */
  static KeyStore keyStore(Collection<X509Certificate> certificates)
      throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("JKS");
      store.load(null, null);
      for (X509Certificate certificate : certificates) {
        store.setCertificateEntry(String.valueOf(store.size()), certificate);
      }
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("nothing was read", e);
    }
  }

  /** The trust manager for a key store, or for the JVM's own if null. */
  private static X509ExtendedTrustManager trustManager(@Nullable KeyStore store)
      throws GeneralSecurityException {
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new GeneralSecurityException("The JVM has no X509ExtendedTrustManager");
  }

  /** A set of roots, with the trust manager for them. */
  private interface Roots {
    X509ExtendedTrustManager trustManager() throws CertificateException;
  }

  private record GivenRoots(String description, X509ExtendedTrustManager trustManager)
      implements Roots {

    @Override
    public String toString() {
      return description;
    }
  }

  /**
   * Loaded on demand, because that takes a while, and each time anew, because the file may change.
   */
  private record JvmRoots() implements Roots {

    @Override
    public X509ExtendedTrustManager trustManager() throws CertificateException {
      try {
        return ServerVerifier.trustManager(null);
      } catch (GeneralSecurityException e) {
        throw new CertificateException("The JVM's trust store cannot be used", e);
      }
    }

    @Override
    public String toString() {
      return "the JVM's trust store";
    }
  }
}
