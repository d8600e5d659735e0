package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;

class MariaDbDriverPoolIT extends MariaDbDriverLogins {

  @Override
  LocalRds rds() {
    return MariaDbServer.started();
  }
}
