package io.github.iamhikari;

import io.github.iamhikari.localrds.LocalRds;
import java.util.Properties;

/** MariaDB's own driver, at a MariaDB. */
class MariaDbDriverPoolIT extends PoolLogins {

  @Override
  LocalRds rds() {
    return MariaDbServer.started();
  }

  @Override
  String jdbcUrl(String host) {
    return rds().jdbcUrl(host).replace("jdbc:mysql:", "jdbc:mariadb:");
  }

  @Override
  String inClearText() {
    return "sslMode=disable";
  }

  @Override
  Properties verifyingTls() {
    Properties properties = new Properties();
    properties.setProperty("sslMode", "verify-full");
    properties.setProperty("serverSslCert", rds().certificateAuthority().toString());
    return properties;
  }

  @Override
  String stateOfAnUnknownUser() {
    return "28000";
  }

  @Override
  int errorCodeOfARefusal() {
    return 1045;
  }
}
