package io.github.iamhikari.benchmarks;

import io.github.iamhikari.core.IamDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/** Opening a physical connection, as a pool does it, of which nothing but our part costs time. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PhysicalConnection {

  /** Who opens it. */
  @Param({"the driver", "IamDataSource"})
  public String subject = "";

  private final DataSource driver = new NoNetwork();
  private @Nullable IamDataSource logins;

  /** Prepares the logins. */
  @Setup
  public void start() {
    logins = subject.equals("the driver") ? null : NoNetwork.iamLogins(870);
  }

  /** Ends the logins. */
  @TearDown
  public void stop() {
    if (logins != null) {
      logins.close();
    }
  }

  /** As HikariCP opens them: one thread at a time. */
  @Benchmark
  @Threads(1)
  public Connection oneThread() throws SQLException {
    return logins == null
        ? driver.getConnection(NoNetwork.USER, "password")
        : logins.getConnection(NoNetwork.USER, null);
  }
}
