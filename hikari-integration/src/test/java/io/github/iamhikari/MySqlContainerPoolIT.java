package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connector/J, at a MySQL. */
class MySqlContainerPoolIT extends MySqlDriverLogins {

  @RegisterExtension static final DatabaseContainer container = DatabaseContainer.mySql();

  @Override
  LocalRds rds() {
    return container.rds();
  }
}
