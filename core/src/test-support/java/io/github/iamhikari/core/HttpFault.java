package io.github.iamhikari.core;

/** What goes wrong between a service and its client. */
@FunctionalInterface
public interface HttpFault {

  /** What the client gets instead of the right answer, and when. */
  HttpResponse instead(HttpResponse right) throws InterruptedException;
}
