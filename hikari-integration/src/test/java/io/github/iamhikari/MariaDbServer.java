package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.jspecify.annotations.Nullable;

/** One server for the tests of both drivers, since it takes its time to start. */
final class MariaDbServer {

  private static @Nullable LocalRds rds;

  private MariaDbServer() {}

  static synchronized LocalRds started() {
    LocalRds running = rds;
    if (running == null) {
      running = PoolLogins.withAccounts(LocalRds.mariaDb()).start();
      rds = running;
    }
    return running;
  }
}
