package io.github.iamhikari;

import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Pools in use that all lose their connections at once, at a PostgreSQL that then takes fewer
 * logins a second than they want: in real time, what the simulation of fleets in core has by the
 * thousands.
 */
@Tag("long")
@Timeout(360)
class ThrottledFleetIT {

  private static final int POOLS = 20;
  private static final int CONNECTIONS = 5;
  private static final int LIMIT = 10;
  private static final Duration OUTAGE = Duration.ofSeconds(2);

  /** After this the logins of a pool that has filled do not count any more. */
  private static final Duration A_WHILE = Duration.ofSeconds(5);

  /** A fleet that is let in evenly takes 10 s. */
  private static final Duration UNTIL_FULL = Duration.ofMinutes(4);

  private static final AccessKey key = AccessKey.random();

  private static LocalRds rds;

  private final List<IamHikariDataSource> pools = new ArrayList<>();
  private final List<Borrowers> borrowers = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // before each test
  private Relay relay;

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().credentials(key).loginsPerSecond(200).start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @BeforeEach
  void relay() throws Exception {
    relay = new Relay(rds.listeningPort());
  }

  @AfterEach
  void closeAll() throws Exception {
    borrowers.forEach(Borrowers::close);
    pools.forEach(IamHikariDataSource::close);
    relay.close();
    rds.loginsPerSecond(200);
  }

  @Test
  void aFleetComesBackFromARestartWithoutAFailedBorrow() throws Exception {
    fleetOf(POOLS);
    rds.loginsPerSecond(LIMIT);
    int before = rds.logins().size();

    restart();

    assertComesBack("a restart", before);
  }

  @Test
  void aFleetComesBackFromCutConnectionsWithoutAFailedBorrow() throws Exception {
    fleetOf(POOLS);
    rds.loginsPerSecond(LIMIT);
    int before = rds.logins().size();

    relay.cut();

    assertComesBack("a cut", before);
  }

  @Test
  void aPoolAloneSendsOneLoginForEachConnection() throws Exception {
    fleetOf(1);
    int before = rds.logins().size();

    restart();

    borrowers.get(0).awaitAnswers();
    await("the pool is full", this::isFull);
    assertThat(loginsAfter(before)).hasSize(CONNECTIONS).allMatch(Login::accepted);
    assertThat(borrowers.get(0).failedBorrows()).isEmpty();
  }

  private void assertComesBack(String fromWhat, int before) throws Exception {
    long start = System.nanoTime();
    for (Borrowers callers : borrowers) {
      callers.awaitAnswers();
    }
    double serving = secondsSince(start);
    await("all pools are full", UNTIL_FULL, () -> isFull() && openedAfter(before) >= all());
    double full = secondsSince(start);
    int sent = loginsAfter(before).size();
    long opened = openedAfter(before);
    System.out.printf(
        Locale.ROOT,
        "%d pools of %d after %s, %d logins a second: all serve after %.1f s, all are full after"
            + " %.1f s, %d logins for %d connections (%.2f)%n",
        POOLS,
        CONNECTIONS,
        fromWhat,
        LIMIT,
        serving,
        full,
        sent,
        opened,
        (double) sent / opened);

    assertThat(borrowers).flatExtracting(Borrowers::failedBorrows).isEmpty();
    assertThat(loginsAfter(before))
        .extracting(Login::refusal)
        .contains(Refusal.THROTTLED)
        .containsOnly(null, Refusal.THROTTLED);
    assertThat((double) sent / opened).isLessThanOrEqualTo(1.5);
  }

  /** Pools that are full, each with two callers. */
  private void fleetOf(int count) throws Exception {
    for (int i = 0; i < count; i++) {
      IamHikariDataSource pool = pool("pool " + i);
      pools.add(pool);
      borrowers.add(new Borrowers(pool, 2, ThrottledFleetIT::work));
    }
    await("all pools are full", this::isFull);
    long full = System.nanoTime();
    await("they filled a while ago", () -> secondsSince(full) > A_WHILE.toSeconds());
    for (Borrowers callers : borrowers) {
      callers.awaitAnswers();
    }
  }

  private IamHikariDataSource pool(String name) {
    HikariConfig config = new HikariConfig();
    config.setPoolName(name);
    config.setJdbcUrl(
        rds.jdbcUrl().replace(":" + rds.listeningPort() + "/", ":" + relay.port() + "/"));
    config.setUsername(rds.account());
    config.addDataSourceProperty("iam_host", rds.host());
    config.addDataSourceProperty("iam_default_port", rds.port());
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(30_000);
    return new IamHikariDataSource(
        config, logins -> logins.awsCredentialsProvider(new FaultyCredentials(key)));
  }

  /** And a pause without the connection: HikariCP prefers a thread that borrows again at once. */
  private static void work(Connection connection) throws SQLException {
    Borrowers.currentUser(connection);
    connection.close();
    LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
  }

  private void restart() throws Exception {
    long start = System.nanoTime();
    relay.refuse();
    await(
        "no connection is left",
        () ->
            secondsSince(start) > OUTAGE.toSeconds()
                && pools.stream().allMatch(pool -> Faults.total(pool) == 0));
    relay.restore();
  }

  private boolean isFull() {
    return pools.stream().allMatch(pool -> Faults.total(pool) == CONNECTIONS);
  }

  private int all() {
    return pools.size() * CONNECTIONS;
  }

  private static List<Login> loginsAfter(int before) {
    List<Login> logins = rds.logins();
    return logins.subList(before, logins.size());
  }

  private static long openedAfter(int before) {
    return loginsAfter(before).stream().filter(Login::accepted).count();
  }

  private static double secondsSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }
}
