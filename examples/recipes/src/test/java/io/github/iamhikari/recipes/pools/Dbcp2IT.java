package io.github.iamhikari.recipes.pools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.recipes.Server;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.commons.dbcp2.BasicDataSource;
import org.junit.jupiter.api.Test;

class Dbcp2IT extends PoolContract {

  private final BasicDataSource pool = Dbcp2.pool(iam());

  Dbcp2IT(Server server) {
    super(server);
  }

  @Override
  DataSource pool() {
    return pool;
  }

  @Override
  void closePool() throws SQLException {
    pool.close();
  }

  @Override
  int trials() {
    return 1;
  }

  @Test
  void asksForNoOtherUserAndSendsNoPassword() throws SQLException {
    pool.setUrl("jdbc:postgresql://elsewhere.example.com/orders");
    pool.setUsername(Server.SECOND_USER);
    pool.setPassword("hunter2");

    assertThat(Server.user(borrow())).isEqualTo(rds().account());
    assertThat(logins()).hasSize(1 + trials()).allMatch(Login::accepted);
  }

  @Test
  void takesTheSettingsOfDbcp() throws SQLException {
    pool.setInitialSize(2);
    pool.setDefaultReadOnly(true);

    assertThat(borrow().isReadOnly()).isTrue();
    assertThat(logins()).hasSize(2 + trials());
  }
}
