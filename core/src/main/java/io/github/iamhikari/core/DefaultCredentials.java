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
 * A share in the AWS SDK's default credentials chain, or in a role that is assumed from it. All who
 * use a profile, or a role in the same way, at the same time share one provider, so that many pools
 * are not many clients of the metadata service or of STS: it is opened with the first of them, and
 * closed with the last. One who is forgotten without a {@link #close()}, such as a pool whose
 * constructor threw, does not keep it open. May be shared between threads.
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
   * A share in a profile's chain, to be closed by the caller.
   *
   * @param profile the profile from which it takes credentials, or null for the SDK's default
   * @param role the role that is assumed with these, or null if none is
   * @throws IllegalArgumentException if the environment asks for a web identity, as on EKS, or a
   *     role is to be assumed, and the SDK's module for that is missing, which the SDK would tell
   *     only when it is too late
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
   * The credentials of a role, for one user alone.
   *
   * @param credentials of whoever assumes it; left open
   * @param source where these come from, as in a message
   * @param profile which the region comes from if the role names none, or null for the SDK's
   *     default
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
    } catch (RuntimeException e) { // no HTTP client, or a configuration that cannot be read
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

  /** Closes the provider if nobody else uses it. A second call does nothing. */
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

  /** Under the lock: closes the providers in which nobody has a share any more. */
  private static void closeForgotten() {
    List<Chain> forgotten = new ArrayList<>();
    chains
        .values()
        .removeIf(
            chain -> {
              chain.shares.removeIf(share -> share.refersTo(null));
              return chain.shares.isEmpty() && forgotten.add(chain);
            });
    forgotten.forEach(chain -> chain.close.run()); // a role's gives up its share in another one
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
