package io.github.iamhikari.benchmarks;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;

/**
 * Further physical connections of a pool: TLS, the login, and HikariCP's thread that opens them.
 * Subjects take turns, one connection each, and the fastest of each counts.
 */
final class PhysicalConnections implements Measure {

  private final Postgres postgres;
  private final int connections;

  PhysicalConnections(Postgres postgres, int connections) {
    this.postgres = postgres;
    this.connections = connections;
  }

  @Override
  public void round(Results results) throws SQLException {
    Target target = postgres.target();
    Map<Subject, HikariDataSource> pools = new EnumMap<>(Subject.class);
    Map<Subject, Double> fastest = new EnumMap<>(Subject.class);
    try {
      for (Subject subject : Subject.values()) {
        HikariDataSource pool = subject.startedPool(target, postgres.credentials());
        pools.put(subject, pool);
        millisToOpen(pool); // gets the one that is there
      }
      for (int i = 0; i < connections; i++) {
        for (Subject subject : Subject.inRandomOrder()) {
          HikariDataSource pool = requireNonNull(pools.get(subject));
          fastest.merge(subject, millisToOpen(pool), Math::min);
        }
      }
      fastest.forEach(
          (subject, millis) -> results.add(Quantity.PHYSICAL_CONNECTION, subject, millis));
    } finally {
      pools.values().forEach(HikariDataSource::close);
    }
  }

  private static double millisToOpen(HikariDataSource pool) throws SQLException {
    long start = System.nanoTime();
    Connection connection = pool.getConnection();
    double millis = (System.nanoTime() - start) / 1e6;
    pool.evictConnection(connection);
    return millis;
  }
}
