package io.github.iamhikari.core;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A service that answers nothing until it is told to. */
public final class Hang implements HttpFault {

  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);

  @Override
  public HttpResponse instead(HttpResponse right) throws InterruptedException {
    asked.countDown();
    released.await();
    return right;
  }

  /** Waits until somebody waits for an answer. */
  public void awaitRequest() throws InterruptedException {
    if (!asked.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("nobody has asked");
    }
  }

  /** Lets all answers go. */
  public void release() {
    released.countDown();
  }
}
