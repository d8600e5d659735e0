package io.github.iamhikari.core;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * The AWS credentials that sign the tokens of a login: of a provider that was given, of the SDK's
 * default chain, or of a role that is assumed with either.
 *
 * @param provider explains its failures
 * @param closing closes what was opened for it
 */
record OpenedCredentials(AwsCredentialsProvider provider, Runnable closing)
    implements AutoCloseable {

  /**
   * Opens what the configuration asks for.
   *
   * @param given left open when this is closed; null for the SDK's default chain
   * @throws IllegalArgumentException if a module of the SDK is missing for it
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

  /** Gives up its share in the provider, or closes what is its own. */
  @Override
  public void close() {
    closing.run();
  }
}
