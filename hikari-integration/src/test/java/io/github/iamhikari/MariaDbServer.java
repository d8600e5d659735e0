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
      running =
          LocalRds.mariaDb().account("app").account("second_user").clock(PoolLogins.clock).start();
      rds = running;
    }
    return running;
  }
}
