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
 * The region of a global database's current writer, for all logins to its endpoint. Looked up on
 * the signing thread, cached, and looked up again after a rejected login. Thread-safe.
 */
final class WriterRegion {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  /**
   * The minimum time between two lookups, for all logins together: the shortest wait after a
   * rejected login.
   */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** The maximum time between lookups while they fail, so that logins seldom wait for AWS. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final String name;
  private final String endpoint;
  private final Function<AwsCredentials, String> lookup;
  private final @Nullable Duration longestTrust;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile @Nullable String known;
  private volatile boolean isRefused;

  // Guarded by the lock.
  private BackOff pause;
  private boolean isFailing;

  /**
   * @param name the name at the beginning of log lines
   * @param endpoint the global endpoint
   * @param lookup looks the region up with these credentials; its exception says why that failed
   * @param longestTrust how long a region is used without a rejected login; null for no limit
   * @param nanoTime a monotonic clock such as {@link System#nanoTime()}
   */
  WriterRegion(
      String name,
      String endpoint,
      Function<AwsCredentials, String> lookup,
      @Nullable Duration longestTrust,
      LongSupplier nanoTime) {
    this.name = name;
    this.endpoint = endpoint;
    this.lookup = lookup;
    this.longestTrust = longestTrust;
    this.nanoTime = nanoTime;
    this.pause = new BackOff(Duration.ZERO, nanoTime.getAsLong());
  }

  /**
   * The writer's region, or the last known one if the lookup fails.
   *
   * @throws RuntimeException if the lookup fails and no region is known; the message says why
   */
  String with(AwsCredentials credentials) {
    lock.lock();
    try {
      String last = known;
      if (last == null) {
        isRefused = false;
        return found(null, lookup.apply(credentials));
      }
      return holds() ? last : askAgain(last, credentials);
    } finally {
      lock.unlock();
    }
  }

  /** Records that the server rejected a token for this region. */
  void refused(String region) {
    if (region.equals(known)) {
      isRefused = true;
    }
  }

  private boolean holds() {
    long now = nanoTime.getAsLong();
    if (!pause.isOverAt(now)) {
      return true;
    }
    boolean isOld =
        longestTrust != null
            && Duration.ofNanos(now - pause.sinceNanos()).compareTo(longestTrust) >= 0;
    return !isRefused && !isOld;
  }

  private String askAgain(String last, AwsCredentials credentials) {
    isRefused = false;
    try {
      return found(last, lookup.apply(credentials));
    } catch (RuntimeException e) {
      isRefused = true; // still
      if (Thread.currentThread().isInterrupted()) {
        return last; // the pool is being closed
      }
      if (!isFailing) {
        logger.warn(
            "{} - Still signing tokens for {}, the writer's last known region: {}",
            name,
            last,
            e.getMessage());
      }
      pause = BackOff.after(isFailing ? pause : null, PAUSE, LONGEST_PAUSE, nanoTime.getAsLong());
      isFailing = true;
      return last;
    }
  }

  private String found(@Nullable String last, String region) {
    isFailing = false;
    pause = new BackOff(PAUSE, nanoTime.getAsLong());
    known = region;
    if (last == null) {
      logger.info("{} - The writer of {} is in {}.", name, endpoint, region);
    } else if (!region.equals(last)) {
      logger.info("{} - The writer of {} has moved from {} to {}.", name, endpoint, last, region);
    }
    return region;
  }
}
