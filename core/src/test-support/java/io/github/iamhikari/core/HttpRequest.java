package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What an HTTP server was asked. */
public record HttpRequest(String method, String path, Headers headers, String body) {

  static HttpRequest of(HttpExchange exchange) throws IOException {
    return new HttpRequest(
        exchange.getRequestMethod(),
        exchange.getRequestURI().getPath(),
        exchange.getRequestHeaders(),
        new String(exchange.getRequestBody().readAllBytes(), UTF_8));
  }

  @Nullable String header(String name) {
    return headers.getFirst(name);
  }

  /** As in {@code GET /latest/meta-data/}. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
