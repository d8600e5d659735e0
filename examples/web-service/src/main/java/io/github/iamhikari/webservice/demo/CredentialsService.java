package io.github.iamhikari.webservice.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.iamhikari.localrds.AccessKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A stand-in for the service that gives a container its AWS credentials, on a free port of
 * 127.0.0.1. It can hang.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html">Container
 *     credential provider</a>
 */
final class CredentialsService implements AutoCloseable {

  private final String path = "/v2/credentials/" + UUID.randomUUID();
  private final Duration life;
  private final InstantSource clock;
  private final HttpServer server;
  private final ExecutorService threads;
  private volatile AccessKey key;
  private volatile CountDownLatch mayAnswer = new CountDownLatch(0);

  CredentialsService(AccessKey key, Duration life, InstantSource clock) throws IOException {
    this.key = key;
    this.life = life;
    this.clock = clock;
    this.server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
    this.threads =
        Executors.newCachedThreadPool(
            work -> {
              Thread thread = new Thread(work, "credentials service");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext(path, this::answer);
    server.start();
  }

  /** Where the SDK finds it, as the value of {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}. */
  String uri() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + path;
  }

  /** The key that it gives. */
  AccessKey key() {
    return key;
  }

  /** Gives another key from now on. */
  void give(AccessKey other) {
    key = other;
  }

  /** Takes requests and answers none, until it is released. */
  synchronized void hang() {
    if (!hangs()) {
      mayAnswer = new CountDownLatch(1);
    }
  }

  /** Answers all that wait, and those that come. */
  void release() {
    mayAnswer.countDown();
  }

  boolean hangs() {
    return mayAnswer.getCount() > 0;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      mayAnswer.await();
      AccessKey current = key;
      byte[] body =
          String.format(
                  Locale.ROOT,
                  """
                  {"AccessKeyId": "%s", "SecretAccessKey": "%s", "Token": "%s", "Expiration": "%s"}
                  """,
                  current.id(),
                  current.secret(),
                  current.sessionToken(),
                  clock.instant().plus(life))
              .getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    release();
  }
}
