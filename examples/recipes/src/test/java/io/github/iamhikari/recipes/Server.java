package io.github.iamhikari.recipes;

import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.TestClock;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the recipes log in to: one server of a kind for all tests, since it takes its time to start.
 */
public final class Server {

  public static final Server POSTGRES = new Server("PostgreSQL", LocalRds.postgres());
  public static final Server MARIADB = new Server("MariaDB", LocalRds.mariaDb());

  /** Its tokens are other ones, so it is none of {@link #all()}. */
  public static final Server DSQL = new Server("Aurora DSQL", LocalRds.dsql());

  /** A user beside the server's {@link LocalRds#account()}. */
  public static final String SECOND_USER = "second_user";

  private static final AtomicInteger expirations = new AtomicInteger(600);

  private final String name;
  private final LocalRds.Builder builder;
  private final TestClock clock = new TestClock();
  private @Nullable LocalRds rds;

  private Server(String name, LocalRds.Builder builder) {
    this.name = name;
    this.builder = builder;
  }

  /** One of each kind of database. */
  public static Stream<Server> all() {
    return Stream.of(POSTGRES, MARIADB);
  }

  /** The server, which runs until the JVM ends. */
  public synchronized LocalRds rds() {
    LocalRds running = rds;
    if (running == null) {
      running = builder.account("app_user").account(SECOND_USER).clock(clock).start();
      rds = running;
    }
    return running;
  }

  /**
   * A URL for the driver of iam-hikari, which shares tokens among those who have the same one.
   *
   * @param protocol of the real driver
   * @return one that no other test has, by a setting that does nothing here
   */
  public String iamUrl(String protocol) {
    return rds().jdbcUrl(rds().host()).replaceFirst("jdbc:[a-z]+:", "jdbc:iam:" + protocol + ":")
        + "?iam_expiration="
        + expirations.getAndIncrement();
  }

  /** Whom the server takes the client for, without the host that MariaDB adds. */
  public static String user(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT current_user")) {
      rows.next();
      return rows.getString(1).replace("@%", "");
    }
  }

  /** By this clock it judges tokens; a test may advance it. */
  public TestClock clock() {
    return clock;
  }

  @Override
  public String toString() {
    return name;
  }
}
