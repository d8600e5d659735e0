package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** What a pool is told to close, by a server that is demoted when a test tells it to. */
class WriterWatchTest {

  private static final String CLUSTER = "orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private final SQLException readOnly =
      new SQLException("The MySQL server is running with the --read-only option", "HY000", 1290);

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private final RoleStub server = new RoleStub();
  private final List<String> logins = new ArrayList<>();
  private int evictions;
  private Runnable duringLogin = () -> {};
  private final IamDataSource dataSource = dataSource(CLUSTER);

  private IamDataSource dataSource(String host) {
    return IamDataSource.builder()
        .jdbcUrl("jdbc:mysql://" + host + "/app")
        .user("app")
        .driver(
            (url, properties) ->
                new StubDriver(
                    (user, password) -> logins.add(user),
                    () -> {
                      Connection connection = server.connect();
                      duringLogin.run();
                      return connection;
                    }))
        .awsCredentialsProvider(() -> AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "key"))
        .signingThreads(Runnable::run)
        .clock(time, time::nanoTime)
        .demotionListener(() -> evictions++)
        .build();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HY000 | 1290 | The MySQL server is running with the --read-only option so it cannot | true",
        "HY000 | 1290 | The MySQL server is running with the --super-read-only option so it | true",
        "HY000 | 1290 | The MySQL server is running with the --secure-file-priv option so it | false",
        "HY000 | 1290 | The MariaDB server is running with the --skip-grant-tables option so | false",
        "HY000 | 1836 | Running in read-only mode                                            | true",
        "25006 | 1792 | Cannot execute statement in a READ ONLY transaction.                 | false",
        "25006 | 0    | ERROR: cannot execute LOCK TABLE during recovery                     | true",
        "23505 | 0    | ERROR: duplicate key value violates unique constraint                | false",
        "08006 | 0    | An I/O error occurred while sending to the backend.                  | false",
      })
  void actsOnAServerThatTakesNoWrites(String state, int code, String message, boolean acts) {
    assertThat(dataSource.connectionFailed(new SQLException(message, state, code))).isEqualTo(acts);
    assertThat(evictions).isEqualTo(acts ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource({"orders.c9akciq32rgb, true", "orders.cluster-ro-c9akciq32rgb, false"})
  void actsOnlyForTheEndpointOfAWriter(String name, boolean acts) {
    try (IamDataSource other = dataSource(name + ".us-east-2.rds.amazonaws.com")) {
      assertThat(other.connectionFailed(readOnly)).isEqualTo(acts);
    }
  }

  @Test
  void givesUpTheOneConnectionWhereNobodyTellsAReaderFromAReadOnlyTransaction() {
    SQLException unsure =
        new SQLException("ERROR: cannot execute INSERT in a read-only transaction", "25006");

    assertThat(dataSource.connectionFailed(unsure)).isTrue();
    assertThat(dataSource.connectionFailed(unsure)).isFalse();
    assertThat(evictions).isZero();
  }

  @Test
  void asksNothingWhileNothingIsWrong() throws SQLException {
    dataSource.getConnection();

    assertThat(server.asked).isEmpty();
  }

  @Test
  void endsAllOnceAndNotForEachErrorOfAnOldConnection() throws SQLException {
    dataSource.connectionFailed(readOnly);
    dataSource.connectionFailed(readOnly);
    assertThat(evictions).isEqualTo(1);

    dataSource.getConnection(); // to the new writer: what was opened before it ends, too
    assertThat(evictions).isEqualTo(2);
    time.advance(Duration.ofSeconds(30));
    assertThat(dataSource.connectionFailed(readOnly)).isTrue();
    assertThat(evictions).isEqualTo(2);
    dataSource.getConnection(); // to the writer, so that this was the next failover
    assertThat(evictions).isEqualTo(3);
    assertThat(server.asked).hasSize(2);

    time.advance(Duration.ofMinutes(3));
    dataSource.connectionFailed(readOnly);
    assertThat(evictions).isEqualTo(4);
  }

  @Test
  void givesUpOneConnectionAtATimeAsLongAsTheNameLeadsToAReader() throws SQLException {
    server.isReadOnly = true;
    List<Integer> seconds = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      if (dataSource.connectionFailed(readOnly)) {
        seconds.add(second);
        dataSource.getConnection();
      }
      time.advance(Duration.ofSeconds(1));
    }
    assertThat(seconds).hasSizeBetween(6, 10);
    assertThat(evictions).isEqualTo(1);

    server.isReadOnly = false;
    dataSource.getConnection();
    assertThat(evictions).isEqualTo(2);
  }

  @Test
  void opensAnotherInsteadOfOneThatWasBeingOpened() throws SQLException {
    server.isReadOnly = true;
    duringLogin =
        () -> {
          dataSource.connectionFailed(readOnly);
          server.isReadOnly = false;
        };

    dataSource.getConnection();

    assertThat(logins).hasSize(2);
    assertThat(server.closed).isEqualTo(1);
  }
}
