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

/** {@code pool.getConnection().close()}, which is all that an application does most of the time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BorrowAndReturn {

  /** Whose pool it is: a {@link Subject}'s name. */
  @Param({"HIKARI", "IAM_HIKARI", "RDS_UTILITIES", "JDBC_WRAPPER"})
  public String subject = "";

  @SuppressWarnings("NullAway.Init") // JMH calls start()
  private HikariDataSource pool;

  /** Starts the pool. */
  @Setup
  public void start() {
    pool =
        Subject.valueOf(subject)
            .pool(StubDriver.target(Target.LONGEST_EXPIRATION), new CountedCredentials());
  }

  /** Closes the pool. */
  @TearDown
  public void stop() {
    pool.close();
  }

  /** One thread has the pool for itself. */
  @Benchmark
  public Connection borrowAndReturn() throws SQLException {
    Connection connection = pool.getConnection();
    connection.close();
    return connection;
  }
}
