package io.github.iamhikari.localaws;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A service that does not answer until it is released. Safe for use by several threads. */
public final class Hang implements HttpFault {

  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  /** A hang, not released yet. */
  public Hang() {}

  @Override
  public HttpResponse instead(HttpResponse right) throws InterruptedException {
    asked.countDown();
    released.await();
    return right;
  }

  /**
   * Waits until a client waits for a response, up to 60 seconds.
   *
   * @throws InterruptedException if the thread is interrupted
   * @throws AssertionError if no client came
   */
  public void awaitRequest() throws InterruptedException {
    if (!asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("no client sent a request within " + PATIENCE_SECONDS + " s");
    }
  }

  /** Releases all responses, also those to later requests. */
  public void release() {
    released.countDown();
  }
}
