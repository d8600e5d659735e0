package io.github.iamhikari.webservice.demo;

import static java.util.stream.Collectors.toCollection;

import io.github.iamhikari.IamHikariDataSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The sessions of one pool's user from this machine, as the server lists them, and since when. A
 * pool does not tell how old its connections are.
 */
final class Sessions {

  private static final String POSTGRESQL =
      """
      SELECT pid FROM pg_stat_activity
      WHERE usename = current_user AND client_addr IS NOT DISTINCT FROM inet_client_addr()
      """;

  private static final String MYSQL =
      """
      SELECT id FROM information_schema.processlist
      WHERE user = substring_index(current_user(), '@', 1)
      AND substring_index(host, ':', 1) = (
        SELECT substring_index(host, ':', 1) FROM information_schema.processlist
        WHERE id = connection_id())
      """;

  private final IamHikariDataSource pool;
  private final JdbcClient jdbc;
  private final String query;
  private final InstantSource clock;
  private final Map<Long, Instant> since = new ConcurrentHashMap<>();
  private final AtomicLong opened = new AtomicLong();

  Sessions(IamHikariDataSource pool, InstantSource clock) {
    this.pool = pool;
    this.jdbc = JdbcClient.create(pool);
    this.query =
        String.valueOf(pool.getJdbcUrl()).startsWith("jdbc:postgresql:") ? POSTGRESQL : MYSQL;
    this.clock = clock;
  }

  /** Asks the server, unless the pool has no connection to ask with. */
  void refresh() {
    if (pool.getHikariPoolMXBean().getTotalConnections() == 0) {
      since.clear();
      return;
    }
    try {
      Set<Long> open =
          jdbc.sql(query).query(Long.class).list().stream()
              .collect(toCollection(LinkedHashSet::new));
      since.keySet().retainAll(open);
      for (Long id : open) {
        if (since.putIfAbsent(id, clock.instant()) == null) {
          opened.incrementAndGet();
        }
      }
    } catch (DataAccessException e) {
      // the orders fail as well, and tell why
    }
  }

  /** How many there were so far: each is a login that the server accepted. */
  long opened() {
    return opened.get();
  }

  /** In seconds, oldest first. */
  List<Long> ages() {
    Instant now = clock.instant();
    return since.values().stream()
        .sorted()
        .map(start -> Duration.between(start, now).toSeconds())
        .toList();
  }
}
