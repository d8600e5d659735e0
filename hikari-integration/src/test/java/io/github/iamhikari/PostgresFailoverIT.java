package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.ask;
import static io.github.iamhikari.Patience.PATIENCE;
import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalCluster;
import io.github.iamhikari.localrds.LocalRds;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/**
 * A cluster fails over from its primary to a standby while eight threads write. The relay is what
 * the endpoint's name leads to. Each connection of before fails at most once and no other one does,
 * no {@code getConnection()} fails, and each row that was acknowledged is at the new writer.
 */
@Tag("long")
@Timeout(120)
class PostgresFailoverIT {

  private static final int THREADS = 8;
  private static final int CONNECTIONS = 10;

  private final AccessKey key = AccessKey.random();
  private final LocalCluster cluster =
      LocalRds.postgres()
          .endpoint("orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com")
          .endpointPort(5432)
          .account("app")
          .account("observer")
          .credentials(key)
          .startCluster();
  private final String name;
  private final Relay relay;
  private final AtomicLong rows = new AtomicLong();
  private final Map<Long, Long> acknowledged = new ConcurrentHashMap<>();
  private final Set<Long> failed = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
  private long promotion;
  private long rowsOfOldWriter;

  PostgresFailoverIT(TestInfo test) throws IOException {
    name = test.getDisplayName();
    relay = new Relay(cluster.primary().listeningPort());
  }

  @AfterEach
  void stop() throws Exception {
    relay.close();
    cluster.close();
  }

  @Test
  void aPoolThatVerifiesItsWriterWaitsForThePromotion() throws Exception {
    try (IamHikariDataSource pool = pool(true);
        Borrowers writers = writers(pool)) {
      int loginsBefore = cluster.primary().logins().size();

      cluster.demote();
      await("the name still leads to it", () -> cluster.primary().logins().size() > loginsBefore);
      relay.leadTo(cluster.standby().listeningPort());
      awaitNoneAtTheOldWriter();
      await("the standby was asked", () -> !cluster.standby().logins().isEmpty());
      assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isZero();
      int failedBefore = failed.size();

      promote();
      assertWritesGoOn(writers);
      assertThat(failed).hasSize(failedBefore);
      assertFailedOnceForEachThread(writers);
    }
  }

  @Test
  void aPoolLeavesADemotedWriterForTheNewOne() throws Exception {
    try (IamHikariDataSource pool = pool(false);
        Borrowers writers = writers(pool)) {
      cluster.standby().stop();
      relay.leadTo(cluster.standby().listeningPort());

      cluster.demote();
      awaitNoneAtTheOldWriter();
      promote();
      cluster.standby().resume();

      assertWritesGoOn(writers);
      assertFailedOnceForEachThread(writers);
    }
  }

  @Test
  void aPoolLeavesADeadWriterForTheNewOne() throws Exception {
    try (IamHikariDataSource pool = pool(false);
        Borrowers writers = writers(pool)) {
      cluster.kill();
      promote();
      relay.leadTo(cluster.standby().listeningPort());

      assertWritesGoOn(writers);
    }
  }

  private void assertWritesGoOn(Borrowers writers) throws Exception {
    writers.awaitAnswers();
    writers.close();

    assertThat(writers.failedBorrows()).isEmpty();
    assertThat(writers.failedStatements()).hasSizeBetween(1, CONNECTIONS);
    Set<Long> written = writtenRows();
    assertThat(written).containsAll(acknowledged.keySet());
    written.removeAll(acknowledged.keySet());
    assertThat(failed).containsAll(written);
    print();
  }

  /** The first failure ends all connections to the old writer but those that are in use. */
  private void assertFailedOnceForEachThread(Borrowers writers) {
    assertThat(failures.values()).containsOnly(1);
    assertThat(writers.failedStatements()).allMatch(e -> "25006".equals(e.getSQLState()));
  }

  /** The figures that docs tell. */
  private void print() {
    LongStream ofNewWriter =
        acknowledged.entrySet().stream()
            .filter(row -> row.getKey() > rowsOfOldWriter)
            .mapToLong(Map.Entry::getValue);
    System.out.printf(
        "%s: %d rows acknowledged, the first %d ms after the promotion began; failures: %s%n",
        name,
        acknowledged.size(),
        Duration.ofNanos(ofNewWriter.min().getAsLong() - promotion).toMillis(),
        failures);
  }

  private void promote() {
    promotion = System.nanoTime();
    rowsOfOldWriter = rows.get();
    cluster.promote();
  }

  /** Threads that have begun to write numbered rows. */
  private Borrowers writers(IamHikariDataSource pool) throws Exception {
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("create table orders (id bigint primary key)");
    }
    await(
        "the pool is full", () -> pool.getHikariPoolMXBean().getTotalConnections() == CONNECTIONS);
    Borrowers writers = new Borrowers(pool, THREADS, this::write);
    writers.awaitAnswers();
    return writers;
  }

  private void write(Connection connection) throws SQLException {
    long row = rows.incrementAndGet();
    try (PreparedStatement insert = connection.prepareStatement("insert into orders values (?)")) {
      insert.setLong(1, row);
      insert.executeUpdate();
      acknowledged.put(row, System.nanoTime());
    } catch (SQLException e) {
      failed.add(row);
      failures.merge(Thread.currentThread().getName(), 1, Integer::sum);
      throw e;
    }
  }

  private Set<Long> writtenRows() throws SQLException {
    Set<Long> written = ConcurrentHashMap.newKeySet();
    try (IamDataSource logins = logins("app", cluster.standby());
        Connection connection = logins.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("select id from orders")) {
      while (result.next()) {
        written.add(result.getLong(1));
      }
    }
    return written;
  }

  private void awaitNoneAtTheOldWriter() throws Exception {
    try (IamDataSource logins = logins("observer", cluster.primary());
        Connection observer = logins.getConnection()) {
      await(
          "no connection to the old writer is left",
          () ->
              ask(observer, "select count(*) from pg_stat_activity where usename = 'app'")
                  .equals("0"));
    }
  }

  private IamHikariDataSource pool(boolean verifyWriter) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url(relay.port()));
    config.setUsername("app");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setConnectionTimeout(PATIENCE.toMillis());
    iamSettings().forEach((name, value) -> config.addDataSourceProperty((String) name, value));
    if (verifyWriter) {
      config.addDataSourceProperty("iam_verify_writer", "true");
    }
    return new IamHikariDataSource(
        config, () -> AwsBasicCredentials.create(key.id(), key.secret()));
  }

  private IamDataSource logins(String user, LocalRds node) {
    return IamDataSource.builder()
        .jdbcUrl(url(node.listeningPort()))
        .user(user)
        .properties(iamSettings())
        .awsCredentialsProvider(() -> AwsBasicCredentials.create(key.id(), key.secret()))
        .build();
  }

  private static String url(int port) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/app";
  }

  private Properties iamSettings() {
    Properties settings = new Properties();
    settings.setProperty("iam_host", cluster.primary().host());
    settings.setProperty("iam_default_port", String.valueOf(cluster.primary().port()));
    return settings;
  }
}
