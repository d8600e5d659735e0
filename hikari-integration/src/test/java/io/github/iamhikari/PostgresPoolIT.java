package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class PostgresPoolIT extends PoolLogins {

  private static LocalRds rds;

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().account("app").account("second_user").clock(clock).start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @Override
  LocalRds rds() {
    return rds;
  }

  @Override
  String jdbcUrl(String host) {
    return rds.jdbcUrl(host);
  }

  @Override
  String inClearText() {
    return "sslmode=prefer";
  }

  @Override
  Properties verifyingTls() {
    Properties properties = new Properties();
    properties.setProperty("sslmode", "verify-full");
    properties.setProperty("sslrootcert", rds.certificateAuthority().toString());
    return properties;
  }

  @Override
  String stateOfAnUnknownUser() {
    return "28P01";
  }

  @Override
  int errorCodeOfARefusal() {
    return 0;
  }
}
