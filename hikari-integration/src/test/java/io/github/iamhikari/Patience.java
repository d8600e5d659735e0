package io.github.iamhikari;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what nothing announces. */
final class Patience {

  /** As long as anything may take on a busy machine. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private Patience() {}

  static void await(String what, Callable<Boolean> condition) throws Exception {
    await(what, PATIENCE, condition);
  }

  static void await(String what, Duration patience, Callable<Boolean> condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.call()) {
      if (System.nanoTime() - start > patience.toNanos()) {
        throw new AssertionError("waited in vain until " + what);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
