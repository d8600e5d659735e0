package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.jspecify.annotations.Nullable;

/** One server for the tests of several classes, which is there until the JVM ends. */
final class PostgresServer {

  private static @Nullable LocalRds rds;

  private PostgresServer() {}

  static synchronized LocalRds started() {
    LocalRds running = rds;
    if (running == null) {
      running = PoolLogins.withAccounts(LocalRds.postgres()).start();
      rds = running;
    }
    return running;
  }
}
