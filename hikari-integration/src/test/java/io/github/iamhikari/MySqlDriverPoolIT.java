package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;

/** Connector/J, at a MariaDB. */
class MySqlDriverPoolIT extends MySqlDriverLogins {

  @Override
  LocalRds rds() {
    return MariaDbServer.started();
  }
}
