package io.github.iamhikari.recipes.dsql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Server;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * At the stand-in for Aurora DSQL, whose PostgreSQL has conflicts, too: at its level {@code
 * REPEATABLE READ}, and when a row is written, while Aurora DSQL tells of them at the end.
 */
class TransactionsIT {

  private static final AccessKey KEY = AccessKey.random();

  @RegisterExtension static final AwsProperties AWS = new AwsProperties(KEY);

  private final LocalRds dsql = Server.DSQL.rds();
  private final AtomicInteger attempts = new AtomicInteger();
  private IamHikariDataSource pool;

  @BeforeEach
  void start() throws SQLException {
    dsql.add(KEY);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(dsql.jdbcUrl(dsql.host()));
    config.setUsername(dsql.account());
    config.setMaximumPoolSize(2);
    config.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    pool = new IamHikariDataSource(config);
    execute("CREATE TABLE stock (item INT PRIMARY KEY, pieces INT)");
    execute("INSERT INTO stock VALUES (1, 10)");
  }

  @AfterEach
  void stop() throws SQLException {
    execute("DROP TABLE stock");
    pool.close();
    dsql.revoke(KEY.id());
  }

  @Test
  void runsATransactionAgainThatConflicts() throws SQLException {
    int left = Transactions.run(pool, connection -> takeOne(connection, 1));

    assertThat(left).isEqualTo(8); // one of the other transaction, and one of this
    assertThat(attempts).hasValue(2);
  }

  @Test
  void givesUpATransactionThatConflictsAgainAndAgain() {
    assertThatThrownBy(() -> Transactions.run(pool, connection -> takeOne(connection, 99)))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    assertThat(attempts).hasValue(5);
  }

  @Test
  void runsNothingAgainThatFailsForAnotherReason() throws SQLException {
    assertThatThrownBy(
            () ->
                Transactions.run(
                    pool,
                    connection -> {
                      takeOne(connection, 0);
                      return connection.createStatement().execute("SELECT 1 / 0");
                    }))
        .hasMessageContaining("division by zero");
    assertThat(attempts).hasValue(1);
    assertThat(Transactions.run(pool, TransactionsIT::pieces)).isEqualTo(10);
  }

  /** Takes a piece, which another transaction does at the same time at the first attempts. */
  private int takeOne(Connection connection, int conflicts) throws SQLException {
    int before = pieces(connection);
    if (attempts.incrementAndGet() <= conflicts) {
      execute("UPDATE stock SET pieces = pieces - 1");
    }
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate("UPDATE stock SET pieces = " + (before - 1));
    }
    return before - 1;
  }

  private static int pieces(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pieces FROM stock")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
