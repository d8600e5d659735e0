package io.github.iamhikari.core;

import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * The credentials of a role, which STS gives to whoever may assume it. They are kept, and asked for
 * anew, on the caller's thread, when their end is near. May be shared between threads.
 *
 * <p>Of all classes here, this one alone needs the SDK's module {@code sts}.
 */
final class AssumedRole implements AwsCredentialsProvider, AutoCloseable {

  private final Role role;
  private final String source;
  private final StsClient sts;
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced under the lock, to have another session. */
  private volatile StsAssumeRoleCredentialsProvider provider;

  /** Of the session that was given last. */
  private volatile @Nullable SigningKey key;

  private volatile boolean isClosed;

  /**
   * @param credentials of whoever assumes the role; left open
   * @param source where these come from, as in a message
   */
  AssumedRole(Role role, AwsCredentialsProvider credentials, String source) {
    this.role = role;
    this.source = source;
    this.sts =
        StsClient.builder()
            .region(Region.of(role.region()))
            .credentialsProvider(credentials)
            .build();
    this.provider = session();
  }

  private StsAssumeRoleCredentialsProvider session() {
    return StsAssumeRoleCredentialsProvider.builder()
        .stsClient(sts)
        .refreshRequest(
            request ->
                request
                    .roleArn(role.arn())
                    .roleSessionName(role.sessionName())
                    .externalId(role.externalId()))
        .build();
  }

  /** Asks for another session next time, unless this is not the key of the current one. */
  void forget(SigningKey unwanted) {
    lock.lock();
    try {
      SigningKey current = key;
      if (!isClosed && current != null && current.isSameAs(unwanted)) {
        key = null;
        StsAssumeRoleCredentialsProvider former = provider;
        provider = session();
        former.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials credentials = provider.resolveCredentials();
      key = SigningKey.of(credentials, role.arn());
      return credentials;
    } catch (ExplainedCredentials.NoCredentialsException e) {
      throw e;
    } catch (StsException e) {
      String remedy =
          "AccessDenied".equals(e.awsErrorDetails().errorCode())
              ? ". Check (1) the policy of these credentials must allow sts:AssumeRole on the role;"
                  + " (2) the role's trust policy must allow it to them, and name the same external"
                  + " ID as "
                  + IamSettings.ROLE_EXTERNAL_ID
                  + "; (3) the role must exist"
              : "";
      throw new IllegalStateException(failure(e) + remedy, e);
    } catch (RuntimeException e) {
      throw new IllegalStateException(failure(e), e);
    }
  }

  private String failure(RuntimeException cause) {
    return String.format(
        Locale.ROOT,
        "%s could not be assumed with AWS credentials of %s: %s",
        role,
        source,
        cause instanceof NullPointerException ? "STS gave none" : cause.getMessage());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      provider.close();
      sts.close();
    } finally {
      lock.unlock();
    }
  }
}
