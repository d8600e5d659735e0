package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.jupiter.api.extension.RegisterExtension;

class MariaDbContainerPoolIT extends MariaDbDriverLogins {

  @RegisterExtension static final DatabaseContainer container = DatabaseContainer.mariaDb();

  @Override
  LocalRds rds() {
    return container.rds();
  }
}
