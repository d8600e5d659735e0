package io.github.iamhikari;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.github.iamhikari.core.IamDataSource;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Micrometer meters of a pool's tokens, tagged with the pool's name like HikariCP's meters. Loaded
 * only if the pool has a Micrometer registry.
 */
final class TokenMeters implements AutoCloseable {

  private final MeterRegistry registry;
  private final List<Meter> meters;

  private TokenMeters(MeterRegistry registry, List<Meter> meters) {
    this.registry = registry;
    this.meters = meters;
  }

  /**
   * Registers the meters.
   *
   * @param registry a {@link MeterRegistry}
   */
  static TokenMeters in(Object registry, String poolName, IamDataSource iamDataSource) {
    MeterRegistry meters = (MeterRegistry) registry;
    return new TokenMeters(
        meters,
        List.of(
            FunctionTimer.builder(
                    "iamhikari.token.signing",
                    iamDataSource,
                    TokenMeters::attempts,
                    of -> of.getTokenStatus().signingTime().toNanos(),
                    NANOSECONDS)
                .description("Time spent signing tokens, including resolving AWS credentials")
                .tag("pool", poolName)
                .register(meters),
            FunctionCounter.builder(
                    "iamhikari.token.signed", iamDataSource, of -> of.getTokenStatus().signed())
                .description("Tokens signed")
                .tag("pool", poolName)
                .register(meters),
            FunctionCounter.builder(
                    "iamhikari.token.failed", iamDataSource, of -> of.getTokenStatus().failed())
                .description("Failed attempts to sign a token")
                .tag("pool", poolName)
                .register(meters),
            FunctionCounter.builder(
                    "iamhikari.token.rejected", iamDataSource, of -> of.getTokenStatus().rejected())
                .description("Tokens rejected by the server")
                .tag("pool", poolName)
                .register(meters),
            TimeGauge.builder(
                    "iamhikari.token.remaining",
                    iamDataSource,
                    TimeUnit.SECONDS,
                    of -> of.getTokenStatus().remaining().toSeconds())
                .description("How much longer the current token can be used")
                .tag("pool", poolName)
                .register(meters)));
  }

  private static long attempts(IamDataSource iamDataSource) {
    return iamDataSource.getTokenStatus().signed() + iamDataSource.getTokenStatus().failed();
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
