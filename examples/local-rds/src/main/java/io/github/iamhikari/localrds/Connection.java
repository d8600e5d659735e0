package io.github.iamhikari.localrds;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
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

  Connection(Socket accepted, SSLContext tls, int databasePort) {
    this.accepted = accepted;
    this.client = accepted;
    this.tls = tls;
    this.databasePort = databasePort;
  }

  /** Readies the client's socket for its login. */
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
    String peer = accepted.getInetAddress().getHostAddress();
    SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(accepted, peer, accepted.getPort(), true);
    socket.setUseClientMode(false);
    socket.startHandshake();
    client = socket;
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

  /**
   * Passes bytes both ways until the session is over. A client that has said its last still gets
   * what the database answers; a database that is gone ends the session.
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
      fromClient().transferTo(toDatabase());
      database().shutdownOutput();
    } catch (IOException e) {
      close();
    }
  }

  /** Tells the client that there is no more to come. */
  void endOutput() throws IOException {
    client.shutdownOutput();
  }

  private synchronized Socket database() {
    return Objects.requireNonNull(database, "not connected to the database");
  }

  /** Cuts both sides at once, whatever is under way. */
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
      // Then it is closed already, as far as we can do it.
    }
  }
}
