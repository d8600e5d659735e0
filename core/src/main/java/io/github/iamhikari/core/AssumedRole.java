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
 * A provider of a role's credentials, obtained from STS with AssumeRole. Caches them, and renews
 * them on the caller's thread when they are about to expire. Thread-safe.
 *
 * <p>Needs the SDK's module {@code sts}, as no other class of the login does.
 */
final class AssumedRole implements AwsCredentialsProvider, AutoCloseable {

  private static final String ANY_REGION = "us-east-1";

  private final Role role;
  private final String source;
  private final AwsCredentialsProvider credentials;
  private final @Nullable String profile;
  private final ReentrantLock lock = new ReentrantLock();

  /** Replaced under the lock to get another session; null until its region is known. */
  private volatile @Nullable Session session;

  /** The key of the last session returned. */
  private volatile @Nullable SigningKey key;

  private volatile boolean isClosed;

  /**
   * @param credentials the credentials that assume the role; never closed
   * @param source their source, for messages
   * @param profile the profile for the region if the role has none, or null for the SDK's default
   */
  AssumedRole(
      Role role, AwsCredentialsProvider credentials, String source, @Nullable String profile) {
    this.role = role;
    this.source = source;
    this.credentials = credentials;
    this.profile = profile;
    this.session = role.region() == null ? null : sessionOf(client(role.region()));
    if (role.region() == null) {
      client(ANY_REGION).close(); // fails early if the SDK has no HTTP client
    }
  }

  private StsClient client(String region) {
    return StsClient.builder().region(Region.of(region)).credentialsProvider(credentials).build();
  }

  private Session sessionOf(StsClient sts) {
    return new Session(
        sts,
        StsAssumeRoleCredentialsProvider.builder()
            .stsClient(sts)
            .refreshRequest(
                request ->
                    request
                        .roleArn(role.arn())
                        .roleSessionName(role.sessionName())
                        .externalId(role.externalId()))
            .build());
  }

  private Session session() {
    Session current = session;
    return current == null ? firstSessionIn(AwsServices.defaultRegion(profile)) : current;
  }

  private Session firstSessionIn(String region) {
    lock.lock();
    try {
      if (isClosed) {
        throw new IllegalStateException("the pool is closed");
      }
      Session first = session == null ? sessionOf(client(region)) : session;
      session = first;
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** Requests another session next time if this is the key of the current one. */
  void forget(SigningKey unwanted) {
    lock.lock();
    try {
      SigningKey current = key;
      Session former = session;
      if (!isClosed && former != null && current != null && current.isSameAs(unwanted)) {
        key = null;
        session = sessionOf(former.sts);
        former.provider.close();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      AwsCredentials ofRole = session().provider.resolveCredentials();
      key = SigningKey.of(ofRole, role.arn());
      return ofRole;
    } catch (ExplainedCredentials.NoCredentialsException e) {
      throw e;
    } catch (StsException e) {
      String remedy =
          "AccessDenied".equals(e.awsErrorDetails().errorCode())
              ? String.format(
                  Locale.ROOT,
                  ". Check (1) the policy of these credentials must allow sts:AssumeRole on the role;"
                      + " (2) the role's trust policy must trust them, and require the same external"
                      + " ID as %s; (3) the role must exist",
                  IamSettings.ROLE_EXTERNAL_ID)
              : "";
      throw new IllegalStateException(failure(e) + remedy, e);
    } catch (RuntimeException e) {
      throw new IllegalStateException(failure(e), e);
    }
  }

  private String failure(RuntimeException cause) {
    return String.format(
        Locale.ROOT,
        "could not assume %s with AWS credentials from %s: %s",
        role,
        source,
        cause instanceof NullPointerException ? "STS returned none" : cause.getMessage());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      Session last = session;
      if (last != null) {
        last.provider.close();
        last.sts.close();
      }
    } finally {
      lock.unlock();
    }
  }

  private record Session(StsClient sts, StsAssumeRoleCredentialsProvider provider) {}
}
