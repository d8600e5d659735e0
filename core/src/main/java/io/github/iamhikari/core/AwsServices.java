package io.github.iamhikari.core;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/**
 * Creates the AWS clients for the doctor and for the lookup of a global database's writer. They use
 * the login's credentials in the endpoint's region, with short timeouts.
 *
 * @param region the region of the services
 * @param credentials the credentials that sign tokens
 */
record AwsServices(String region, AwsCredentials credentials) {

  /**
   * The timeout of a call, including the second attempt that a wrong clock or throttling requires.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int TRIES = 2;

  private static final String PACKAGE = "software.amazon.awssdk.services.";

  private static final String HTTP_CLIENT =
      "software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient";

  /**
   * Uses the endpoint's region, or else the SDK's configured one.
   *
   * @throws IllegalStateException if there is none; the message says what to do
   */
  static AwsServices of(LoginConfiguration login, AwsCredentials credentials) {
    String region = login.request().region();
    return new AwsServices(
        region == null ? defaultRegion(login.settings().awsProfile()) : region, credentials);
  }

  /**
   * The region of the system property, the environment, the AWS profile or the EC2 instance, in
   * this order.
   *
   * @param profile the profile, or null for the SDK's default
   * @throws IllegalStateException if there is none; the message says what to do
   */
  static String defaultRegion(@Nullable String profile) {
    try {
      return DefaultAwsRegionProviderChain.builder().profileName(profile).build().getRegion().id();
    } catch (SdkClientException e) {
      throw new IllegalStateException(
          "no AWS region is configured; set the system property aws.region, the environment"
              + " variable AWS_REGION or a region in the AWS profile",
          e);
    }
  }

  /** The partition of the region, such as {@code aws-cn}. */
  String partition() {
    String partition = Role.partition(region);
    return partition.isEmpty() ? "aws" : partition;
  }

  /** Whether the SDK has a client for a service, such as {@code sts.StsClient}. */
  static boolean isPresent(String client) {
    return missingFor(client) == null;
  }

  /** The SDK module that is missing for a client, such as {@code sts}; null if none is. */
  static @Nullable String missingFor(String client) {
    if (!DefaultCredentials.isPresent(PACKAGE + client)) {
      return client.substring(0, client.indexOf('.'));
    }
    return DefaultCredentials.isPresent(HTTP_CLIENT) ? null : "url-connection-client";
  }

  /** Creates a client, which the caller must close. */
  <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(B builder) {
    return client(builder, more -> {});
  }

  <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C client(
      B builder, Consumer<ClientOverrideConfiguration.Builder> customizer) {
    ClientOverrideConfiguration.Builder calls =
        ClientOverrideConfiguration.builder()
            .apiCallTimeout(PATIENCE)
            .retryStrategy(tries -> tries.maxAttempts(TRIES));
    customizer.accept(calls);
    return builder
        .region(Region.of(region))
        .credentialsProvider(StaticCredentialsProvider.create(credentials))
        .httpClientBuilder(
            // a thread that waits for a socket cannot be interrupted
            UrlConnectionHttpClient.builder().connectionTimeout(PATIENCE).socketTimeout(PATIENCE))
        .overrideConfiguration(calls.build())
        .build();
  }

  /** The error code of a service, such as {@code AccessDenied}; empty if there was no answer. */
  static String code(SdkException failure) {
    String code =
        failure instanceof AwsServiceException refusal && refusal.awsErrorDetails() != null
            ? refusal.awsErrorDetails().errorCode()
            : null;
    return code == null ? "" : code;
  }

  static boolean isDenied(SdkException failure) {
    String code = code(failure);
    return code.startsWith("AccessDenied") || code.equals("UnauthorizedOperation");
  }

  static boolean isThrottled(SdkException failure) {
    return failure instanceof AwsServiceException refusal && refusal.isThrottlingException();
  }

  /**
   * The message of a failure, as one line that a report may show. Omits the message about a wrong
   * signature, in which some services repeat everything that was signed, including the session
   * token.
   */
  static String words(SdkException failure) {
    String code = code(failure);
    if (code.isEmpty() && failure instanceof AwsServiceException answer) {
      return "HTTP status " + answer.statusCode();
    }
    if (code.isEmpty()) {
      return "no answer: " + firstLine(rootOf(failure));
    }
    String message = ((AwsServiceException) failure).awsErrorDetails().errorMessage();
    return code.equals("SignatureDoesNotMatch") || message == null
        ? code
        : String.format(Locale.ROOT, "%s: %s", code, firstLine(message));
  }

  /** The innermost cause's class and message. */
  private static String rootOf(Throwable failure) {
    if (failure.getCause() == null) {
      return String.valueOf(failure.getMessage());
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return root.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }

  private static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
  }
}
