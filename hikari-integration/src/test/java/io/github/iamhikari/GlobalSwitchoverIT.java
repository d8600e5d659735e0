package io.github.iamhikari;

import static io.github.iamhikari.Patience.PATIENCE;
import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.DriverCleanup;
import io.github.iamhikari.localaws.DatabaseResource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalGlobalCluster;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Endpoint;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.Refusal;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The writer of a global database moves to another region while eight threads use a pool without
 * {@code iam_region}. The relay is what the global endpoint's name leads to; the server of each
 * region takes tokens of that region alone. No {@code getConnection()} fails.
 */
@Tag("long")
@Timeout(120)
@ParameterizedClass
@EnumSource
@ExtendWith(DriverCleanup.class)
class GlobalSwitchoverIT {

  enum Server {
    POSTGRES,
    MARIADB
  }

  private static final String EAST = "us-east-2";
  private static final String WEST = "eu-west-1";
  private static final String ACTION = "rds:DescribeGlobalClusters";
  private static final int THREADS = 8;
  private static final int CONNECTIONS = 5;
  private static final int PORT = 5432;

  private final AccessKey key = AccessKey.random();
  @RegisterExtension final AwsProperties properties = new AwsProperties(key);
  private final LocalGlobalCluster orders = LocalGlobalCluster.named("orders", EAST, WEST);
  private final LocalAws aws =
      LocalAws.builder()
          .user("app", key, Statement.allow("*", "*"))
          .describes(orders)
          .describes(
              DatabaseResource.at(
                  new Endpoint(orders.clusterHost(WEST), PORT, WEST), "cluster-WEST", "aurora"))
          .start();
  private final LocalRds east;
  private final LocalRds west;
  private final Relay relay;

  GlobalSwitchoverIT(Server server) throws IOException {
    LocalRds.Builder builder =
        (server == Server.POSTGRES ? LocalRds.postgres() : LocalRds.mariaDb())
            .endpoint(orders.host())
            .endpointPort(PORT)
            .account("app")
            .credentials(key);
    east = builder.region(EAST).start();
    west = builder.region(WEST).start();
    relay = new Relay(east.listeningPort());
  }

  @BeforeEach
  void findAws() {
    properties.set(aws.properties());
  }

  @AfterEach
  void stop() throws Exception {
    relay.close();
    aws.close();
    east.close();
    west.close();
  }

  @Test
  void aPoolFollowsTheWriterToAnotherRegionAndBackWithinTheLoginThatIsRefused() throws Exception {
    try (LogWatch log = LogWatch.of("io.github.iamhikari");
        IamHikariDataSource pool = pool();
        Borrowers borrowers = new Borrowers(pool, THREADS)) {
      awaitNextLookup(borrowers);

      moveTo(WEST, west);
      awaitNextLookup(borrowers);
      assertFollowed(west.logins());
      int before = east.logins().size();
      moveTo(EAST, east);
      borrowers.awaitAnswers();

      assertFollowed(east.logins().subList(before, east.logins().size()));
      assertThat(log.linesOf(Level.WARN))
          .as("refusals that end a login")
          .noneMatch(line -> line.contains("IAM login failed"));
      assertThat(borrowers.failedBorrows()).isEmpty();
      assertThat(aws.http().requests()).containsOnly(ACTION).hasSize(3);
    }
  }

  @Test
  void aPoolWaitsUntilRdsTellsOfTheNewWriter() throws Exception {
    try (IamHikariDataSource pool = pool();
        Borrowers borrowers = new Borrowers(pool, THREADS)) {
      borrowers.awaitAnswers();
      relay.leadTo(west.listeningPort()); // as the name does, and cuts no connection
      await(
          "a second login is refused",
          () -> {
            pool.getHikariPoolMXBean().softEvictConnections(); // one may have been on its way
            return west.logins().size() > 1;
          });

      orders.switchTo(WEST);
      borrowers.awaitAnswers();

      assertFollowed(west.logins());
      assertThat(borrowers.failedBorrows()).isEmpty();
    }
  }

  @Test
  void aPoolWaitsForTheRegionWhileAwsIsOutOfReach() throws Exception {
    try (LogWatch log = LogWatch.of("io.github.iamhikari");
        IamHikariDataSource pool = pool();
        Borrowers borrowers = new Borrowers(pool, THREADS)) {
      borrowers.awaitAnswers();
      aws.http().goDown();
      moveTo(WEST, west);
      log.awaitLine("orders - Still signing tokens for us-east-2, the writer's last", PATIENCE);
      await("a second login is refused", () -> west.logins().size() > 1);

      aws.http().comeUp();
      borrowers.awaitAnswers();

      assertFollowed(west.logins());
      assertThat(borrowers.failedBorrows()).isEmpty();
    }
  }

  @Test
  void theDoctorAndTheDriverFindTheWriter() throws Exception {
    moveTo(WEST, west);
    try (IamHikariDataSource pool = pool();
        Connection connection =
            DriverManager.getConnection(
                url().replace("jdbc:", "jdbc:iam:")
                    + "?user=app&iam_default_port=5432&iam_host="
                    + orders.host())) {
      assertThat(Borrowers.currentUser(connection)).isEqualTo("app");
      assertThat(west.logins()).allMatch(Login::accepted);

      String report = pool.doctor().examine().toString();

      assertThat(report)
          .contains("region of the current writer, which is looked up")
          .contains("verified with Amazon's roots for all regions and the JVM's")
          .contains("the writer's cluster in eu-west-1 \"orders-eu-west-1\"")
          .contains("arn:aws:rds-db:eu-west-1:123456789012:dbuser:cluster-WEST/app")
          .containsPattern("ok       token            signed at \\S+ for eu-west-1 with ")
          .contains("user \"app\" logged in");
    }
  }

  /** As a switchover does: for a moment there is no writer. */
  private void moveTo(String region, LocalRds there) throws Exception {
    relay.refuse();
    orders.switchTo(region);
    relay.leadTo(there.listeningPort());
    relay.restore();
  }

  /** By a refused token of the old region, and none after the first one of the new region. */
  private static void assertFollowed(List<Login> logins) {
    int moved = logins.stream().map(Login::accepted).toList().indexOf(true);
    assertThat(moved).isPositive();
    assertThat(logins.subList(0, moved))
        .extracting(Login::refusal)
        .containsOnly(Refusal.WRONG_REGION);
    assertThat(logins.subList(moved, logins.size())).allMatch(Login::accepted);
  }

  /** Within a second after a lookup there is no other. */
  private static void awaitNextLookup(Borrowers borrowers) throws Exception {
    borrowers.awaitAnswers();
    long since = System.nanoTime();
    await("RDS may be asked again", () -> System.nanoTime() - since > 1_100_000_000L);
  }

  private String url() {
    return east.jdbcUrl().replace(":" + east.listeningPort() + "/", ":" + relay.port() + "/");
  }

  private IamHikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setPoolName("orders");
    config.setJdbcUrl(url());
    config.setUsername("app");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(0);
    config.setConnectionTimeout(PATIENCE.toMillis());
    config.addDataSourceProperty("iam_host", orders.host());
    config.addDataSourceProperty("iam_default_port", PORT);
    return new IamHikariDataSource(config);
  }
}
