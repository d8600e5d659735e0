package io.github.iamhikari.core;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.FailoverState;
import software.amazon.awssdk.services.rds.model.GlobalCluster;
import software.amazon.awssdk.services.rds.model.GlobalClusterMember;

/**
 * An Aurora global database, as currently described by RDS. Needs the SDK's module {@code rds}.
 *
 * @param identifier the global database's identifier
 * @param region the region of its writer
 * @param writer the identifier of the writer's cluster
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeGlobalClusters.html">DescribeGlobalClusters</a>
 */
record GlobalDatabase(String identifier, String region, String writer) {

  private static final String OR_SET = ", or set " + IamSettings.REGION + " to the writer's region";

  /**
   * The region for RDS calls: the one that the SDK is configured with.
   *
   * @param profile the AWS profile, or null for the SDK's default
   * @throws IllegalStateException if there is none; the message says so and, after a semicolon,
   *     what to do
   */
  static String regionToAskIn(String endpoint, @Nullable String profile) {
    try {
      return AwsServices.defaultRegion(profile);
    } catch (IllegalStateException e) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "could not look up the writer's region for %s: %s%s",
              endpoint,
              e.getMessage(),
              OR_SET),
          e);
    }
  }

  /**
   * Looks up the global database of an endpoint.
   *
   * @param endpoint the global endpoint's name, in lower case
   * @throws IllegalStateException if the lookup fails; the message says why and, after a semicolon,
   *     what to do
   */
  static GlobalDatabase of(String endpoint, AwsServices aws) {
    String identifier = EndpointName.firstLabel(endpoint);
    try (RdsClient rds = aws.client(RdsClient.builder())) {
      var answer = rds.describeGlobalClusters(call -> call.globalClusterIdentifier(identifier));
      for (GlobalCluster found : answer.globalClusters()) {
        // this account may have another database of the same name
        if (found.endpoint() == null || EndpointName.normalize(found.endpoint()).equals(endpoint)) {
          return of(endpoint, found, aws);
        }
      }
      throw unknown(endpoint, identifier, aws);
    } catch (SdkException e) {
      if (AwsServices.code(e).contains("NotFound")) {
        throw unknown(endpoint, identifier, aws);
      }
      throw AwsServices.isDenied(e)
          ? denied(endpoint, identifier, aws)
          : problem(endpoint, aws, "the RDS API call failed: " + AwsServices.words(e), remedy(e));
    }
  }

  private static GlobalDatabase of(String endpoint, GlobalCluster found, AwsServices aws) {
    for (GlobalClusterMember member : found.globalClusterMembers()) {
      String[] arn = parts(member.dbClusterArn());
      if (Boolean.TRUE.equals(member.isWriter()) && arn.length == 7 && !arn[3].isEmpty()) {
        return new GlobalDatabase(found.globalClusterIdentifier(), arn[3], arn[6]);
      }
    }
    FailoverState change = found.failoverState();
    String[] next = parts(change == null ? null : change.toDbClusterArn());
    throw problem(
        endpoint,
        aws,
        "none of its clusters is the writer now, and its status is " + found.status(),
        "wait until it has a writer" + (next.length == 7 ? ", which will be in " + next[3] : ""));
  }

  /** The parts of an ARN such as {@code arn:aws:rds:region:account:cluster:identifier}. */
  private static String[] parts(@Nullable String arn) {
    return String.valueOf(arn).split(":", -1);
  }

  /** What to do if the call failed for a reason other than a missing permission. */
  private static String remedy(SdkException failure) {
    if (!(failure instanceof AwsServiceException answer)) {
      return "make sure that this machine can reach the RDS API there, through a VPC endpoint if it"
          + " has no internet access";
    }
    return AwsServices.isThrottled(failure) || answer.statusCode() >= 500
        ? "try again in a moment"
        : "check the AWS credentials and this machine's clock";
  }

  private static IllegalStateException denied(String endpoint, String identifier, AwsServices aws) {
    return problem(
        endpoint,
        aws,
        "these AWS credentials lack the permission",
        String.format(
            Locale.ROOT,
            "allow rds:DescribeGlobalClusters on arn:%s:rds::*:global-cluster:%s in their policy",
            aws.partition(),
            identifier));
  }

  private static IllegalStateException unknown(
      String endpoint, String identifier, AwsServices aws) {
    return problem(
        endpoint,
        aws,
        String.format(
            Locale.ROOT,
            "the account of these AWS credentials has no global database \"%s\" with this endpoint",
            identifier),
        "use credentials of the account that owns it, or set AWS_REGION to a region where it has a"
            + " cluster");
  }

  /** Has no cause, since the SDK's exception may repeat what was signed. */
  private static IllegalStateException problem(
      String endpoint, AwsServices aws, String why, String remedy) {
    return new IllegalStateException(
        String.format(
            Locale.ROOT,
            "could not look up the writer's region for %s in %s: %s; %s%s",
            endpoint,
            aws.region(),
            why,
            remedy,
            OR_SET));
  }
}
