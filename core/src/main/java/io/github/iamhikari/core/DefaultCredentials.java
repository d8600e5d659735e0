package io.github.iamhikari.core;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;

/**
 * A share in the AWS SDK's default credentials chain, or in a role assumed with it. All users of
 * the same profile and role share one provider, so that many pools do not become many clients of
 * the metadata service or STS. The first share opens the provider, and closing the last share
 * closes it. A share that is garbage-collected without {@link #close()}, such as that of a pool
 * whose constructor threw, does not keep the provider open. Thread-safe.
 */
final class DefaultCredentials implements AutoCloseable {

  private static final String STS = "software.amazon.awssdk.services.sts.StsClient";

  private static final ReentrantLock lock = new ReentrantLock();

  /** By profile and role; guarded by the lock. */
  private static final Map<List<@Nullable Object>, Chain> chains = new HashMap<>();

  private final List<@Nullable Object> key;
  private final AwsCredentialsProvider provider;

  private DefaultCredentials(List<@Nullable Object> key, AwsCredentialsProvider provider) {
    this.key = key;
    this.provider = provider;
  }

  /**
   * Returns a share in a profile's chain, which the caller must close.
   *
   * @param profile the AWS profile, or null for the SDK's default
   * @param role the role to assume with its credentials, or null for none
   * @throws IllegalArgumentException if the SDK's module {@code sts} is missing although the
   *     environment configures a web identity, as on EKS, or there is a role to assume; the SDK
   *     itself would report this too late
   */
  static DefaultCredentials of(@Nullable String profile, @Nullable Role role) {
    if (profile == null && asksForWebIdentity() && !isPresent(STS)) {
      throw new IllegalArgumentException(
          "AWS_WEB_IDENTITY_TOKEN_FILE is set, but the AWS SDK's module for web identities is not"
              + " on the class path; add software.amazon.awssdk:sts");
    }
    List<@Nullable Object> key = Arrays.asList(profile, role);
    lock.lock();
    try {
      closeForgotten();
      Chain chain = chains.get(key);
      if (chain == null) {
        chain = role == null ? Chain.of(profile) : Chain.of(profile, role);
        chains.put(key, chain);
      }
      DefaultCredentials share = new DefaultCredentials(key, chain.provider);
      chain.shares.add(new WeakReference<>(share));
      return share;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns a provider of a role's credentials that is not shared.
   *
   * @param credentials the credentials that assume the role; never closed
   * @param source their source, for messages
   * @param profile the profile for the region if the role has none, or null for the SDK's default
   * @throws IllegalArgumentException if the SDK's module for that is missing
   */
  static AssumedRole assume(
      Role role, AwsCredentialsProvider credentials, String source, @Nullable String profile) {
    if (!isPresent(STS)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is set, but the AWS SDK's module for STS is not on the class path; add"
                  + " software.amazon.awssdk:sts",
              IamSettings.ROLE_ARN));
    }
    try {
      return new AssumedRole(role, credentials, source, profile);
    } catch (RuntimeException e) { // no HTTP client, or an invalid configuration
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s is set, but no STS client could be created: %s",
              IamSettings.ROLE_ARN,
              e.getMessage()),
          e);
    }
  }

  AwsCredentialsProvider provider() {
    return provider;
  }

  /** Closes the provider if this is its last share. Further calls have no effect. */
  @Override
  public void close() {
    lock.lock();
    try {
      Chain chain = chains.get(key);
      if (chain != null) {
        chain.shares.removeIf(share -> share.refersTo(this));
      }
      closeForgotten();
    } finally {
      lock.unlock();
    }
  }

  /** Called under the lock. Closes the providers without shares. */
  private static void closeForgotten() {
    List<Chain> forgotten = new ArrayList<>();
    chains
        .values()
        .removeIf(
            chain -> {
              chain.shares.removeIf(share -> share.refersTo(null));
              return chain.shares.isEmpty() && forgotten.add(chain);
            });
    forgotten.forEach(
        chain -> chain.close.run()); // closing a role's provider releases its share in another one
  }

  private static final class Chain {
    private final AwsCredentialsProvider provider;
    private final Runnable close;
    private final List<WeakReference<DefaultCredentials>> shares = new ArrayList<>();

    private Chain(AwsCredentialsProvider provider, Runnable close) {
      this.provider = provider;
      this.close = close;
    }

    private static Chain of(@Nullable String profile) {
      DefaultCredentialsProvider chain =
          DefaultCredentialsProvider.builder().profileName(profile).build();
      return new Chain(new ExplainedCredentials(chain, profile), chain::close);
    }

    private static Chain of(@Nullable String profile, Role role) {
      DefaultCredentials share = DefaultCredentials.of(profile, null);
      AssumedRole assumed =
          assume(role, share.provider, ExplainedCredentials.source(profile, null), profile);
      return new Chain(
          assumed,
          () -> {
            assumed.close();
            share.close();
          });
    }
  }

  private static boolean asksForWebIdentity() {
    return SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE.getStringValue().isPresent()
        && SdkSystemSetting.AWS_ACCESS_KEY_ID.getStringValue().isEmpty();
  }

  static boolean isPresent(String className) {
    try {
      Class.forName(className, false, DefaultCredentials.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
