package io.github.iamhikari.core;

import java.util.Locale;
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
  private final StsAssumeRoleCredentialsProvider provider;

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
    this.provider =
        StsAssumeRoleCredentialsProvider.builder()
            .stsClient(sts)
            .refreshRequest(
                request ->
                    request
                        .roleArn(role.arn())
                        .roleSessionName(role.sessionName())
                        .externalId(role.externalId()))
            .build();
  }

  @Override
  public AwsCredentials resolveCredentials() {
    try {
      return provider.resolveCredentials();
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
    provider.close();
    sts.close();
  }
}
