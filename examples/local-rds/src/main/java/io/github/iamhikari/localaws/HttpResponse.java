package io.github.iamhikari.localaws;

/**
 * A response of an {@link HttpStandIn}. Immutable.
 *
 * @param status the status code, such as 200
 * @param contentType the media type of the body
 * @param body the body as text
 */
public record HttpResponse(int status, String contentType, String body) {

  static HttpResponse json(String body) {
    return new HttpResponse(200, "application/json", body);
  }

  static HttpResponse text(String body) {
    return new HttpResponse(200, "text/plain", body);
  }

  /**
   * The same response with another body.
   *
   * @param other the body
   * @return a new response
   */
  public HttpResponse withBody(String other) {
    return new HttpResponse(status, contentType, other);
  }

  /** Everything but the body, which may contain credentials. */
  @Override
  public String toString() {
    return "HttpResponse[" + status + ", " + contentType + "]";
  }
}
