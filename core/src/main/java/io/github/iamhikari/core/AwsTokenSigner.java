package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Signs tokens with AWS credentials, resolved once for each token. Rejects expired credentials,
 * because the server would reject their tokens. Thread-safe if the provider is.
 */
final class AwsTokenSigner implements TokenSigner {

  private final AwsCredentialsProvider provider;
  private final @Nullable String roleArn;
  private final InstantSource clock;
  private final @Nullable WriterRegion writerRegion;

  /** For requests that contain the region. */
  AwsTokenSigner(AwsCredentialsProvider provider, @Nullable String roleArn, InstantSource clock) {
    this(provider, roleArn, clock, null);
  }

  /**
   * @param roleArn the role whose credentials the provider returns, or null
   * @param writerRegion looks up the region; null if requests contain it
   */
  AwsTokenSigner(
      AwsCredentialsProvider provider,
      @Nullable String roleArn,
      InstantSource clock,
      @Nullable WriterRegion writerRegion) {
    this.provider = provider;
    this.roleArn = roleArn;
    this.clock = clock;
    this.writerRegion = writerRegion;
  }

  @Override
  public IamToken sign(TokenRequest request, Duration expiration) {
    AwsCredentials credentials = provider.resolveCredentials();
    checkKind(credentials);
    String region =
        request.region() == null
            ? requireNonNull(writerRegion).with(credentials)
            : request.region();
    // Tokens are dated in whole seconds, and their life starts there.
    Instant signedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    SigningKey key = SigningKey.of(credentials, roleArn);
    if (key.hasExpiredAt(signedAt)) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the AWS credentials expired at %s, and it is %s now; renew them",
              key.expiresAt(),
              signedAt));
    }
    String value =
        SignatureV4.token(request.in(region), credentials, signedAt, IamToken.LONGEST_LIFE);
    return IamToken.signed(value, signedAt, expiration, key, region);
  }

  private static void checkKind(AwsCredentials credentials) {
    if (credentials.accessKeyId() == null || credentials.secretAccessKey() == null) {
      throw new IllegalStateException(
          "the AWS credentials provider returned anonymous credentials, which cannot sign tokens;"
              + " configure credentials of an IAM user or role");
    }
    if (credentials instanceof AwsSessionCredentials session && session.sessionToken().isBlank()) {
      throw new IllegalStateException(
          "the AWS credentials provider returned session credentials with an empty session token,"
              + " which the database would reject; set the session token");
    }
  }

  @Override
  public void regionRefused(String region) {
    if (writerRegion != null) {
      writerRegion.refused(region);
    }
  }

  @Override
  public void forget(SigningKey key) {
    if (roleArn != null && provider instanceof AssumedRole role) {
      role.forget(key);
    }
  }
}
