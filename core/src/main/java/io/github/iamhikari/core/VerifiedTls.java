package io.github.iamhikari.core;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * TLS with server verification. Its parameters travel through a driver's configuration as one
 * {@linkplain #argument() text}.
 *
 * @param endpoint the name that the server's certificate must be issued for
 * @param region the region whose root certificates are trusted in addition to the JVM's; empty for
 *     none
 * @param rootsFile a PEM file with the only trusted root certificates; empty for none
 */
record VerifiedTls(String endpoint, String region, String rootsFile) {

  private static final String NO_ROOTS =
      "sslrootcert names a file that cannot be read or contains no certificate; set it to a PEM"
          + " file of root certificates, such as Amazon's bundle";

  /**
   * By region: drivers ask for each connection, and TLS sessions are resumed within one context.
   */
  private static final Map<String, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

  /** For an endpoint. Certificates of Aurora DSQL are always issued by a public authority. */
  static VerifiedTls of(EndpointName endpoint, String region, String rootsFile) {
    return new VerifiedTls(endpoint.name(), endpoint.isOfDsql() ? "" : region, rootsFile);
  }

  /** Parses an {@link #argument()}. */
  static VerifiedTls of(String argument) {
    String[] parts = argument.split(",", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "This class is internal to iam-hikari, which configures it itself; remove it from the"
              + " driver's configuration");
    }
    return new VerifiedTls(parts[0], parts[1], parts[2]);
  }

  /** The parameters as the value of a driver's property. */
  String argument() {
    return endpoint + "," + region + "," + rootsFile;
  }

  /**
   * Adds TLS to a connected socket; the first use performs the handshake.
   *
   * @throws IOException if the roots cannot be read
   */
  SSLSocket over(Socket socket) throws IOException {
    try {
      return over(socket, context().getSocketFactory());
    } catch (GeneralSecurityException e) {
      throw new IOException("The root certificates cannot be used", e);
    }
  }

  /** Adds TLS to a connected socket, with a factory that uses a {@link #verifier()}. */
  SSLSocket over(Socket socket, SSLSocketFactory factory) throws IOException {
    return (SSLSocket) factory.createSocket(socket, endpoint, socket.getPort(), true);
  }

  /** The trust manager that verifies the server. */
  ServerVerifier verifier() throws IOException, GeneralSecurityException {
    if (rootsFile.isEmpty()) {
      return ServerVerifier.ofRegion(region);
    }
    try (InputStream input = Files.newInputStream(Path.of(rootsFile))) {
      return ServerVerifier.of("the roots in sslrootcert", RegionRoots.certificates(input));
    } catch (IOException | CertificateException | InvalidPathException e) {
      throw new IOException(NO_ROOTS + " (" + e.getClass().getSimpleName() + ")");
    }
  }

  /**
   * Checks the file of root certificates, which is read again for each connection.
   *
   * @throws IllegalArgumentException if it cannot be read or holds no certificate
   */
  void checkRootsFile() {
    try {
      verifier();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(NO_ROOTS, e);
    }
  }

  private SSLContext context() throws IOException, GeneralSecurityException {
    if (!rootsFile.isEmpty()) {
      return newContext(); // the file may have changed
    }
    SSLContext context = CONTEXTS.get(region);
    if (context != null) {
      return context;
    }
    SSLContext created = newContext();
    SSLContext earlier = CONTEXTS.putIfAbsent(region, created);
    return earlier == null ? created : earlier;
  }

  private SSLContext newContext() throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {verifier()}, null);
    return context;
  }
}
