package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A real HTTP server on a free port of 127.0.0.1, which a test can break and mend. Safe for use by
 * several threads.
 */
public final class HttpStandIn implements AutoCloseable {

  static {
    // Else the JDK's server waits for 40 ms between the head of an answer and its body.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final Function<HttpRequest, HttpResponse> service;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile @Nullable HttpFault fault;
  private volatile String faultyPath = "";
  private volatile InetSocketAddress address;
  private ExecutorService threads;
  private HttpServer server;
  private @Nullable Socket placeholder;

  private HttpStandIn(Function<HttpRequest, HttpResponse> service) throws IOException {
    this.service = service;
    this.address = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
    this.threads = threads();
    this.server = serve();
    this.address = server.getAddress();
  }

  /** One that is served by this function, on threads of its own. */
  public static HttpStandIn start(Function<HttpRequest, HttpResponse> service) {
    try {
      return new HttpStandIn(service);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As in {@code http://127.0.0.1:32768}. */
  public String endpoint() {
    return "http://127.0.0.1:" + address.getPort();
  }

  /** What it was asked so far, as {@code GET /path}, oldest first. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** From now on every answer goes wrong, until it is {@link #mend mended}. */
  public void fail(HttpFault how) {
    fail("", how);
  }

  /** From now on the answers for paths that begin so go wrong. */
  public void fail(String path, HttpFault how) {
    faultyPath = path;
    fault = how;
  }

  /** From now on answers come that much later. */
  public void slowBy(Duration delay) {
    fail(
        right -> {
          boolean ended = closed.await(delay.toNanos(), TimeUnit.NANOSECONDS);
          return ended ? new HttpResponse(503, "text/plain", "") : right;
        });
  }

  /** From now on answers are right. Those that are on their way go wrong as they began. */
  public void mend() {
    fault = null;
  }

  /** Nobody listens on the port any more: connections are cut, new ones refused. */
  public synchronized void goDown() {
    stop();
    try {
      Socket keepsThePort = new Socket();
      keepsThePort.setReuseAddress(true);
      keepsThePort.bind(address);
      placeholder = keepsThePort;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens again, on the same port. */
  public synchronized void comeUp() {
    try {
      freePort();
      threads = threads();
      server = serve();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpServer serve() throws IOException {
    HttpServer starting = HttpServer.create(address, 0);
    starting.setExecutor(threads);
    starting.createContext("/", this::answer);
    starting.start();
    return starting;
  }

  private static ExecutorService threads() {
    return Executors.newCachedThreadPool(
        work -> {
          Thread thread = new Thread(work, "HTTP stand-in");
          thread.setDaemon(true);
          return thread;
        });
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      HttpRequest request = HttpRequest.of(exchange);
      requests.add(request.toString());
      HttpFault current = fault;
      HttpResponse answer = service.apply(request);
      if (current != null && request.path().startsWith(faultyPath)) {
        answer = current.instead(answer);
      }
      byte[] body = answer.body().getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.contentType());
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void freePort() throws IOException {
    if (placeholder != null) {
      placeholder.close();
      placeholder = null;
    }
  }

  @Override
  public synchronized void close() {
    closed.countDown();
    stop();
    try {
      freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
