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
 * TLS with a server that is verified: what this library tells a driver of it, as one text, and what
 * it makes of that text when the driver asks it back.
 *
 * @param endpoint the name that the server's certificate must be for
 * @param region the region whose roots count, beside those of the JVM; empty for none
 * @param rootsFile a PEM file of the only roots that count; empty for none
 */
record VerifiedTls(String endpoint, String region, String rootsFile) {

  private static final String NO_ROOTS =
      "sslrootcert names a file that cannot be read or contains no certificate; set it to a PEM"
          + " file of root certificates, such as Amazon's bundle";

  /** Of regions; a driver asks for each connection, and TLS sessions are resumed within one. */
  private static final Map<String, SSLContext> CONTEXTS = new ConcurrentHashMap<>();

  /** With an endpoint. That of DSQL has a certificate of a public authority, and of no other. */
  static VerifiedTls of(EndpointName endpoint, String region, String rootsFile) {
    return new VerifiedTls(endpoint.name(), endpoint.isOfDsql() ? "" : region, rootsFile);
  }

  /** Reads what {@link #argument()} wrote. */
  static VerifiedTls of(String argument) {
    String[] parts = argument.split(",", 3);
    if (parts.length != 3) {
      throw new IllegalArgumentException(
          "This class is internal to iam-hikari, which configures it itself; remove it from the"
              + " driver's configuration");
    }
    return new VerifiedTls(parts[0], parts[1], parts[2]);
  }

  /** For a property of a driver. */
  String argument() {
    return endpoint + "," + region + "," + rootsFile;
  }

  /**
   * Puts TLS on a connected socket; the handshake comes with the first use of it.
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

  /** Puts TLS on a connected socket, by a factory whose trust manager is a {@link #verifier()}. */
  SSLSocket over(Socket socket, SSLSocketFactory factory) throws IOException {
    return (SSLSocket) factory.createSocket(socket, endpoint, socket.getPort(), true);
  }

  /** What verifies the server, if no context of this class is used. */
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
   * Reads the file of roots, which is read again for each connection.
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
      return newContext(); // of a file that may be another one by now
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
