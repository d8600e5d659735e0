package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.TestClock;
import org.junit.jupiter.api.Tag;

/** MariaDB's own driver, at a MariaDB. */
@Tag("long")
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
