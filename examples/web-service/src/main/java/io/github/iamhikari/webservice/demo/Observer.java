package io.github.iamhikari.webservice.demo;

import com.zaxxer.hikari.HikariPoolMXBean;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.TokenStatus;
import io.github.iamhikari.webservice.OrderFailed;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Takes a {@link Sample} each second, from what HikariCP, iam-hikari and the server tell anyway.
 */
@Component
final class Observer {

  private final Map<String, Observed> databases = new LinkedHashMap<>();
  private final Map<String, Sample.Explanation> explanations = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<String> notes = new ConcurrentLinkedQueue<>();
  private final InstantSource clock;
  private final Load load;
  private final EventStream stream;
  private final @Nullable LocalAws aws;

  Observer(
      Map<String, IamHikariDataSource> pools,
      InstantSource clock,
      Load load,
      EventStream stream,
      ObjectProvider<LocalAws> aws)
      throws SQLException {
    this.clock = clock;
    this.load = load;
    this.stream = stream;
    this.aws = aws.getIfAvailable();
    for (Map.Entry<String, IamHikariDataSource> pool : pools.entrySet()) {
      databases.put(pool.getKey(), new Observed(pool.getKey(), pool.getValue()));
    }
  }

  @Scheduled(fixedRate = 1_000)
  void sample() {
    Map<String, Sample.Database> samples = new LinkedHashMap<>();
    databases.forEach((name, database) -> samples.put(name, database.sample()));
    List<String> noted = new ArrayList<>();
    for (String note = notes.poll(); note != null; note = notes.poll()) {
      noted.add(note);
    }
    stream.send(new Sample(clock.instant(), load.isRunning(), local(), samples, noted));
  }

  @Scheduled(fixedDelay = 1_000)
  void refreshSessions() {
    databases.values().forEach(database -> database.sessions.refresh());
  }

  /** Tells on the page what somebody did. */
  void note(String text) {
    notes.add(text);
  }

  @EventListener
  void explain(OrderFailed event) {
    explanations.put(
        event.database(), new Sample.Explanation(clock.instant(), textOf(event.failure())));
  }

  /** The words of JDBC, without Spring's around them, and each once. */
  static String textOf(Throwable failure) {
    Set<Throwable> seen = new HashSet<>();
    List<String> messages = new ArrayList<>();
    Throwable next = failure;
    while (next != null && seen.add(next)) {
      String message = String.valueOf(next.getMessage());
      if (next instanceof SQLException && messages.stream().noneMatch(m -> m.contains(message))) {
        messages.add(message);
      }
      next = next.getCause();
    }
    return messages.isEmpty() ? String.valueOf(failure.getMessage()) : String.join("\n", messages);
  }

  private Sample.@Nullable Local local() {
    return aws == null
        ? null
        : new Sample.Local(aws.isKeyRevoked(), aws.credentials().hangs(), aws.stopped());
  }

  /** One pool, and what it had counted a second ago. */
  private final class Observed {

    private final String name;
    private final IamHikariDataSource pool;
    private final Sessions sessions;
    private final String server;
    private final Growth placed = new Growth();
    private final Growth failed = new Growth();
    private final Growth logins = new Growth();
    private final Growth refused = new Growth();

    Observed(String name, IamHikariDataSource pool) throws SQLException {
      this.name = name;
      this.pool = pool;
      this.sessions = new Sessions(pool, clock);
      try (Connection connection = pool.getConnection()) {
        DatabaseMetaData metaData = connection.getMetaData();
        this.server =
            metaData.getDatabaseProductName()
                + " "
                + metaData.getDatabaseProductVersion().replaceFirst("[^\\d.].*", "");
      }
    }

    Sample.Database sample() {
      IamDataSource logIns = (IamDataSource) pool.getDataSource();
      TokenStatus token = logIns.getTokenStatus();
      HikariPoolMXBean connections = pool.getHikariPoolMXBean();
      Load.Counts orders = load.countsOf(name);
      long placedInAll = orders.placed.sum();
      long failedInAll = orders.failed.sum();
      return new Sample.Database(
          server,
          logIns.getUser() + " at " + host(),
          placed.to(placedInAll),
          failed.to(failedInAll),
          placedInAll,
          failedInAll,
          new Sample.Connections(
              connections.getTotalConnections(),
              connections.getActiveConnections(),
              connections.getThreadsAwaitingConnection()),
          sessions.ages(),
          pool.getMaxLifetime() / 1_000,
          new Sample.Token(
              token.remaining().plusMillis(999).toSeconds(), // 0 only when it has ended
              pool.getIamExpiration(),
              token.signed(),
              token.awaited().toSeconds()),
          logins.to(sessions.opened()),
          refused.to(token.rejected()),
          explanations.get(name));
    }

    private String host() {
      String host = pool.getIamHost();
      return host != null ? host : String.valueOf(pool.getJdbcUrl()).replaceAll(".*//|[:/?].*", "");
    }
  }

  /** By how much a count has grown. */
  private static final class Growth {
    private long last;

    long to(long count) {
      long growth = count - last;
      last = count;
      return growth;
    }
  }
}
