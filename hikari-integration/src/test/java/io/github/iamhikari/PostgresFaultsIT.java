package io.github.iamhikari;

import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The faults at PostgreSQL, and those that need a second server or a right of the database's. */
@Tag("long")
class PostgresFaultsIT extends Faults {

  /** Known to the one server and not to the other. */
  private static final String ONLY_HERE = "second_user";

  private static final String TOO_MANY = "FATAL: too many connections for database \"app\"";

  private static final TestClock serverClock = new TestClock();

  private static LocalRds rds;
  private static LocalRds standby;

  @BeforeAll
  static void start() {
    rds = server().account(ONLY_HERE).start();
    standby = server().start();
  }

  @AfterAll
  static void stop() {
    rds.close();
    standby.close();
  }

  /** One of those that are behind the same name and port, in turn. */
  private static LocalRds.Builder server() {
    return LocalRds.postgres().account("app").endpointPort(5432).clock(serverClock);
  }

  @Override
  LocalRds rds() {
    return rds;
  }

  @Override
  TestClock serverClock() {
    return serverClock;
  }

  @Override
  String jdbcUrl() {
    return rds.jdbcUrl();
  }

  @Test
  void aFailOverCostsOnlyWhatWasUnderWay() throws Exception {
    standby.add(key());
    IamHikariDataSource pool = pool();
    try (Borrowers borrowers = new Borrowers(pool, 8)) {
      borrowers.awaitAnswers();

      relay().leadTo(standby.listeningPort());
      relay().cut();

      borrowers.awaitAnswers();
      tell(borrowers.failedStatements());
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(borrowers.failedStatements()).hasSizeBetween(1, 8);
    }
    String token = logins().get(0).token();
    assertThat(standbyLogins())
        .isNotEmpty()
        .allMatch(Login::accepted)
        .extracting(Login::token)
        .containsOnly(token);
    standby.revoke(key().id());
  }

  @Test
  void aUserWhoIsTakenAwayIsToldOfUntilThereAgain() throws Exception {
    standby.add(key());
    IamHikariDataSource pool = pool(c -> c.setUsername(ONLY_HERE));
    assertThat(userOf(pool)).isEqualTo(ONLY_HERE);
    relay().leadTo(standby.listeningPort());
    evict(pool);

    for (int i = 0; i < 5; i++) {
      assertThat(failureOf(pool))
          .hasMessageContaining("IAM login failed for user \"second_user\" at ")
          .hasMessageContaining("FATAL: password authentication failed for user \"second_user\"")
          .hasMessageContaining("GRANT rds_iam");
    }
    assertThat(standbyLogins()).filteredOn(login -> !login.accepted()).hasSizeBetween(1, 2);

    relay().leadTo(rds.listeningPort());
    timeGoesBy(Duration.ofSeconds(10));
    assertThat(userOf(pool)).isEqualTo(ONLY_HERE);
    standby.revoke(key().id());
  }

  @Tag("long")
  @Test
  void aRevokedKeyIsSentNoMoreThanAHandfulOfTimesIn30Seconds() throws Exception {
    IamHikariDataSource pool = pool();
    userOf(pool);
    rds.revoke(key().id());
    evict(pool);

    for (int second = 0; second < 30; second++) {
      assertThat(failureOf(pool)).hasMessageContaining("IAM login failed for user \"app\" at ");
      timeGoesBy(Duration.ofSeconds(1));
    }

    assertThat(logins()).filteredOn(login -> !login.accepted()).hasSizeBetween(2, 6);
  }

  @Test
  void tooManyConnectionsAreToldOfAndTriedAgainWithoutAWait() throws Exception {
    IamHikariDataSource late = pool(c -> c.setConnectionTimeout(500));
    try (Connection first = pool().getConnection();
        Statement statement = first.createStatement()) {
      statement.execute("alter database app connection limit 1");
      try {
        await("it is told", () -> String.valueOf(failureOf(late).getCause()).contains(TOO_MANY));
        assertThat(failureOf(late))
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasMessageContaining("Connection is not available, request timed out after ");
        assertThat(logins(late).getProblem()).isEmpty();
      } finally {
        statement.execute("alter database app connection limit -1");
      }
    }
    awaitConnection(late);
    assertThat(logins()).hasSizeGreaterThan(3).allMatch(Login::accepted);
  }

  @Test
  void aPoolFillsThoughEveryOtherLoginIsThrottled() throws Exception {
    AtomicInteger count = new AtomicInteger();
    IamHikariDataSource pool =
        pool(
            c -> {
              c.setMaximumPoolSize(10);
              c.setMinimumIdle(10);
            },
            throttled(count));

    await(
        "the pool is full",
        () -> {
          timeGoesBy(Duration.ofSeconds(1));
          return total(pool) == 10;
        });

    assertThat(count).hasValueGreaterThan(18);
    assertThat(logins()).hasSize(10).allMatch(Login::accepted);
  }

  private List<Login> standbyLogins() {
    return standby.logins().stream()
        .filter(login -> key().id().equals(login.accessKeyId()))
        .toList();
  }

  /** Refuses every other login, as RDS does where there are too many a second. */
  private static UnaryOperator<IamDataSource.Builder> throttled(AtomicInteger count) {
    return logins ->
        logins.driver(
            (url, properties) ->
                InterceptedDataSource.of(
                    new DriverDataSource(url, null, properties, null, null),
                    () -> {
                      if (count.incrementAndGet() % 2 == 0) {
                        throw new SQLException(
                            "FATAL: PAM authentication failed for user \"app\"", "28000");
                      }
                      return null;
                    }));
  }
}
