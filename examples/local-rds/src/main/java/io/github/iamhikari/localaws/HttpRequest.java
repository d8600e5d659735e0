package io.github.iamhikari.localaws;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that an {@link HttpStandIn} received. Immutable.
 *
 * @param method such as {@code GET}
 * @param path the path without the query, such as {@code /latest/meta-data/}
 * @param query the part after the question mark, encoded; empty without one
 * @param headers each header's value, by its name in lower case
 * @param body the body as text; empty without one
 */
public record HttpRequest(
    String method, String path, String query, Map<String, String> headers, String body) {

  /**
   * A request with these parts.
   *
   * @param method such as {@code GET}
   * @param path the path without the query
   * @param query the part after the question mark
   * @param headers each header's value, by its name in lower case
   * @param body the body as text
   */
  public HttpRequest {
    headers = Map.copyOf(headers);
  }

  /**
   * A header.
   *
   * @param name its name, in any case
   * @return its value; null if the request has no such header
   */
  public @Nullable String header(String name) {
    return headers.get(name.toLowerCase(Locale.ROOT));
  }

  /** Method and path, such as {@code GET /latest/meta-data/}; they contain no secret. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
