package io.github.iamhikari.recipes.pools;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.recipes.Server;
import java.sql.SQLException;
import org.apache.tomcat.jdbc.pool.DataSource;
import org.junit.jupiter.api.Test;

class TomcatJdbcIT extends PoolContract {

  private final DataSource pool = TomcatJdbc.pool(iam());

  TomcatJdbcIT(Server server) {
    super(server);
  }

  @Override
  DataSource pool() {
    return pool;
  }

  @Override
  void closePool() {
    pool.close(true);
  }

  @Test
  void takesNoUserWithoutAPassword() throws SQLException {
    pool.setUsername(Server.SECOND_USER);

    assertThat(Server.user(borrow())).isEqualTo(rds().account());
  }

  @Test
  void asksForTheUserOfAPasswordAndSendsATokenInstead() throws SQLException {
    pool.setUsername(Server.SECOND_USER);
    pool.setPassword("hunter2");

    assertThat(Server.user(borrow())).isEqualTo(Server.SECOND_USER);
    assertThat(logins()).hasSize(1).allMatch(Login::accepted);
  }

  @Test
  void signsOneTokenForEachOfTwoUsersWhoTakeTurns() throws SQLException {
    pool.setAlternateUsernameAllowed(true);
    pool.setMaxActive(1);

    for (int i = 0; i < 10; i++) {
      pool.getConnection().close();
      pool.getConnection(Server.SECOND_USER, "hunter2").close();
    }

    assertThat(logins()).hasSize(20).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(2);
  }

  @Test
  void logsInAsTheUserWhomTheBorrowerNames() throws SQLException {
    pool.setAlternateUsernameAllowed(true);

    assertThat(Server.user(borrow())).isEqualTo(rds().account());
    assertThat(Server.user(keep(pool.getConnection(Server.SECOND_USER, "hunter2"))))
        .isEqualTo(Server.SECOND_USER);
    assertThat(logins()).hasSize(2).allMatch(Login::accepted);
  }
}
