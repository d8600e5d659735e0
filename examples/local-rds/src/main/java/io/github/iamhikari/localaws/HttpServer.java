package io.github.iamhikari.localaws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A small HTTP/1.1 server. It reads one request from each connection, on a thread of its own. The
 * JDK's server would do, but sets the {@code Date} of a response by the system's clock.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112: HTTP/1.1</a>
 */
final class HttpServer implements AutoCloseable {

  /** What the server does with a request. */
  interface Service {

    /** The response, or an {@link InterruptedException} for no response. */
    HttpResponse answer(HttpRequest request) throws InterruptedException;

    /** The time for the header {@code Date}. */
    Instant now();
  }

  private static final long PATIENCE_SECONDS = 60;

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);

  private final ServerSocket listener;
  private final Service service;
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          work -> {
            Thread thread = new Thread(work, "local AWS");
            thread.setDaemon(true);
            return thread;
          });

  private HttpServer(ServerSocket listener, Service service) {
    this.listener = listener;
    this.service = service;
  }

  static HttpServer start(InetSocketAddress address, Service service) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(address);
    HttpServer server = new HttpServer(listener, service);
    server.threads.execute(server::listen);
    return server;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  private void listen() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        clients.add(client);
        threads.execute(() -> serve(client));
      } catch (IOException | RejectedExecutionException e) {
        // closed
      }
    }
    clients.forEach(HttpServer::cut);
  }

  private static void cut(Socket client) {
    try {
      client.close();
    } catch (IOException e) {
      // the client has gone
    }
  }

  private void serve(Socket client) {
    try (client) {
      HttpRequest request = read(new BufferedInputStream(client.getInputStream()));
      write(service.answer(request), client.getOutputStream());
    } catch (IOException e) {
      // the client has gone, or speaks no HTTP: either way it gets no response
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      clients.remove(client);
    }
  }

  private static HttpRequest read(InputStream input) throws IOException {
    String[] start = line(input).split(" ", -1);
    if (start.length != 3) {
      throw new ProtocolException("not a request line");
    }
    Map<String, String> headers = new HashMap<>();
    for (String line = line(input); !line.isEmpty(); line = line(input)) {
      String[] header = line.split(":", 2);
      if (header.length == 2) {
        headers.put(header[0].toLowerCase(Locale.ROOT), header[1].strip());
      }
    }
    String[] target = start[1].split("\\?", 2);
    String query = target.length == 2 ? target[1] : "";
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    String body = new String(input.readNBytes(length), UTF_8);
    return new HttpRequest(start[0], target[0], query, headers, body);
  }

  private static String line(InputStream input) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int octet = input.read(); octet != '\n'; octet = input.read()) {
      if (octet < 0) {
        throw new ProtocolException("the request ends within its head");
      }
      line.write(octet);
    }
    return line.toString(ISO_8859_1).stripTrailing();
  }

  private void write(HttpResponse response, OutputStream output) throws IOException {
    byte[] body = response.body().getBytes(UTF_8);
    String head =
        String.join(
            "\r\n",
            "HTTP/1.1 " + response.status() + " ",
            "Date: " + DATE.format(service.now()),
            "Content-Type: " + response.contentType(),
            "Content-Length: " + body.length,
            "Connection: close",
            "",
            "");
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    whole.writeBytes(head.getBytes(ISO_8859_1));
    whole.writeBytes(body);
    whole.writeTo(output);
    output.flush();
  }

  /** Stops listening and closes all connections. Returns when its threads have ended. */
  @Override
  public void close() {
    try {
      listener.close();
      threads.shutdownNow();
      clients.forEach(HttpServer::cut);
      if (!threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("a request is not over after " + PATIENCE_SECONDS + " s");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
