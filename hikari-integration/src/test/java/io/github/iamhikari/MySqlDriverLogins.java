package io.github.iamhikari;

import com.mysql.cj.jdbc.MysqlDataSource;
import java.util.Properties;
import javax.sql.DataSource;

/** The tests with Connector/J. */
abstract class MySqlDriverLogins extends PoolLogins {

  @Override
  Class<? extends DataSource> dataSourceClass() {
    return MysqlDataSource.class;
  }

  @Override
  Properties unverifiedTls() {
    Properties properties = new Properties();
    properties.setProperty("sslMode", "REQUIRED");
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
