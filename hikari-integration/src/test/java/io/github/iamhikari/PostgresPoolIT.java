package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresPoolIT extends PostgresDriverLogins {

  private static LocalRds rds;

  @BeforeAll
  static void start() {
    rds = withAccounts(LocalRds.postgres()).start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @Override
  LocalRds rds() {
    return rds;
  }
}
