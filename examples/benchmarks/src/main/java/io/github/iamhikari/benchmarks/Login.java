package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What HikariCP does for each physical connection, with a driver that does nothing: it asks for
 * user and password, and opens a connection with them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Login {

  /** Who logs in: a {@link Subject}'s name. */
  @Param({"HIKARI", "IAM_HIKARI", "RDS_UTILITIES", "JDBC_WRAPPER"})
  public String subject = "";

  @SuppressWarnings("NullAway.Init") // JMH calls start()
  private HikariDataSource pool;

  /** Starts the pool; the first token is signed here. */
  @Setup
  public void start() throws SQLException {
    pool =
        Subject.valueOf(subject)
            .startedPool(StubDriver.target(Target.LONGEST_EXPIRATION), new CountedCredentials());
  }

  /** Closes the pool. */
  @TearDown
  public void stop() {
    pool.close();
  }

  /** One thread logs in, as in HikariCP. */
  @Benchmark
  public Connection login() throws SQLException {
    return Subject.open(pool);
  }
}
