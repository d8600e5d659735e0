package io.github.iamhikari.core;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Lincheck tries the interleavings of several threads: whatever they do, their results are those
 * that one thread would have got in some order.
 */
@Tag("long")
class LinearizabilityTest {

  private static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private static final Duration PATIENCE = Duration.ofHours(1);

  private static final TokenRequest REQUEST =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "app");

  /** Beginnings of the names of classes that share nothing between threads. */
  private static final List<String> NOT_EXAMINED =
      List.of(
          "org.slf4j.",
          "java.sql.",
          "java.time.",
          "java.util.Formatter",
          LoginFailure.class.getName(),
          LoginStatistics.class.getName(),
          SigningKey.class.getName(),
          TokenRequest.class.getName());

  @Test
  void callersShareEachTokenAndReplaceItOnce() {
    check(Tokens.class);
  }

  @Test
  void oneLoginAloneChallengesARefusal() {
    new Logins().open(); // loads what is loaded once
    check(Logins.class);
  }

  private static void check(Class<?> type) {
    new ModelCheckingOptions()
        .iterations(10)
        .invocationsPerIteration(100)
        .threads(2)
        .actorsBefore(1)
        .actorsPerThread(2)
        .actorsAfter(1)
        .addGuarantee(
            forClasses((String name) -> NOT_EXAMINED.stream().anyMatch(name::startsWith))
                .allMethods()
                .ignore())
        .addGuarantee(forClasses("java.lang.String").methods("format").ignore())
        .check(type);
  }

  /** A token of a user, which ends, is refused, and sometimes cannot be signed. */
  public static final class Tokens {

    private final LoginStatistics statistics = new LoginStatistics(() -> START);
    private final CachedToken tokens =
        cachedToken(
            this::sign,
            () -> START.plusSeconds(seconds()),
            () -> seconds() * 1_000_000_000,
            statistics);
    private final IamToken first;
    private int signings; // with no lock, as there is one at a time
    private volatile long seconds;
    private volatile boolean failing;

    public Tokens() throws SQLException {
      first = tokens.current(PATIENCE);
    }

    private long seconds() {
      return seconds;
    }

    private IamToken sign(TokenRequest request, Duration expiration) {
      signings++;
      if (failing) {
        throw new IllegalStateException("the metadata service is down");
      }
      Instant now = START.plusSeconds(seconds);
      return IamToken.signed("token " + signings, now, expiration, key(), "us-east-2");
    }

    @Operation
    public String current() {
      try {
        return tokens.current(PATIENCE).value();
      } catch (SQLException e) {
        return "none";
      }
    }

    @Operation
    public String insteadOfTheFirst() {
      IamToken other = tokens.insteadOf(first, PATIENCE);
      return other == null ? "none" : other.value();
    }

    @Operation(nonParallelGroup = "world")
    @SuppressWarnings("NonAtomicVolatileUpdate") // one at a time
    public void endTokens() {
      seconds += 870;
    }

    @Operation(nonParallelGroup = "world")
    public void fail() {
      failing = true;
    }

    @Operation(nonParallelGroup = "world")
    public void recover() {
      failing = false;
    }
  }

  /** Logins after a refusal, whose wait is over: the server refuses again those that are sent. */
  public static final class Logins {

    private static final ThreadLocal<Boolean> SENT = ThreadLocal.withInitial(() -> false);

    private final LoginStatistics statistics = new LoginStatistics(() -> START);
    private final CachedToken tokens =
        cachedToken(
            (request, life) -> IamToken.signed("token", START, life, key(), "us-east-2"),
            () -> START,
            this::nanoTime,
            statistics);
    private final Login login =
        new Login("pool", tokens, statistics, () -> START, this::nanoTime, () -> 0.5, () -> 5);
    private final StubDriver driver = new StubDriver((user, token) -> refuse());
    private volatile long seconds;

    public Logins() {
      open();
      seconds = 2;
    }

    private long nanoTime() {
      return seconds * 1_000_000_000;
    }

    private static void refuse() throws SQLException {
      SENT.set(true);
      throw new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");
    }

    @Operation
    public String open() {
      SENT.set(false);
      try {
        login.open(driver, PATIENCE);
        return "accepted";
      } catch (SQLException e) {
        return SENT.get() ? "refused" : "held";
      }
    }

    @Operation(nonParallelGroup = "operator")
    public void renew() throws SQLException {
      login.renew(PATIENCE);
    }
  }

  private static CachedToken cachedToken(
      TokenSigner signer, InstantSource clock, LongSupplier nanoClock, LoginStatistics statistics) {
    return new CachedToken(
        "pool",
        REQUEST,
        Duration.ofSeconds(870),
        signer,
        Runnable::run,
        clock,
        nanoClock,
        statistics);
  }

  private static SigningKey key() {
    return new SigningKey("AKIA...MPLE", false, null, null);
  }
}
