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
 * Verifies MySQL servers for Connector/J. Not for applications: it is public only because
 * Connector/J loads it by its name, as its {@code socketFactory}. This library configures that
 * where the configuration says nothing of TLS.
 *
 * <p>For one connection, and so for one thread at a time.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/connector-j/en/connector-j-connp-props-connection.html">Connector/J's
 *     documentation</a>
 */
public final class MySqlSocketFactory extends StandardSocketFactory {

  /** A constant, since this class may be where Connector/J is not, and cannot be loaded there. */
  static final String NAME = "io.github.iamhikari.core.MySqlSocketFactory";

  /** For Connector/J. */
  public MySqlSocketFactory() {}

  /**
   * Does the handshake, which accepts no certificate but one for the endpoint. Which that is stands
   * in {@code trustCertificateKeyStoreUrl}, a property that a {@code MysqlDataSource} has, too.
   *
   * @throws IOException if the server is not accepted, or the connection fails
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
