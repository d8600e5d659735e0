package io.github.iamhikari.localrds;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts clients, logs them in, and then passes bytes between them and the database. One thread
 * accepts connections; each client has one thread for its login and for reading from the database,
 * and another for writing to it.
 */
final class Gateway implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

  private final ServerSocket listener;
  private final LoginProtocol protocol;
  private final SSLContext tls;
  private final int databasePort;
  private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();
  private final Thread acceptor;

  private Gateway(ServerSocket listener, LoginProtocol protocol, SSLContext tls, int databasePort) {
    this.listener = listener;
    this.protocol = protocol;
    this.tls = tls;
    this.databasePort = databasePort;
    this.acceptor = daemon("local-rds :" + listener.getLocalPort(), this::acceptAll);
  }

  /** Listens on 127.0.0.1; on a free port for 0. */
  static ServerSocket listen(int port) throws IOException {
    return new ServerSocket(port, 0, address());
  }

  /** Binds the port without listening, so that connections are refused. */
  static Socket reserve(int port) throws IOException {
    Socket bound = new Socket();
    bound.setReuseAddress(true);
    bound.bind(new InetSocketAddress(address(), port));
    return bound;
  }

  private static InetAddress address() throws UnknownHostException {
    return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
  }

  /** Serves the clients of a listening socket, which it owns from now on. */
  static Gateway start(
      ServerSocket listener, LoginProtocol protocol, SSLContext tls, int databasePort) {
    Gateway gateway = new Gateway(listener, protocol, tls, databasePort);
    gateway.acceptor.start();
    return gateway;
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        accept(listener.accept());
      } catch (IOException e) {
        LOG.debug("{}: {}", acceptor.getName(), e.toString());
      }
    }
  }

  private void accept(Socket socket) {
    Connection connection = new Connection(socket, tls, databasePort);
    Thread thread =
        daemon(acceptor.getName() + " client :" + socket.getPort(), () -> serve(connection));
    connections.put(connection, thread);
    thread.start();
  }

  private void serve(Connection connection) {
    try (connection) {
      connection.open();
      if (protocol.login(connection)) {
        connection.passBytes();
        return;
      }
      connection.endOutput();
    } catch (IOException e) {
      LOG.debug("{}: {}", Thread.currentThread().getName(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Closes all connections; returns when all threads have ended. */
  @Override
  public void close() {
    try {
      listener.close();
      acceptor.join();
      for (Map.Entry<Connection, Thread> entry : connections.entrySet()) {
        entry.getKey().close();
        entry.getValue().join();
      }
    } catch (IOException e) {
      LOG.warn("{}: {}", acceptor.getName(), e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
