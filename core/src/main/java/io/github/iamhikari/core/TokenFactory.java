package io.github.iamhikari.core;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the token caches of one {@link IamDataSource} or {@link IamTokenSource}, which share AWS
 * credentials, signing threads and clocks. Thread-safe.
 */
final class TokenFactory implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  private final String name;
  private final Duration expiration;
  private final TokenSigner signer;
  private final Executor signingThreads;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final DoubleSupplier random;
  private final LoginStatistics statistics;
  private final OpenedCredentials credentials;

  /** The region for looking up a global database's writer. */
  private volatile @Nullable String regionToAskIn;

  /**
   * @param longestTrust how long a looked-up region of a global database's writer is used without a
   *     rejected login; null if only a rejection triggers another lookup
   */
  TokenFactory(LoginBuilder<?> builder, LoginConfiguration login, @Nullable Duration longestTrust) {
    this.name = builder.name;
    this.expiration = login.settings().expiration();
    this.signingThreads = builder.signingThreads.apply(name);
    this.clock = builder.clock;
    this.nanoTime = builder.nanoTime;
    this.random = builder.random;
    this.statistics = new LoginStatistics(clock);
    this.credentials = OpenedCredentials.of(login, builder.credentialsProvider);
    WriterRegion writerRegion =
        login.request().region() == null ? writerRegion(login, longestTrust) : null;
    this.signer = new AwsTokenSigner(credentials.provider(), login.roleArn(), clock, writerRegion);
  }

  private WriterRegion writerRegion(LoginConfiguration login, @Nullable Duration longestTrust) {
    String endpoint = login.request().host();
    return new WriterRegion(
        name,
        endpoint,
        resolved -> {
          String region = regionToAskIn;
          if (region == null) {
            region = GlobalDatabase.regionToAskIn(endpoint, login.settings().awsProfile());
            regionToAskIn = region; // finding it may take a call to the metadata service
          }
          return GlobalDatabase.of(endpoint, new AwsServices(region, resolved)).region();
        },
        longestTrust,
        nanoTime);
  }

  CachedToken tokensOf(TokenRequest request) {
    return new CachedToken(
        name, request, expiration, signer, signingThreads, clock, nanoTime, statistics);
  }

  Login loginOf(TokenRequest request, IntSupplier poolSize) {
    return new Login(name, tokensOf(request), statistics, clock, nanoTime, random, poolSize);
  }

  /**
   * Releases the share in the AWS credentials provider, or closes the provider if it is not shared.
   */
  @Override
  public void close() {
    try {
      credentials.close();
    } catch (RuntimeException e) {
      logger.warn("{} - Could not close the AWS credentials provider", name, e);
    }
  }
}
