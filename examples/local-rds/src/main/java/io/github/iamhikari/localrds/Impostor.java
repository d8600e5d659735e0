package io.github.iamhikari.localrds;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A server that collects tokens: it speaks the database's protocol up to TLS, presents its own
 * certificate and records what clients then send. A test asserts that they send nothing. It listens
 * on a free port of 127.0.0.1. Safe for use by several threads.
 */
public final class Impostor implements AutoCloseable {

  /** The protocol before TLS. */
  public enum Protocol {
    /** PostgreSQL's. */
    POSTGRESQL {
      @Override
      void comeToTls(DataInputStream input, OutputStream output) throws IOException {
        input.readFully(new byte[8]); // SSLRequest
        output.write('S');
      }
    },
    /** MySQL's and MariaDB's. */
    MYSQL {
      @Override
      void comeToTls(DataInputStream input, OutputStream output) throws IOException {
        output.write(GREETING);
        output.flush();
        input.readFully(new byte[4 + 32]); // the header, and SSLRequest
      }
    };

    abstract void comeToTls(DataInputStream input, OutputStream output) throws IOException;
  }

  /** Of a MySQL 8.4 that speaks TLS and wants mysql_clear_password. */
  private static final byte[] GREETING = greeting();

  private final ServerSocket listener;
  private final Protocol protocol;
  private final SSLContext certificate;
  private final ByteArrayOutputStream received = new ByteArrayOutputStream();
  private final AtomicInteger clients = new AtomicInteger();

  /**
   * Starts a server.
   *
   * @param protocol the clients' protocol
   * @param certificate the server's key and certificate
   * @throws IOException if there is no free port
   */
  public Impostor(Protocol protocol, SSLContext certificate) throws IOException {
    this.protocol = protocol;
    this.certificate = certificate;
    this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    Thread thread = new Thread(this::serve, "impostor");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * The port on 127.0.0.1 that it listens on.
   *
   * @return the port
   */
  public int port() {
    return listener.getLocalPort();
  }

  /**
   * How many clients have connected.
   *
   * @return the number so far
   */
  public int clients() {
    return clients.get();
  }

  /**
   * What clients sent inside TLS.
   *
   * @return the bytes so far, one character each
   */
  public String received() {
    synchronized (received) {
      return received.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket client = listener.accept()) {
        clients.incrementAndGet();
        client.setSoTimeout(10_000);
        protocol.comeToTls(new DataInputStream(client.getInputStream()), client.getOutputStream());
        keepWhatComes(client);
      } catch (IOException e) {
        // the client has gone, as it should
      }
    }
  }

  private void keepWhatComes(Socket client) throws IOException {
    try (SSLSocket tls =
        (SSLSocket)
            certificate
                .getSocketFactory()
                .createSocket(client, client.getInetAddress().getHostAddress(), 0, true)) {
      tls.setUseClientMode(false);
      tls.startHandshake();
      byte[] bytes = new byte[4096];
      int length = tls.getInputStream().read(bytes);
      synchronized (received) {
        received.write(bytes, 0, Math.max(0, length));
      }
    }
  }

  /** Stops it. */
  @Override
  public void close() throws IOException {
    listener.close();
  }

  private static byte[] greeting() {
    String payload =
        "0a" // protocol 10
            + HexFormat.of().formatHex("8.4.0".getBytes(StandardCharsets.US_ASCII))
            + "00"
            + "01000000" // the connection's number
            + "4141414141414141" // salt
            + "00"
            + "0aaa" // capabilities: connect with db, protocol 41, TLS, secure connection
            + "ff" // utf8mb4
            + "0200" // status
            + "0800" // plugin authentication
            + "15" // the salt's length
            + "00".repeat(10)
            + "424242424242424242424242"
            + "00"
            + HexFormat.of().formatHex("mysql_clear_password".getBytes(StandardCharsets.US_ASCII))
            + "00";
    byte[] bytes = HexFormat.of().parseHex(payload);
    byte[] packet = new byte[bytes.length + 4];
    packet[0] = (byte) bytes.length;
    System.arraycopy(bytes, 0, packet, 4, bytes.length);
    return packet;
  }
}
