package io.github.iamhikari.core;

import com.mysql.cj.conf.PropertyKey;
import com.mysql.cj.conf.PropertySet;
import com.mysql.cj.log.Log;
import com.mysql.cj.protocol.ServerSession;
import com.mysql.cj.protocol.SocketConnection;
import com.mysql.cj.protocol.StandardSocketFactory;
import java.io.Closeable;
import java.io.IOException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket factory that verifies MySQL servers for Connector/J. Internal: it is public only because
 * Connector/J loads it by name, as its {@code socketFactory}. This library sets that property
 * unless the configuration sets up TLS itself.
 *
 * <p>Not thread-safe: Connector/J creates an instance for each connection.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-connection.html">Connector/J's
 *     documentation</a>
 */
public final class MySqlSocketFactory extends StandardSocketFactory {

  /** A constant, because this class cannot be loaded where Connector/J is missing. */
  static final String NAME = "io.github.iamhikari.core.MySqlSocketFactory";

  /** Called by Connector/J. */
  public MySqlSocketFactory() {}

  /**
   * Performs the TLS handshake, which accepts only a certificate for the endpoint. The endpoint is
   * passed in {@code trustCertificateKeyStoreUrl}, since {@code MysqlDataSource} has that property,
   * too.
   *
   * @throws IOException if the server cannot be verified or the connection fails
   */
  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as StandardSocketFactory
  public <T extends Closeable> T performTlsHandshake(
      SocketConnection connection, @Nullable ServerSession session, @Nullable Log log)
      throws IOException {
    PropertySet properties = connection.getPropertySet();
    String argument =
        properties.getStringProperty(PropertyKey.trustCertificateKeyStoreUrl).getValue();
    SSLSocket tls = VerifiedTls.of(String.valueOf(argument)).over(rawSocket);
    String versions = properties.getStringProperty(PropertyKey.tlsVersions).getValue();
    if (versions != null) {
      tls.setEnabledProtocols(versions.split("\\s*,\\s*"));
    }
    String suites = properties.getStringProperty(PropertyKey.tlsCiphersuites).getValue();
    if (suites != null) {
      tls.setEnabledCipherSuites(suites.split("\\s*,\\s*"));
    }
    tls.startHandshake();
    sslSocket = tls;
    return (T) tls;
  }
}
