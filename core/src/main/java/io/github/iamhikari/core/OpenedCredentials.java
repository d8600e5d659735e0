package io.github.iamhikari.core;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * The AWS credentials provider of a login: a given one, the SDK's default chain, or a role assumed
 * with either.
 *
 * @param provider the provider, which explains its failures
 * @param closing closes what was opened for it
 */
record OpenedCredentials(AwsCredentialsProvider provider, Runnable closing)
    implements AutoCloseable {

  /**
   * Opens the provider in the configuration.
   *
   * @param given the given provider, which is never closed; null for the SDK's default chain
   * @throws IllegalArgumentException if a required SDK module is missing
   */
  static OpenedCredentials of(LoginConfiguration login, @Nullable AwsCredentialsProvider given) {
    String profile = login.settings().awsProfile();
    Role role = login.role();
    if (given == null) {
      DefaultCredentials share = DefaultCredentials.of(profile, role);
      return new OpenedCredentials(share.provider(), share::close);
    }
    ExplainedCredentials explained = new ExplainedCredentials(given, profile);
    if (role == null) {
      return new OpenedCredentials(explained, () -> {});
    }
    String source = ExplainedCredentials.source(profile, given);
    AssumedRole assumed = DefaultCredentials.assume(role, explained, source, profile);
    return new OpenedCredentials(assumed, assumed::close);
  }

  /** Releases the share in the provider, or closes the provider if it is not shared. */
  @Override
  public void close() {
    closing.run();
  }
}
