package io.github.iamhikari.core;

import io.github.iamhikari.core.FleetServer.FleetRefusal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** How a pool of a simulated fleet logs in. */
abstract class FleetLogins {

  static final String FIRST_KEY = "AKIAFIRST";
  static final String SECOND_KEY = "AKIASECOND";

  /** A wrong clock is fast by more than a server forgives. */
  private static final Duration FAST = Duration.ofMinutes(10);

  /** The kinds of logins that are compared. */
  enum Kind {
    OURS("iam-hikari"),
    TOKEN_PER_CONNECTION("HikariCP, a token for each connection"),
    CACHED_TOKEN("HikariCP, a cached token and one retry");

    private final String title;

    Kind(String title) {
      this.title = title;
    }

    FleetLogins logins(Fleet fleet, FleetServer server, int poolSize, Random random) {
      return switch (this) {
        case OURS -> new Ours(fleet, server, poolSize, random);
        case TOKEN_PER_CONNECTION -> new TokenPerConnection(fleet, server);
        case CACHED_TOKEN -> new CachedToken15Minutes(fleet, server);
      };
    }

    @Override
    public String toString() {
      return title;
    }
  }

  private final Fleet fleet;
  private final FleetServer server;
  private String key = FIRST_KEY;
  private boolean hasRightClock = true;

  /** What the login under way has taken so far. */
  private long taken;

  FleetLogins(Fleet fleet, FleetServer server) {
    this.fleet = fleet;
    this.server = server;
  }

  abstract void open() throws SQLException;

  /** How long HikariCP's opening thread is held before that. */
  long nanosToTurn(boolean hasConnections) {
    return 0;
  }

  /** Whether the opening thread goes on at once after a login that failed, in what is left. */
  boolean holds(long nanosLeft) {
    return false;
  }

  /** Whether a caller of an empty pool is told so at once. */
  boolean tellsCallers() {
    return false;
  }

  void connectionsLost() {}

  /** Opens a connection, or takes as long to fail. */
  final void login() throws SQLException {
    taken = 0;
    open();
  }

  /** How long the last login took; from then on that has passed. */
  final long taken() {
    long nanos = taken;
    taken = 0;
    return nanos;
  }

  void setKey(String key) {
    this.key = key;
  }

  void setRightClock(boolean right) {
    hasRightClock = right;
  }

  final String key() {
    return key;
  }

  final boolean hasRightClock() {
    return hasRightClock;
  }

  /** The pool's own time, in the middle of a login or not. */
  final long now() {
    return fleet.now() + taken;
  }

  final void send(String signedWith, boolean isDatedRight) throws SQLException {
    try {
      taken += server.judge(now(), signedWith, isDatedRight);
    } catch (FleetRefusal e) {
      taken += e.nanos();
      throw e;
    }
  }

  /** The library's. */
  private static final class Ours extends FleetLogins {

    private static final Instant START = Instant.parse("2026-11-22T00:00:00Z");

    private final IamDataSource dataSource;

    private Ours(Fleet fleet, FleetServer server, int poolSize, Random random) {
      super(fleet, server);
      InstantSource clock =
          () -> START.plusNanos(now()).plus(hasRightClock() ? Duration.ZERO : FAST);
      dataSource =
          IamDataSource.builder()
              .jdbcUrl("jdbc:postgresql://db.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com/app")
              .user("app")
              .driver((url, properties) -> new StubDriver((user, token) -> send(token)))
              .awsCredentialsProvider(() -> AwsBasicCredentials.create(key(), "secret"))
              .signingThreads(Runnable::run)
              .clock(clock, this::now)
              .random(random::nextDouble)
              .pool(() -> -1, () -> poolSize)
              .build();
    }

    private void send(String token) throws SQLException {
      boolean isOfFirstKey = token.contains("Credential=" + FIRST_KEY + "%2F");
      int date = token.indexOf("X-Amz-Date=") + "X-Amz-Date=".length();
      Instant signed =
          Instant.parse(
              new StringBuilder(token.substring(date, date + 16))
                  .insert(13, ':')
                  .insert(11, ':')
                  .insert(6, '-')
                  .insert(4, '-')
                  .toString());
      long age = Duration.between(signed, START.plusNanos(now())).toSeconds();
      send(isOfFirstKey ? FIRST_KEY : SECOND_KEY, age >= -300 && age < 900);
    }

    @Override
    void open() throws SQLException {
      dataSource.getConnection();
    }

    @Override
    long nanosToTurn(boolean hasConnections) {
      return dataSource.login().timeToTurn(hasConnections).toNanos();
    }

    @Override
    boolean holds(long nanosLeft) {
      return dataSource.login().isHeld(Duration.ofNanos(nanosLeft));
    }

    @Override
    boolean tellsCallers() {
      return dataSource.getProblem().isPresent();
    }

    @Override
    void connectionsLost() {
      dataSource.connectionsLost();
    }
  }

  /** What people write by hand. */
  private static final class TokenPerConnection extends FleetLogins {

    private TokenPerConnection(Fleet fleet, FleetServer server) {
      super(fleet, server);
    }

    @Override
    void open() throws SQLException {
      send(key(), hasRightClock());
    }
  }

  /**
   * As Amazon's JDBC wrapper has it: a refused token is replaced once, whatever was refused before.
   */
  private static final class CachedToken15Minutes extends FleetLogins {

    private static final long LIFE = Duration.ofSeconds(870).toNanos();

    private long signed = -LIFE;
    private String signedWith = "";
    private boolean isDatedRight;

    private CachedToken15Minutes(Fleet fleet, FleetServer server) {
      super(fleet, server);
    }

    @Override
    void open() throws SQLException {
      boolean isCached = now() - signed < LIFE;
      if (!isCached) {
        sign();
      }
      try {
        send(signedWith, isDatedRight);
      } catch (SQLException e) {
        if (!isCached || !"28000".equals(e.getSQLState())) {
          throw e;
        }
        sign();
        send(signedWith, isDatedRight);
      }
    }

    private void sign() {
      signed = now();
      signedWith = key();
      isDatedRight = hasRightClock();
    }
  }
}
