package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signs tokens of RDS with AWS credentials, which are resolved once for each. A token is no better
 * than the credentials that signed it: such as have run out are refused here and not by RDS.
 */
final class AwsTokenSigner implements TokenSigner {

  private final AwsCredentialsProvider provider;
  private final @Nullable String roleArn;
  private final InstantSource clock;

  /**
   * @param roleArn the role whose credentials these are, if that is known
   */
  AwsTokenSigner(AwsCredentialsProvider provider, @Nullable String roleArn, InstantSource clock) {
    this.provider = provider;
    this.roleArn = roleArn;
    this.clock = clock;
  }

  @Override
  public IamToken sign(TokenRequest request, Duration expiration) {
    AwsCredentials credentials = provider.resolveCredentials();
    // A token is dated in whole seconds, and its life starts there.
    Instant signedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    if (credentials.accessKeyId() == null || credentials.secretAccessKey() == null) {
      throw new IllegalStateException(
          "the AWS credentials provider gave anonymous credentials, which sign nothing;"
              + " give it credentials of a user or a role");
    }
    if (credentials instanceof AwsSessionCredentials session && session.sessionToken().isBlank()) {
      throw new IllegalStateException(
          "the AWS credentials provider gave session credentials with an empty session token,"
              + " which RDS would refuse");
    }
    SigningKey key = SigningKey.of(credentials, roleArn);
    if (key.hasExpiredAt(signedAt)) {
      throw new IllegalStateException(
          "the AWS credentials ran out at " + key.expiresAt() + "; it is now " + signedAt);
    }
    String value = SignatureV4.token(request, credentials, signedAt, IamToken.LONGEST_LIFE);
    return IamToken.signed(value, signedAt, expiration, key);
  }

  @Override
  public void forget(SigningKey key) {
    if (roleArn != null && provider instanceof AssumedRole role) {
      role.forget(key);
    }
  }
}
