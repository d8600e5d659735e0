package io.github.iamhikari.core;

import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * What the builders of an {@link IamDataSource} and of an {@link IamTokenSource} have in common.
 *
 * @param <B> the builder's own type
 */
abstract sealed class LoginBuilder<B extends LoginBuilder<B>>
    permits IamDataSource.Builder, IamTokenSource.Builder {

  private static final Logger logger = LoggerFactory.getLogger(IamDataSource.class);

  @Nullable String user;
  Properties properties = new Properties();
  @Nullable AwsCredentialsProvider credentialsProvider;
  String name = "iam-hikari";
  Function<String, Executor> signingThreads = SigningThread::new;
  InstantSource clock = InstantSource.system();
  LongSupplier nanoTime = System::nanoTime;
  DoubleSupplier random = () -> ThreadLocalRandom.current().nextDouble();

  LoginBuilder() {}

  abstract B self();

  /**
   * Sets who logs in.
   *
   * @param user the database user, or null if the URL or the properties name it
   * @return this
   */
  public B user(@Nullable String user) {
    this.user = user;
    return self();
  }

  /**
   * Sets the {@code iam_*} settings, and what the JDBC driver is told beside the URL, if there is
   * one. It is not told the settings.
   *
   * @param properties copied when the builder builds
   * @return this
   * @see IamSettings
   */
  public B properties(Properties properties) {
    this.properties = properties;
    return self();
  }

  /**
   * Sets where AWS credentials come from.
   *
   * @param credentialsProvider asked once per token, and left open; null for the SDK's default
   *     chain
   * @return this
   */
  public B awsCredentialsProvider(@Nullable AwsCredentialsProvider credentialsProvider) {
    this.credentialsProvider = credentialsProvider;
    return self();
  }

  /**
   * Sets what stands first in log lines.
   *
   * @param name the pool's name
   * @return this
   */
  public B name(String name) {
    this.name = name;
    return self();
  }

  void warn(String warning) {
    logger.warn("{} - {}", name, warning);
  }

  /** For tests that sign on the caller's thread. */
  B signingThreads(Executor signingThreads) {
    this.signingThreads = name -> signingThreads;
    return self();
  }

  /** For tests that advance the time. */
  B clock(InstantSource clock, LongSupplier nanoTime) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    return self();
  }

  /** For tests that happen the same way each time. */
  B random(DoubleSupplier random) {
    this.random = random;
    return self();
  }
}
