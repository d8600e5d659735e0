package io.github.iamhikari.core;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;

/** The AWS SDK's default credentials chain. */
final class DefaultCredentials {

  private static final String STS = "software.amazon.awssdk.services.sts.StsClient";

  private DefaultCredentials() {}

  /**
   * A chain of one's own, to be closed by the caller.
   *
   * @param profile the profile from which it takes credentials, or null for the SDK's default
   * @throws IllegalArgumentException if the environment asks for a web identity, as on EKS, and the
   *     SDK's module for that is missing, which the SDK would tell only when it is too late
   */
  static DefaultCredentialsProvider of(@Nullable String profile) {
    if (profile == null && asksForWebIdentity() && !isPresent(STS)) {
      throw new IllegalArgumentException(
          "AWS_WEB_IDENTITY_TOKEN_FILE asks for credentials by web identity, and the AWS SDK's"
              + " module for that is not on the class path; add software.amazon.awssdk:sts");
    }
    return DefaultCredentialsProvider.builder().profileName(profile).build();
  }

  private static boolean asksForWebIdentity() {
    return SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE.getStringValue().isPresent()
        && SdkSystemSetting.AWS_ACCESS_KEY_ID.getStringValue().isEmpty();
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, false, DefaultCredentials.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
