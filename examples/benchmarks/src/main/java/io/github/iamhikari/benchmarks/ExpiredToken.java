package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Many threads open a physical connection each, at the same time, when the token has just expired:
 * how long until all of them have one, and how many tokens are signed for it. The driver does
 * nothing.
 */
final class ExpiredToken implements Measure {

  private final int threads;
  private final int expiration;

  /**
   * Sets the scene.
   *
   * @param expiration for how many seconds a token is used
   */
  ExpiredToken(int threads, int expiration) {
    this.threads = threads;
    this.expiration = expiration;
  }

  @Override
  public void round(Results results) throws Exception {
    for (Subject subject : Subject.inRandomOrder()) {
      CountedCredentials credentials = new CountedCredentials();
      try (HikariDataSource pool =
          subject.startedPool(StubDriver.target(expiration), credentials)) {
        TimeUnit.SECONDS.sleep(expiration);
        int signed = credentials.resolved();
        results.add(Quantity.ALL_CONNECTED, subject, millisToConnectAll(pool));
        results.add(Quantity.SIGNED, subject, credentials.resolved() - signed);
      }
    }
  }

  private double millisToConnectAll(HikariDataSource pool) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    try {
      CountDownLatch ready = new CountDownLatch(threads);
      CountDownLatch go = new CountDownLatch(1);
      List<Future<Connection>> connections = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        connections.add(
            executor.submit(
                () -> {
                  ready.countDown();
                  go.await();
                  return Subject.open(pool);
                }));
      }
      ready.await();
      long start = System.nanoTime();
      go.countDown();
      for (Future<Connection> connection : connections) {
        connection.get();
      }
      return (System.nanoTime() - start) / 1e6;
    } finally {
      executor.shutdownNow();
    }
  }
}
