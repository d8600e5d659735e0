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
 * The common part of the builders of {@link IamDataSource} and {@link IamTokenSource}. Not
 * thread-safe.
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
   * Sets the database user who logs in.
   *
   * @param user the database user, or null if the URL or the properties name it
   * @return this
   */
  public B user(@Nullable String user) {
    this.user = user;
    return self();
  }

  /**
   * Sets the {@code iam_*} settings and the properties of the JDBC driver, if there is one. The
   * settings are not passed to the driver.
   *
   * @param properties the settings and the driver's properties; read when the builder builds
   * @return this
   * @see IamSettings
   */
  public B properties(Properties properties) {
    this.properties = properties;
    return self();
  }

  /**
   * Sets the AWS credentials provider.
   *
   * @param credentialsProvider asked once for each token, and never closed; null for the SDK's
   *     default chain
   * @return this
   */
  public B awsCredentialsProvider(@Nullable AwsCredentialsProvider credentialsProvider) {
    this.credentialsProvider = credentialsProvider;
    return self();
  }

  /**
   * Sets the name at the beginning of each log line.
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

  /** Signs on another executor, in tests. */
  B signingThreads(Executor signingThreads) {
    this.signingThreads = name -> signingThreads;
    return self();
  }

  /** Replaces the clocks, in tests. */
  B clock(InstantSource clock, LongSupplier nanoTime) {
    this.clock = clock;
    this.nanoTime = nanoTime;
    return self();
  }

  /** Replaces the source of random numbers, in tests. */
  B random(DoubleSupplier random) {
    this.random = random;
    return self();
  }
}
