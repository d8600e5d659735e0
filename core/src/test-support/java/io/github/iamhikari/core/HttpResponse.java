package io.github.iamhikari.core;

/** What an HTTP server answers. Immutable. */
public record HttpResponse(int status, String contentType, String body) {

  /** What was asked for, as JSON. */
  static HttpResponse json(String body) {
    return new HttpResponse(200, "application/json", body);
  }

  /** What was asked for, as text. */
  static HttpResponse text(String body) {
    return new HttpResponse(200, "text/plain", body);
  }

  /** The same with another body. */
  public HttpResponse withBody(String other) {
    return new HttpResponse(status, contentType, other);
  }
}
