package io.github.iamhikari.core;

/** What an HTTP server answers. Immutable. */
public record HttpAnswer(int status, String contentType, String body) {

  /** What was asked for, as JSON. */
  static HttpAnswer json(String body) {
    return new HttpAnswer(200, "application/json", body);
  }

  /** What was asked for, as text. */
  static HttpAnswer text(String body) {
    return new HttpAnswer(200, "text/plain", body);
  }

  /** The same with another body. */
  public HttpAnswer withBody(String other) {
    return new HttpAnswer(status, contentType, other);
  }
}
