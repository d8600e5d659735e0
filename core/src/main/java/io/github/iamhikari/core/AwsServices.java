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
 * How AWS is asked by the doctor, and for the region of a global database's writer: with the
 * credentials of the login, in the region of its endpoint, for a few seconds at most.
 *
 * @param region where the services are asked
 * @param credentials those that sign the token
 */
record AwsServices(String region, AwsCredentials credentials) {

  /** For a call, with the second try that a wrong clock or a throttled service needs. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final int TRIES = 2;

  private static final String PACKAGE = "software.amazon.awssdk.services.";

  private static final String HTTP_CLIENT =
      "software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient";

  /**
   * In the region of the endpoint, or else the one that the SDK is configured with.
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

  /** The module of the SDK that a client is missing, such as {@code sts}; null if it has all. */
  static @Nullable String missingFor(String client) {
    if (!DefaultCredentials.isPresent(PACKAGE + client)) {
      return client.substring(0, client.indexOf('.'));
    }
    return DefaultCredentials.isPresent(HTTP_CLIENT) ? null : "url-connection-client";
  }

  /** Prepares a client, which the caller closes. */
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

  /**
   * The code of a service's refusal, such as {@code AccessDenied}; empty if there was no answer.
   */
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
   * What a failure says of itself, in a line that a report may show: of a signature that does not
   * match, some services repeat all that was signed, the session token included.
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

  /** Its innermost cause, if it has one. */
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
