package io.github.iamhikari.core;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * A socket factory that verifies PostgreSQL servers for pgjdbc. Internal: it is public only because
 * pgjdbc loads it by name, as its {@code sslfactory}. This library sets that property unless the
 * configuration sets up TLS itself.
 *
 * <p>Thread-safe; pgjdbc creates an instance for each connection.
 *
 * @see <a href="https://jdbc.postgresql.org/documentation/ssl/">pgjdbc's documentation</a>
 */
public final class PostgresSslFactory extends SSLSocketFactory {

  private final VerifiedTls tls;

  /**
   * Called by pgjdbc.
   *
   * @param argument the {@code sslfactoryarg}, which this library sets
   * @throws IllegalArgumentException if the argument was not set by this library
   */
  public PostgresSslFactory(String argument) {
    this.tls = VerifiedTls.of(argument);
  }

  /**
   * Adds TLS to a connected socket. The handshake accepts only a certificate for the endpoint.
   *
   * @param host ignored, as is the port: the certificate must be for the endpoint that tokens are
   *     signed for
   * @throws IOException if the roots cannot be read
   */
  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return tls.over(socket);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    throw unconnected();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw unconnected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    throw unconnected();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort)
      throws IOException {
    throw unconnected();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return suites().getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return suites().getSupportedCipherSuites();
  }

  private static SSLSocketFactory suites() {
    try {
      return SSLContext.getDefault().getSocketFactory();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static IOException unconnected() {
    return new IOException("Only a socket that pgjdbc has connected is supported");
  }
}
