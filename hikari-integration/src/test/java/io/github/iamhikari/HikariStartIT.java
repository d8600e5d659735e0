package io.github.iamhikari;

import static io.github.iamhikari.ComparedPools.PATIENCE;
import static io.github.iamhikari.ComparedPools.allAtOnce;
import static io.github.iamhikari.ComparedPools.ask;
import static io.github.iamhikari.ComparedPools.await;
import static io.github.iamhikari.ComparedPools.works;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A pool of ours starts, or fails to, as one of HikariCP does. */
@Tag("hikari")
class HikariStartIT {

  @OnEveryPool
  void initializationFailTimeoutTellsWhetherAStartLogsIn(ComparedPools pools) throws SQLException {
    for (long timeout : new long[] {-1, 0, 1, 2500}) {
      int before = pools.logins().size();
      int atStart = timeout < 0 ? 0 : 1;

      try (HikariDataSource pool = pools.make(c -> c.setInitializationFailTimeout(timeout))) {
        assertThat(pools.logins()).hasSize(before + (pools.startAtOnce() ? atStart : 0));
        assertThat(ask(pool, "select current_user")).isEqualTo(ComparedPools.USER);
        assertThat(pools.logins()).hasSize(before + atStart + 1);
      }
    }
  }

  @Test
  void initializationFailTimeoutTellsWhenAStartGivesUpOnARefusal() throws Exception {
    List<Callable<@Nullable Void>> starts = new ArrayList<>();
    for (long timeout : new long[] {1, 2500}) {
      ComparedPools.all()
          .forEach(
              pools -> {
                pools.shutOut();
                starts.add(
                    () -> {
                      failsToStart(pools, timeout, "28000", "PAM authentication failed");
                      assertThat(pools.logins()).hasSizeBetween(1, timeout == 1 ? 1 : 3);
                      return null;
                    });
              });
    }
    allAtOnce(starts);
  }

  @Test
  void initializationFailTimeoutTellsWhenAStartWithoutTokenGivesUp() throws Exception {
    List<Callable<@Nullable Void>> starts = new ArrayList<>();
    for (long timeout : new long[] {1, 2500}) {
      ComparedPools.ours()
          .forEach(
              pools -> {
                pools.failToSign(Integer.MAX_VALUE);
                starts.add(
                    () -> {
                      failsToStart(pools, timeout, "08001", "the metadata service is down");
                      assertThat(pools.logins()).isEmpty();
                      return null;
                    });
              });
    }
    allAtOnce(starts);
  }

  @Test
  void initializationFailTimeoutLetsAPoolStartThatIsRefused() throws Exception {
    List<Callable<@Nullable Void>> starts = new ArrayList<>();
    for (long timeout : new long[] {-1, 0}) {
      ComparedPools.all()
          .forEach(
              pools -> {
                pools.shutOut();
                starts.add(() -> startsAndRecovers(pools, timeout, "28000", pools::letIn));
              });
    }
    allAtOnce(starts);
  }

  @Test
  void initializationFailTimeoutLetsAPoolStartWithoutToken() throws Exception {
    List<Callable<@Nullable Void>> starts = new ArrayList<>();
    for (long timeout : new long[] {-1, 0}) {
      ComparedPools.ours()
          .forEach(
              pools -> {
                pools.failToSign(Integer.MAX_VALUE);
                starts.add(
                    () -> startsAndRecovers(pools, timeout, "08001", () -> pools.failToSign(0)));
              });
    }
    allAtOnce(starts);
  }

  @Test
  void initializationFailTimeoutIsTimeToRecoverIn() throws Exception {
    Consumer<HikariConfig> patient = c -> c.setInitializationFailTimeout(PATIENCE.toMillis());
    List<Callable<@Nullable Void>> starts = new ArrayList<>();
    ComparedPools.all()
        .forEach(
            pools -> {
              pools.shutOut();
              starts.add(() -> pools.startsAndWorks(patient));
              starts.add(
                  () -> {
                    await("a login", () -> !pools.logins().isEmpty());
                    pools.letIn();
                    return null;
                  });
            });
    ComparedPools.ours()
        .forEach(
            pools -> {
              pools.failToSign(1);
              starts.add(() -> pools.startsAndWorks(patient));
            });
    allAtOnce(starts);
  }

  @OnEveryPool
  void connectionInitSqlThatIsWrongFailsAStartAtOnce(ComparedPools pools) {
    long start = System.nanoTime();

    SQLException failure =
        pools.failureOfAStart(
            c -> {
              c.setInitializationFailTimeout(Duration.ofHours(1).toMillis());
              c.setConnectionInitSql("select nonsense");
            });

    assertThat(failure.getSQLState()).isEqualTo("42703");
    assertThat(pools.logins()).hasSize(1);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(PATIENCE);
  }

  @OnEveryPool
  void driverClassNameThatDoesNotFitIsRefused(ComparedPools pools) {
    assertThatThrownBy(() -> pools.make(c -> c.setDriverClassName("com.example.NoDriver")))
        .isExactlyInstanceOf(RuntimeException.class)
        .hasMessageStartingWith("Failed to load driver class com.example.NoDriver");
    assertThatThrownBy(() -> pools.start(c -> c.setDriverClassName("org.mariadb.jdbc.Driver")))
        .isInstanceOf(RuntimeException.class)
        .hasStackTraceContaining(
            "Driver org.mariadb.jdbc.Driver claims to not accept jdbcUrl, jdbc:postgresql:");
    assertThat(pools.logins()).isEmpty();
  }

  private static @Nullable Void failsToStart(
      ComparedPools pools, long timeout, String state, String message) {
    long start = System.nanoTime();

    SQLException failure = pools.failureOfAStart(c -> c.setInitializationFailTimeout(timeout));

    assertThat(failure.getSQLState()).isEqualTo(state);
    assertThat(failure.getMessage()).contains(message);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(Duration.ofMillis(timeout), PATIENCE);
    return null;
  }

  private static @Nullable Void startsAndRecovers(
      ComparedPools pools, long timeout, String state, Runnable recovery) throws Exception {
    try (HikariDataSource pool =
        pools.make(
            c -> {
              c.setInitializationFailTimeout(timeout);
              c.setConnectionTimeout(2000);
            })) {
      assertThat(pool.isRunning()).isEqualTo(pools.startAtOnce());

      assertThatThrownBy(pool::getConnection)
          .isInstanceOfSatisfying(
              SQLTransientConnectionException.class,
              e -> {
                assertThat(e.getSQLState()).isEqualTo(state);
                assertThat(e.getCause())
                    .isInstanceOf(SQLException.class)
                    .isSameAs(e.getNextException());
              });
      assertThat(pool.isRunning()).isTrue();

      recovery.run();
      await("it recovers", () -> catchThrowable(() -> works(pool)) == null);
    }
    return null;
  }
}
