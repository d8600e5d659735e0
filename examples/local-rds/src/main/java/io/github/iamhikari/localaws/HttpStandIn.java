package io.github.iamhikari.localaws;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server on a free port of 127.0.0.1, which a test can break and repair. Safe for use by
 * several threads. It listens until it is {@linkplain #close() closed}.
 */
public final class HttpStandIn implements AutoCloseable {

  private final Function<HttpRequest, HttpResponse> service;
  private final InstantSource clock;
  private final Function<HttpRequest, String> name;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final InetSocketAddress address;
  private volatile @Nullable HttpFault fault;
  private volatile String faultyName = "";
  private HttpServer server;
  private @Nullable Socket placeholder;

  private HttpStandIn(
      InstantSource clock,
      Function<HttpRequest, HttpResponse> service,
      Function<HttpRequest, String> name)
      throws IOException {
    this.clock = clock;
    this.service = service;
    this.name = name;
    InetAddress local = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    this.server = serve(new InetSocketAddress(local, 0));
    this.address = server.address();
  }

  /**
   * Starts a server with the system's clock.
   *
   * @param service the service behind it, called by several threads
   * @return the server; to be closed by the caller
   */
  public static HttpStandIn start(Function<HttpRequest, HttpResponse> service) {
    return start(InstantSource.system(), service, HttpRequest::toString);
  }

  /**
   * Starts a server.
   *
   * @param clock the clock for the header {@code Date}
   * @param service the service behind it, called by several threads
   * @param name the name of a request in {@link #requests()} and {@link #fail(String, HttpFault)}
   */
  static HttpStandIn start(
      InstantSource clock,
      Function<HttpRequest, HttpResponse> service,
      Function<HttpRequest, String> name) {
    try {
      return new HttpStandIn(clock, service, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The server's address.
   *
   * @return a URL such as {@code http://127.0.0.1:32768}
   */
  public String endpoint() {
    return "http://127.0.0.1:" + address.getPort();
  }

  /**
   * The requests so far.
   *
   * @return their names, oldest first; a copy. A name is a method and a path, such as {@code GET
   *     /path}, or for {@link LocalAws} the action
   */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /**
   * Breaks every response from now on, until {@link #mend()}.
   *
   * @param how the fault
   */
  public void fail(HttpFault how) {
    fail("", how);
  }

  /**
   * Breaks the responses to some requests from now on, until {@link #mend()}.
   *
   * @param beginning the beginning of these requests' names, as in {@link #requests()}
   * @param how the fault
   */
  public void fail(String beginning, HttpFault how) {
    faultyName = beginning;
    fault = how;
  }

  /**
   * Delays every response from now on, until {@link #mend()}.
   *
   * @param delay the delay
   */
  public void slowBy(Duration delay) {
    fail(
        right -> {
          boolean ended = closed.await(delay.toNanos(), TimeUnit.NANOSECONDS);
          return ended ? new HttpResponse(503, "text/plain", "") : right;
        });
  }

  /** Ends all faults. Responses that are being sent stay broken. */
  public void mend() {
    fault = null;
  }

  /** Closes all connections and refuses new ones, until {@link #comeUp()}. It keeps its port. */
  public synchronized void goDown() {
    server.close();
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
      server = serve(address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HttpServer serve(InetSocketAddress there) throws IOException {
    return HttpServer.start(
        there,
        new HttpServer.Service() {
          @Override
          public HttpResponse answer(HttpRequest request) throws InterruptedException {
            return HttpStandIn.this.answer(request);
          }

          @Override
          public Instant now() {
            return clock.instant();
          }
        });
  }

  private HttpResponse answer(HttpRequest request) throws InterruptedException {
    String called = name.apply(request);
    requests.add(called);
    HttpFault current = fault;
    HttpResponse right = service.apply(request);
    if (current == null || !called.startsWith(faultyName)) {
      return right;
    }
    return current.instead(right);
  }

  private void freePort() throws IOException {
    if (placeholder != null) {
      placeholder.close();
      placeholder = null;
    }
  }

  /** Closes all connections and frees the port. */
  @Override
  public synchronized void close() {
    closed.countDown();
    server.close();
    try {
      freePort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
