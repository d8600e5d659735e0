package io.github.iamhikari.localaws;

/** A request that a service rejects. */
final class ServiceException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;

  ServiceException(int status, String code, String message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** The response for the client. */
  HttpResponse response(String namespace) {
    String error =
        Xml.element(
            "Error",
            Xml.text("Type", "Sender"),
            Xml.text("Code", code),
            Xml.text("Message", String.valueOf(getMessage())));
    return new HttpResponse(
        status, "text/xml", Xml.document("ErrorResponse", namespace, error, Xml.REQUEST_ID));
  }
}
