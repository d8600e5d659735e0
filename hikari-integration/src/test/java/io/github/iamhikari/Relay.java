package io.github.iamhikari;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What lies between a pool and its server, and all that can happen there: connections are cut or
 * refused, bytes get stuck, the way leads to another server. It listens on 127.0.0.1. May be shared
 * between threads.
 */
final class Relay {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition change = lock.newCondition();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger held = new AtomicInteger();
  private final int port;
  private volatile int target;
  private volatile ServerSocket listener;
  private volatile Thread acceptor;
  private volatile boolean hangs;

  /** Holds the port while nobody listens, or an outgoing connection could be given it. */
  private volatile @Nullable SocketChannel reservation;

  /** A relay that leads to a port of this machine. */
  Relay(int target) throws IOException {
    this.target = target;
    this.listener = listen(0);
    this.port = listener.getLocalPort();
    this.acceptor = acceptFrom(listener);
  }

  /** Where it listens. */
  int port() {
    return port;
  }

  /** How many connections are open through it. */
  int open() {
    return open.get();
  }

  /** How many times bytes got stuck. */
  int held() {
    return held.get();
  }

  /** Cuts all connections, and lets nobody in. */
  void refuse() throws IOException, InterruptedException {
    stopListening();
    reservation = reserve(port);
    cut();
  }

  /** Lets them in again. */
  void restore() throws IOException {
    release();
    listener = listen(port);
    acceptor = acceptFrom(listener);
  }

  /** Those who come from now on get to another port. */
  void leadTo(int otherTarget) {
    target = otherTarget;
  }

  /** Cuts all connections. */
  void cut() {
    sockets.forEach(Relay::closeQuietly);
  }

  /** From now on bytes get stuck; who comes is let in. */
  void hang() {
    hangs = true;
  }

  /** Passes on all that got stuck, and what comes. */
  void goOn() {
    lock.lock();
    try {
      hangs = false;
      change.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it. */
  void close() throws IOException, InterruptedException {
    goOn();
    stopListening();
    release();
    cut();
  }

  /** The port is free when the thread that accepts has left the call that waits there. */
  private void stopListening() throws IOException, InterruptedException {
    listener.close();
    acceptor.join();
  }

  private static SocketChannel reserve(int port) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
    channel.bind(new InetSocketAddress(HERE, port));
    return channel;
  }

  private void release() throws IOException {
    SocketChannel reserved = reservation;
    if (reserved != null) {
      reserved.close();
      reservation = null;
    }
  }

  private static ServerSocket listen(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(HERE, port));
    return socket;
  }

  private Thread acceptFrom(ServerSocket from) {
    return daemon(
        () -> {
          while (!from.isClosed()) {
            try {
              serve(from.accept(), from);
            } catch (IOException e) {
              // Nobody listens at the other end, or here any more.
            }
          }
        });
  }

  private void serve(Socket client, ServerSocket from) throws IOException {
    sockets.add(client);
    Socket server;
    try {
      server = new Socket(HERE, target);
    } catch (IOException e) {
      end(client);
      throw e;
    }
    sockets.add(server);
    open.incrementAndGet();
    if (from.isClosed()) {
      closeQuietly(client);
    }
    daemon(
        () -> {
          pass(client, server);
          open.decrementAndGet();
        });
    daemon(() -> pass(server, client));
  }

  private void pass(Socket source, Socket destination) {
    try {
      InputStream input = source.getInputStream();
      OutputStream output = destination.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int n = input.read(bytes); n >= 0; n = input.read(bytes)) {
        awaitPassage();
        output.write(bytes, 0, n);
      }
    } catch (IOException e) {
      // One of them is gone, so the other one has to go.
    } finally {
      end(source);
      end(destination);
    }
  }

  private void awaitPassage() {
    if (!hangs) {
      return;
    }
    held.incrementAndGet();
    lock.lock();
    try {
      while (hangs) {
        change.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  private void end(Socket socket) {
    closeQuietly(socket);
    sockets.remove(socket);
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
