package io.github.iamhikari.localrds;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client on one side, its database session on the other. It belongs to the thread that logs the
 * client in; others may only {@link #close()} it.
 */
final class Connection implements Closeable {

  /** How long a peer may be silent before the client is logged in. */
  private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(30);

  private final Socket accepted;
  private final SSLContext tls;
  private final int databasePort;
  private Socket client;
  private @Nullable Socket database;
  private boolean closed;
  private BooleanSupplier end = () -> false;

  Connection(Socket accepted, SSLContext tls, int databasePort) {
    this.accepted = accepted;
    this.client = accepted;
    this.tls = tls;
    this.databasePort = databasePort;
  }

  /** Prepares the client's socket for the login. */
  void open() throws IOException {
    accepted.setTcpNoDelay(true);
    accepted.setSoTimeout((int) LOGIN_TIMEOUT.toMillis());
  }

  InputStream fromClient() throws IOException {
    return client.getInputStream();
  }

  OutputStream toClient() throws IOException {
    return client.getOutputStream();
  }

  /** From here on, TLS is spoken with the client. */
  void startTls() throws IOException {
    startTls(InputStream.nullInputStream());
  }

  /**
   * From here on, TLS is spoken with the client.
   *
   * @param consumed what has been read of it already
   * @param protocols what can be spoken in it, if the client asks for a protocol (ALPN)
   */
  void startTls(InputStream consumed, String... protocols) throws IOException {
    SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(accepted, consumed, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(protocols);
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    client = socket;
  }

  /** The protocol that the client asked for (ALPN); empty if it asked for none. */
  String applicationProtocol() {
    return client instanceof SSLSocket socket ? socket.getApplicationProtocol() : "";
  }

  /** The server's name that the client asked for (SNI). */
  Optional<String> serverName() {
    if (client instanceof SSLSocket socket
        && socket.getSession() instanceof ExtendedSSLSession session) {
      return session.getRequestedServerNames().stream()
          .filter(SNIHostName.class::isInstance)
          .map(name -> ((SNIHostName) name).getAsciiName())
          .findFirst();
    }
    return Optional.empty();
  }

  /** The version of TLS that is spoken with the client; null if none is. */
  @Nullable String tlsProtocol() {
    return client instanceof SSLSocket socket ? socket.getSession().getProtocol() : null;
  }

  /** Opens the connection to the database, which listens on the same address. */
  void connectToDatabase() throws IOException {
    Socket socket = new Socket(accepted.getLocalAddress(), databasePort);
    synchronized (this) {
      database = socket;
      if (closed) {
        socket.close();
      }
    }
    socket.setTcpNoDelay(true);
    socket.setSoTimeout((int) LOGIN_TIMEOUT.toMillis());
  }

  InputStream fromDatabase() throws IOException {
    return database().getInputStream();
  }

  OutputStream toDatabase() throws IOException {
    return database().getOutputStream();
  }

  /** Sets when the session is over: the client's next message does not arrive then. */
  void endsWhen(BooleanSupplier over) {
    end = over;
  }

  /**
   * Passes bytes both ways until the session is over. A client that has closed its output still
   * gets the database's answers; the end of the database ends the session.
   */
  void passBytes() throws IOException, InterruptedException {
    accepted.setSoTimeout(0);
    database().setSoTimeout(0);
    Thread upstream = new Thread(this::passToDatabase, Thread.currentThread().getName() + " up");
    upstream.setDaemon(true);
    upstream.start();
    try {
      fromDatabase().transferTo(toClient());
      endOutput();
    } finally {
      close();
      upstream.join();
    }
  }

  private void passToDatabase() {
    try {
      new Session(fromClient(), end).transferTo(toDatabase());
      database().shutdownOutput();
    } catch (IOException e) {
      close();
    }
  }

  /** Closes the output to the client. */
  void endOutput() throws IOException {
    client.shutdownOutput();
  }

  private synchronized Socket database() {
    return Objects.requireNonNull(database, "not connected to the database");
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Closes both sides at once. */
  @Override
  public synchronized void close() {
    closed = true;
    closeQuietly(accepted);
    if (database != null) {
      closeQuietly(database);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // There is nothing more to close.
    }
  }

  /** What a client sends until its session is over. */
  private static final class Session extends FilterInputStream {

    private final BooleanSupplier end;

    Session(InputStream client, BooleanSupplier end) {
      super(client);
      this.end = end;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      int count = super.read(to, offset, length);
      if (end.getAsBoolean()) {
        throw new SocketException("the session is over");
      }
      return count;
    }
  }
}
