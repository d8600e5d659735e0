package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.ask;
import static io.github.iamhikari.Patience.await;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.SQLExceptionOverride;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What pools do when PostgreSQL refuses a write. */
@Tag("hikari")
class DemotedWriterIT {

  private static final String PROCESS = "select pg_backend_pid()";

  private final LocalRds rds = PostgresServer.started();
  private final AccessKey key = AccessKey.random();

  DemotedWriterIT() {
    rds.add(key);
  }

  /** One that starts at once, or with its first connection. */
  private IamHikariDataSource pool(boolean startsAtOnce, Consumer<HikariConfig> more) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername("app");
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(Patience.PATIENCE.toMillis());
    more.accept(config);
    FaultyCredentials credentials = new FaultyCredentials(key);
    if (startsAtOnce) {
      return new IamHikariDataSource(config, credentials);
    }
    IamHikariDataSource pool = new IamHikariDataSource();
    config.copyStateTo(pool);
    pool.setAwsCredentialsProvider(credentials);
    return pool;
  }

  private IamHikariDataSource pool(boolean startsAtOnce) {
    return pool(startsAtOnce, config -> {});
  }

  /** What sessions are from now on that are opened by the user of the pools. */
  private static void readOnlyFromNowOn(Connection administrator, boolean on) throws SQLException {
    execute(administrator, "alter role app set default_transaction_read_only = " + on);
  }

  private static void write(Connection connection) throws SQLException {
    execute(connection, "create table if not exists written (id int)");
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Opens three connections, and asks each of them for the id of its session. */
  static List<String> fill(HikariDataSource pool, String question) throws SQLException {
    List<String> processes = new ArrayList<>();
    try (Connection first = pool.getConnection();
        Connection second = pool.getConnection();
        Connection third = pool.getConnection()) {
      for (Connection connection : List.of(first, second, third)) {
        processes.add(ask(connection, question));
      }
    }
    return processes;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aReadOnlyTransactionOnAWriterClosesNothing(boolean startsAtOnce) throws SQLException {
    try (HikariDataSource pool = pool(startsAtOnce)) {
      List<String> before = fill(pool, PROCESS);
      try (Connection connection = pool.getConnection()) {
        connection.setReadOnly(true);
        connection.setAutoCommit(false);
        for (int i = 0; i < 3; i++) {
          assertThatThrownBy(() -> write(connection)).hasMessageContaining("read-only transaction");
          connection.rollback();
        }
      }
      assertThat(fill(pool, PROCESS)).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theFirstWriteAtAReaderReplacesAllConnections(boolean startsAtOnce) throws Exception {
    try (HikariDataSource administration = pool(true);
        Connection administrator = administration.getConnection()) {
      readOnlyFromNowOn(administrator, true);
      try (HikariDataSource pool = pool(startsAtOnce)) {
        List<String> before = fill(pool, PROCESS);
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

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void verifyingTheWriterLeavesAReaderOutOfThePool(boolean startsAtOnce) throws SQLException {
    Consumer<HikariConfig> settings =
        config -> {
          config.setInitializationFailTimeout(-1);
          config.setConnectionTimeout(1_000);
          config.addDataSourceProperty("iam_verify_writer", true);
        };
    try (HikariDataSource administration = pool(true);
        Connection administrator = administration.getConnection()) {
      readOnlyFromNowOn(administrator, true);
      try (HikariDataSource pool = pool(startsAtOnce, settings)) {
        assertThatThrownBy(pool::getConnection)
            .rootCause()
            .hasMessageContaining("does not lead to the writer");
        readOnlyFromNowOn(administrator, false);
        pool.setConnectionTimeout(Patience.PATIENCE.toMillis());
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
