package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;

class PostgresPoolIT extends PostgresDriverLogins {

  @Override
  LocalRds rds() {
    return PostgresServer.started();
  }
}
