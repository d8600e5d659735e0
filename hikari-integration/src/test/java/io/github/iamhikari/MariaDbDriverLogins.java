package io.github.iamhikari;

import java.util.Properties;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** The tests with MariaDB's own driver. */
abstract class MariaDbDriverLogins extends PoolLogins {

  @Override
  String jdbcUrl(String host) {
    return rds().jdbcUrl(host).replace("jdbc:mysql:", "jdbc:mariadb:");
  }

  @Override
  Class<? extends DataSource> dataSourceClass() {
    return MariaDbDataSource.class;
  }

  @Override
  Properties dataSourceProperties() {
    Properties properties = new Properties();
    properties.setProperty("url", jdbcUrl("127.0.0.1"));
    return properties;
  }

  @Override
  Properties unverifiedTls() {
    Properties properties = new Properties();
    properties.setProperty("sslMode", "trust");
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
