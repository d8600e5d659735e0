package io.github.iamhikari;

import io.github.iamhikari.core.TestClock;
import io.github.iamhikari.localrds.LocalRds;

/** MariaDB's own driver, at a MariaDB. */
class MariaDbFaultsIT extends Faults {

  @Override
  LocalRds rds() {
    return MariaDbServer.started();
  }

  @Override
  TestClock serverClock() {
    return PoolLogins.clock;
  }

  @Override
  String jdbcUrl() {
    return rds().jdbcUrl().replace("jdbc:mysql:", "jdbc:mariadb:");
  }
}
