package io.github.iamhikari.benchmarks;

import io.github.iamhikari.core.IamDataSource;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
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

/** The token for a login, which HikariCP asks for before each physical connection. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Tokens {

  /** Where the password comes from. */
  @Param({"a constant", "the current token"})
  public String subject = "";

  private @Nullable IamDataSource logins;

  /** Prepares the logins; the first token is signed here. */
  @Setup
  public void start() {
    if (!subject.equals("a constant")) {
      logins = NoNetwork.iamLogins(870);
      String unused = logins.getToken(NoNetwork.USER, Duration.ofSeconds(30)).orElseThrow();
    }
  }

  /** Ends the logins. */
  @TearDown
  public void stop() {
    if (logins != null) {
      logins.close();
    }
  }

  /** As HikariCP asks: one thread at a time. */
  @Benchmark
  @Threads(1)
  public @Nullable String oneThread() {
    return logins == null
        ? "password"
        : logins.getToken(NoNetwork.USER, Duration.ofSeconds(30)).orElseThrow();
  }
}
