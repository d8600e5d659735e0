package io.github.iamhikari.benchmarks;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** AWS credentials that count how often they are asked for, and can be slow once. */
final class CountedCredentials implements AwsCredentialsProvider {

  private final AwsCredentials credentials = AwsBasicCredentials.create("AKIDEXAMPLE", "secret");
  private Duration delay = Duration.ZERO;
  private int resolved;

  /** Whoever asks while AWS is asked waits for it, as with the SDK's own providers. */
  @Override
  public synchronized AwsCredentials resolveCredentials() {
    resolved++;
    Duration wait = delay;
    delay = Duration.ZERO;
    try {
      TimeUnit.NANOSECONDS.sleep(wait.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return credentials;
  }

  /** Lets AWS take its time when it is asked next. */
  synchronized void delayNext(Duration delay) {
    this.delay = delay;
  }

  synchronized int resolved() {
    return resolved;
  }
}
