package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresContainerPoolIT extends PostgresDriverLogins {

  @RegisterExtension static final DatabaseContainer container = DatabaseContainer.postgres();

  @Override
  LocalRds rds() {
    return container.rds();
  }
}
