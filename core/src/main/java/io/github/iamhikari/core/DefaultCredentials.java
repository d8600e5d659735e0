package io.github.iamhikari.core;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;

/**
 * A share in the AWS SDK's default credentials chain. All who use a profile at the same time share
 * one chain, so that many pools are not many clients of the metadata service or of STS: it is
 * opened with the first of them, and closed with the last. One who is forgotten without a {@link
 * #close()}, such as a pool whose constructor threw, does not keep it open. May be shared between
 * threads.
 */
final class DefaultCredentials implements AutoCloseable {

  private static final String STS = "software.amazon.awssdk.services.sts.StsClient";

  private static final ReentrantLock lock = new ReentrantLock();

  /** By profile; guarded by the lock. */
  private static final Map<@Nullable String, Chain> chains = new HashMap<>();

  private final @Nullable String profile;
  private final DefaultCredentialsProvider provider;

  private DefaultCredentials(@Nullable String profile, DefaultCredentialsProvider provider) {
    this.profile = profile;
    this.provider = provider;
  }

  /**
   * A share in a profile's chain, to be closed by the caller.
   *
   * @param profile the profile from which it takes credentials, or null for the SDK's default
   * @throws IllegalArgumentException if the environment asks for a web identity, as on EKS, and the
   *     SDK's module for that is missing, which the SDK would tell only when it is too late
   */
  static DefaultCredentials of(@Nullable String profile) {
    if (profile == null && asksForWebIdentity() && !isPresent(STS)) {
      throw new IllegalArgumentException(
          "AWS_WEB_IDENTITY_TOKEN_FILE asks for credentials by web identity, and the AWS SDK's"
              + " module for that is not on the class path; add software.amazon.awssdk:sts");
    }
    lock.lock();
    try {
      closeForgotten();
      Chain chain =
          chains.computeIfAbsent(
              profile,
              name -> new Chain(DefaultCredentialsProvider.builder().profileName(name).build()));
      DefaultCredentials share = new DefaultCredentials(profile, chain.provider);
      chain.shares.add(new WeakReference<>(share));
      return share;
    } finally {
      lock.unlock();
    }
  }

  AwsCredentialsProvider provider() {
    return provider;
  }

  /** Closes the chain if nobody else uses it. A second call does nothing. */
  @Override
  public void close() {
    lock.lock();
    try {
      Chain chain = chains.get(profile);
      if (chain != null) {
        chain.shares.removeIf(share -> share.refersTo(this));
      }
      closeForgotten();
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: closes the chains in which nobody has a share any more. */
  private static void closeForgotten() {
    chains
        .values()
        .removeIf(
            chain -> {
              chain.shares.removeIf(share -> share.refersTo(null));
              if (!chain.shares.isEmpty()) {
                return false;
              }
              chain.provider.close();
              return true;
            });
  }

  private static final class Chain {
    private final DefaultCredentialsProvider provider;
    private final List<WeakReference<DefaultCredentials>> shares = new ArrayList<>();

    private Chain(DefaultCredentialsProvider provider) {
      this.provider = provider;
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
