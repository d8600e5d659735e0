package io.github.iamhikari;

import java.util.Properties;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The tests with pgjdbc. */
abstract class PostgresDriverLogins extends PoolLogins {

  @Override
  Class<? extends DataSource> dataSourceClass() {
    return PGSimpleDataSource.class;
  }

  @Override
  Properties unverifiedTls() {
    Properties properties = new Properties();
    properties.setProperty("sslmode", "require");
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
