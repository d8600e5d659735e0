package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.ask;
import static io.github.iamhikari.ComparedPools.await;
import static io.github.iamhikari.ComparedPools.processOf;
import static io.github.iamhikari.ComparedPools.uniqueName;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What pools do when PostgreSQL refuses a write. */
@Tag("hikari")
class DemotedWriterIT {

  /** What sessions are from now on that are opened by the user of the pools. */
  private static void readOnlyFromNowOn(Connection administrator, boolean on) throws SQLException {
    execute(administrator, "alter role app set default_transaction_read_only = " + on);
  }

  private static void write(Connection connection) throws SQLException {
    execute(connection, "create table " + uniqueName("written") + " (id int)");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> fill(HikariDataSource pool) throws SQLException {
    List<String> processes = new ArrayList<>();
    try (Connection first = pool.getConnection();
        Connection second = pool.getConnection();
        Connection third = pool.getConnection()) {
      for (Connection connection : List.of(first, second, third)) {
        processes.add(processOf(connection));
      }
    }
    return processes;
  }

  @OnOurPools
  void aReadOnlyTransactionOnAWriterClosesNothing(ComparedPools pools) throws SQLException {
    try (HikariDataSource pool = pools.start()) {
      List<String> before = fill(pool);
      try (Connection connection = pool.getConnection()) {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> write(connection)).hasMessageContaining("read-only transaction");
          connection.rollback();
        }
      }
      assertThat(fill(pool)).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  @OnOurPools
  void theFirstWriteAtAReaderReplacesAllConnections(ComparedPools pools) throws Exception {
    try (HikariDataSource administration = pools.start();
        Connection administrator = administration.getConnection()) {
      readOnlyFromNowOn(administrator, true);
      try (HikariDataSource pool = pools.start()) {
        List<String> before = fill(pool);
        readOnlyFromNowOn(administrator, false);

        try (Connection connection = pool.getConnection()) {
          assertThatThrownBy(() -> write(connection)).hasMessageContaining("read-only transaction");
          assertThat(connection.isClosed()).isTrue();
        }

        await(
            "all are closed",
            () ->
                ask(
                        administrator,
                        "select count(*) from pg_stat_activity where pid in ("
                            + String.join(",", before)
                            + ")")
                    .equals("0"));
        try (Connection connection = pool.getConnection()) {
          write(connection);
        }
      } finally {
        readOnlyFromNowOn(administrator, false);
      }
    }
  }

  @OnOurPools
  void verifyingTheWriterLeavesAReaderOutOfThePool(ComparedPools pools) throws SQLException {
    Consumer<HikariConfig> settings =
        config -> {
          config.setInitializationFailTimeout(-1);
          config.setConnectionTimeout(1_000);
          config.addDataSourceProperty("iam_verify_writer", true);
        };
    try (HikariDataSource administration = pools.start();
        Connection administrator = administration.getConnection()) {
      readOnlyFromNowOn(administrator, true);
      try (HikariDataSource pool = pools.make(settings)) {
        assertThatThrownBy(pool::getConnection)
            .rootCause()
            .hasMessageContaining("no longer leads to the writer");
        readOnlyFromNowOn(administrator, false);
        pool.setConnectionTimeout(ComparedPools.PATIENCE.toMillis());
        try (Connection connection = pool.getConnection()) {
          write(connection);
        }
      } finally {
        readOnlyFromNowOn(administrator, false);
      }
    }
  }

  @Test
  void theUsersOwnOverrideIsAskedFirstAndOnce() {
    List<SQLException> asked = new ArrayList<>();
    SQLException readOnly = new SQLException("Running in read-only mode", "HY000", 1836);
    SQLExceptionOverride own =
        new SQLExceptionOverride() {
          @java.lang.Override
          public Override adjudicate(SQLException e) {
            asked.add(e);
            return asked.size() == 1 ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
          }
        };
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      pool.setJdbcUrl("jdbc:mysql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders");
      pool.setUsername("app");
      pool.setExceptionOverride(own);
      pool.validate();
      pool.validate(); // as a start that is tried again

      SQLExceptionOverride installed = requireNonNull(pool.getExceptionOverride());
      assertThat(installed.adjudicate(readOnly))
          .isEqualTo(SQLExceptionOverride.Override.DO_NOT_EVICT);
      assertThat(installed.adjudicate(readOnly))
          .isEqualTo(SQLExceptionOverride.Override.MUST_EVICT);
      assertThat(asked).hasSize(2);

      HikariConfig copy = new HikariConfig();
      pool.copyStateTo(copy);
      assertThat(copy.getExceptionOverride()).isSameAs(own);
    }
  }
}
