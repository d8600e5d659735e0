package io.github.iamhikari.core;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * The region of a global database's present writer, for all logins at its endpoint. It is looked up
 * on the thread that signs, kept, and looked up again after a login was refused. May be shared
 * between threads.
 */
final class WriterRegion {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /** Between two lookups, for all logins together. The shortest wait after a refused login. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final String name;
  private final String endpoint;
  private final Function<AwsCredentials, String> lookup;
  private final Duration longestTrust;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable String known;
  private volatile boolean isDoubted;

  // Guarded by the lock.
  private long askedNanos;
  private boolean isFailing;

  /**
   * @param name stands first in log lines
   * @param endpoint the global endpoint
   * @param lookup asks AWS with these credentials; what it throws says why there is no answer
   * @param longestTrust how long an answer holds that nobody doubts
   * @param nanoTime a clock that nobody sets, as {@link System#nanoTime()}
   */
  WriterRegion(
      String name,
      String endpoint,
      Function<AwsCredentials, String> lookup,
      Duration longestTrust,
      LongSupplier nanoTime) {
    this.name = name;
    this.endpoint = endpoint;
    this.lookup = lookup;
    this.longestTrust = longestTrust;
    this.nanoTime = nanoTime;
  }

  /**
   * The region, which is the last one known if AWS does not tell.
   *
   * @throws RuntimeException if AWS does not tell, and never did; the message says why
   */
  String with(AwsCredentials credentials) {
    lock.lock();
    try {
      String last = known;
      if (last == null) {
        return found(null, ask(credentials));
      }
      return holds() ? last : askAgain(last, credentials);
    } finally {
      lock.unlock();
    }
  }

  /** Takes note that the server refused a token for this region. */
  void doubt(String region) {
    if (region.equals(known)) {
      isDoubted = true;
    }
  }

  private boolean holds() {
    Duration age = Duration.ofNanos(nanoTime.getAsLong() - askedNanos);
    return age.compareTo(PAUSE) < 0 || (!isDoubted && age.compareTo(longestTrust) < 0);
  }

  private String askAgain(String last, AwsCredentials credentials) {
    try {
      return found(last, ask(credentials));
    } catch (RuntimeException e) {
      isDoubted = true; // still
      if (!isFailing) {
        isFailing = true;
        logger.warn(
            "{} - Tokens are still signed for {}, the writer's last known region: {}",
            name,
            last,
            e.getMessage());
      }
      return last;
    }
  }

  private String ask(AwsCredentials credentials) {
    askedNanos = nanoTime.getAsLong();
    isDoubted = false;
    return lookup.apply(credentials);
  }

  private String found(@Nullable String last, String region) {
    isFailing = false;
    known = region;
    if (last == null) {
      logger.info("{} - The writer of {} is in {}.", name, endpoint, region);
    } else if (!region.equals(last)) {
      logger.info("{} - The writer of {} has moved from {} to {}.", name, endpoint, last, region);
    }
    return region;
  }
}
