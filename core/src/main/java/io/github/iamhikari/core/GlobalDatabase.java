package io.github.iamhikari.core;

import java.util.Locale;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.rds.RdsClient;
import software.amazon.awssdk.services.rds.model.GlobalCluster;
import software.amazon.awssdk.services.rds.model.GlobalClusterMember;

/**
 * An Aurora global database, as RDS describes it now. Needs the SDK's module {@code rds}.
 *
 * @param identifier its name
 * @param region where its writer is
 * @param writer the identifier of the cluster there
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeGlobalClusters.html">DescribeGlobalClusters</a>
 */
record GlobalDatabase(String identifier, String region, String writer) {

  private static final String OR_SET =
      ", or set " + IamSettings.REGION + " to the region of the writer";

  /**
   * Asks RDS for the one of an endpoint.
   *
   * @param endpoint the global endpoint's name, in lower case
   * @throws IllegalStateException if RDS does not tell; the message says why, and behind a
   *     semicolon what to do
   */
  static GlobalDatabase of(String endpoint, AwsServices aws) {
    String identifier = endpoint.substring(0, endpoint.indexOf('.'));
    try (RdsClient rds = aws.client(RdsClient.builder())) {
      var answer =
          rds.describeGlobalClustersPaginator(call -> call.globalClusterIdentifier(identifier));
      for (GlobalCluster found : answer.globalClusters()) {
        // the account of these credentials may have another one of the same name
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
          ? problem(
              endpoint,
              aws,
              "these AWS credentials may not ask",
              String.format(
                  Locale.ROOT,
                  "allow rds:DescribeGlobalClusters on arn:%s:rds::*:global-cluster:%s in their"
                      + " policy",
                  aws.partition(),
                  identifier))
          : problem(
              endpoint,
              aws,
              "RDS did not tell: " + AwsServices.words(e),
              "check that the global database has a cluster there, and that this machine reaches the API"
                  + " of RDS");
    }
  }

  private static GlobalDatabase of(String endpoint, GlobalCluster found, AwsServices aws) {
    for (GlobalClusterMember member : found.globalClusterMembers()) {
      String arn = String.valueOf(member.dbClusterArn());
      String[] parts = arn.split(":", -1); // arn:aws:rds:region:account:cluster:identifier
      if (Boolean.TRUE.equals(member.isWriter()) && parts.length == 7 && !parts[3].isEmpty()) {
        return new GlobalDatabase(found.globalClusterIdentifier(), parts[3], parts[6]);
      }
    }
    throw problem(
        endpoint,
        aws,
        "no cluster of it is the writer now, and its status is " + found.status(),
        "wait until it has a writer");
  }

  private static IllegalStateException unknown(
      String endpoint, String identifier, AwsServices aws) {
    return problem(
        endpoint,
        aws,
        "the account of these AWS credentials has no global database \""
            + identifier
            + "\" with it",
        "use credentials of the account that owns it");
  }

  /** Without the SDK's exception, which may repeat what was signed. */
  private static IllegalStateException problem(
      String endpoint, AwsServices aws, String why, String remedy) {
    return new IllegalStateException(
        String.format(
            Locale.ROOT,
            "the region of the writer of %s could not be looked up in %s, since %s; %s%s",
            endpoint,
            aws.region(),
            why,
            remedy,
            OR_SET));
  }
}
