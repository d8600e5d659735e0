package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.jupiter.api.extension.RegisterExtension;

/** MariaDB's driver, at a MySQL. */
class MySqlContainerMariaDbDriverPoolIT extends MariaDbDriverLogins {

  @RegisterExtension static final DatabaseContainer container = DatabaseContainer.mySql();

  @Override
  LocalRds rds() {
    return container.rds();
  }
}
