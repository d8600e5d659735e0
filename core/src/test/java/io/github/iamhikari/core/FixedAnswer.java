package io.github.iamhikari.core;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server on 127.0.0.1 that says the same to all clients, whatever they say. */
final class FixedAnswer implements AutoCloseable {

  private final ServerSocket listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  private final byte[] answer;

  FixedAnswer(byte[] answer) throws IOException {
    this.answer = answer;
    Thread thread = new Thread(this::serve, "fixed answer");
    thread.setDaemon(true);
    thread.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  private void serve() {
    while (!listener.isClosed()) {
      try (Socket client = listener.accept()) {
        client.getOutputStream().write(answer);
        client.getInputStream().readAllBytes(); // until the client goes
      } catch (IOException e) {
        // the client has gone, or this was closed
      }
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
