package io.github.iamhikari.core;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.ExceptionFactory;
import org.mariadb.jdbc.plugin.TlsSocketPlugin;
import org.mariadb.jdbc.plugin.tls.main.DefaultTlsSocketPlugin;

/**
 * A TLS plugin that verifies servers for MariaDB's driver. Internal: it is public only because the
 * driver loads it as a service, by its {@linkplain #type() type} in {@code tlsSocketType}. This
 * library sets that property unless the configuration sets up TLS itself.
 *
 * <p>Not thread-safe: the driver creates an instance for each connection.
 */
public final class MariaDbTlsPlugin implements TlsSocketPlugin {

  /** A constant, because this class cannot be loaded where the driver is missing. */
  static final String NAME = "io.github.iamhikari.core.MariaDbTlsPlugin";

  static final String TYPE = "IAM-HIKARI";

  /** A property that the driver does not know, but preserves. */
  static final String ARGUMENT = "verifiedServer";

  private final DefaultTlsSocketPlugin standard = new DefaultTlsSocketPlugin();

  private @Nullable VerifiedTls tls;

  /** Called by the driver. */
  public MariaDbTlsPlugin() {}

  /** {@return the value of {@code tlsSocketType} that selects this plugin} */
  @Override
  public String type() {
    return TYPE;
  }

  /**
   * Returns the trust manager that verifies the server, with the root certificates in the
   * configuration, or else with those of the endpoint's region and of the JVM.
   *
   * @throws SQLException if the roots cannot be read
   */
  @Override
  public TrustManager[] getTrustManager(
      Configuration configuration, ExceptionFactory exceptions, HostAddress host)
      throws SQLException {
    VerifiedTls configured =
        VerifiedTls.of(configuration.nonMappedOptions().getProperty(ARGUMENT, ""));
    tls = configured;
    String file = configuration.serverSslCert();
    String roots = file == null ? configuration.trustStore() : file;
    if (roots != null) {
      TrustManager given = standard.getTrustManager(configuration, exceptions, host)[0];
      if (given instanceof X509ExtendedTrustManager extended) {
        return new TrustManager[] {ServerVerifier.of("the configured roots", extended)};
      }
      throw new SQLException("The driver has no X509ExtendedTrustManager for its roots", "08000");
    }
    try {
      return new TrustManager[] {configured.verifier()};
    } catch (IOException | GeneralSecurityException e) {
      throw new SQLException("The root certificates cannot be used", "08000", e);
    }
  }

  @Override
  public KeyManager[] getKeyManager(Configuration configuration, ExceptionFactory exceptions)
      throws SQLException {
    return standard.getKeyManager(configuration, exceptions);
  }

  /**
   * Adds TLS to a connected socket, for versions of the driver before 4.
   *
   * @param socket the socket
   * @param factory a factory with the trust manager of this plugin
   * @return the socket with TLS, before its handshake
   * @throws IOException if that fails
   */
  public SSLSocket createSocket(Socket socket, SSLSocketFactory factory) throws IOException {
    if (tls == null) {
      throw new IOException("The driver has not asked for a trust manager");
    }
    return tls.over(socket, factory);
  }

  /**
   * Adds TLS to a connected socket.
   *
   * @param host ignored: the certificate must be for the endpoint that tokens are signed for
   * @throws IOException if that fails
   */
  @Override
  public SSLSocket createSocket(Socket socket, SSLSocketFactory factory, String host)
      throws IOException {
    return createSocket(socket, factory);
  }

  /**
   * Does nothing, for versions of the driver before 4: the handshake has already compared the name.
   *
   * @param host ignored
   * @param session ignored
   * @param serverThreadId ignored
   */
  public void verify(String host, SSLSession session, long serverThreadId) {}
}
