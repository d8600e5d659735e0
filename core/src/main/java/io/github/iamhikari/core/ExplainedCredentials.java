package io.github.iamhikari.core;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * A credentials provider that reports its most common failure in one sentence: that the SDK's
 * default chain found no credentials. The messages of the chain's members, up to 3,000 characters,
 * are in the cause. Thread-safe if the wrapped provider is.
 */
final class ExplainedCredentials implements AwsCredentialsProvider {

  /** The beginning of the message of the SDK's {@code AwsCredentialsProviderChain}. */
  private static final String NONE_IN_THE_CHAIN = "Unable to load credentials from any of the";

  private final AwsCredentialsProvider provider;
  private final @Nullable String profile;

  /**
   * @param profile the configured profile, or null for the SDK's default
   */
  ExplainedCredentials(AwsCredentialsProvider provider, @Nullable String profile) {
    this.provider = provider;
    this.profile = profile;
  }

  /**
   * The source of AWS credentials, for messages.
   *
   * @param given the given provider, or null for the default chain
   */
  static String source(@Nullable String profile, @Nullable AwsCredentialsProvider given) {
    if (given != null) {
      return "a " + given.getClass().getSimpleName();
    }
    return profile == null
        ? "the default chain"
        : "the default chain with the profile \"" + IamSettings.shown(profile) + "\"";
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return provider.resolveCredentials();
    } catch (RuntimeException e) {
      String message = e.getMessage();
      if (message != null && message.startsWith(NONE_IN_THE_CHAIN)) {
        throw new NoCredentialsException(noCredentials(), e);
      }
      throw e;
    }
  }

  /** No member of the chain has credentials; the cause has their messages. */
  static final class NoCredentialsException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private NoCredentialsException(String message, RuntimeException cause) {
      super(message, cause);
    }
  }

  private String noCredentials() {
    String ofProfile = profile == null ? "the default profile" : "the profile \"" + profile + "\"";
    String remedy =
        profile == null
            ? "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile in "
                + IamSettings.AWS_PROFILE
                + ", or give this machine an IAM role"
            : "Check that ~/.aws has this profile with credentials, and run aws sso login if it"
                + " uses SSO";
    return String.format(
        Locale.ROOT,
        "no AWS credentials were found in system properties, the environment, a web identity, %s, a"
            + " container's agent or the EC2 metadata service. %s",
        ofProfile,
        remedy);
  }
}
