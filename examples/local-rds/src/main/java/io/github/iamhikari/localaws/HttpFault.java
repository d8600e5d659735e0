package io.github.iamhikari.localaws;

/**
 * A fault of a service, as its clients see it. Must be safe for use by several threads.
 *
 * @see HttpStandIn#fail(HttpFault)
 */
@FunctionalInterface
public interface HttpFault {

  /**
   * Replaces a response, or holds it back.
   *
   * @param right what the service would answer
   * @return what the client gets instead
   * @throws InterruptedException if the stand-in goes down meanwhile; the client gets no response
   */
  HttpResponse instead(HttpResponse right) throws InterruptedException;
}
