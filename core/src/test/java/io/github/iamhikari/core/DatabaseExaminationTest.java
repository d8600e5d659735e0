package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.OK;
import static io.github.iamhikari.core.IamDoctor.Status.SKIPPED;
import static io.github.iamhikari.core.IamDoctor.Status.WARNING;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.JdbcUrl.Protocol;
import io.github.iamhikari.localaws.DatabaseResource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalGlobalCluster;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Endpoint;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** What RDS tells of a database, compared with what is signed. */
class DatabaseExaminationTest {

  private static final String DOMAIN = "c9akciq32rgb.us-east-2.rds.amazonaws.com";
  private static final String CLUSTER = "orders.cluster-" + DOMAIN;
  private static final String CUSTOM = "reports.cluster-custom-" + DOMAIN;

  @RegisterExtension final AwsProperties properties = new AwsProperties();

  private final AccessKey key = AccessKey.random();
  private final AccessKey barred = AccessKey.random();
  private final LocalGlobalCluster global =
      LocalGlobalCluster.named("sales", "us-east-2", "eu-west-1");
  private final LocalAws aws =
      LocalAws.builder()
          .user("app", key, Statement.allow("rds:Describe*", "*"))
          .user("barred", barred)
          .describes(database("orders." + DOMAIN, "postgres"))
          .describes(database("reports." + DOMAIN, "mysql").withStatus("stopped"))
          .describes(database(CLUSTER, "aurora-mysql").withIamLogin(false))
          .describes(database("sales.cluster-" + DOMAIN, "aurora-postgresql"))
          .customEndpoint(CUSTOM, database("sales.cluster-" + DOMAIN, "aurora-postgresql"))
          .describes(global)
          .describes(
              DatabaseResource.at(
                  new Endpoint(global.clusterHost("eu-west-1"), 5432, "eu-west-1"),
                  "cluster-WEST",
                  "aurora-postgresql"))
          .start();

  @AfterEach
  void stop() {
    aws.close();
  }

  @Test
  void findsAnInstance() {
    assertFinds(
        examine(key, "orders." + DOMAIN, 5432, Protocol.POSTGRESQL),
        OK,
        "the instance \"orders\" is available, runs postgres, has the resource ID db-1 and accepts"
            + " IAM logins");
    assertThat(aws.http().requests()).containsExactly("rds:DescribeDBInstances");
  }

  @Test
  void findsAClusterByEachOfItsEndpoints() {
    for (String host : List.of(CLUSTER, CLUSTER.replace("cluster-", "cluster-ro-"))) {
      List<Finding> findings = examine(key, host, 5432, Protocol.MARIADB);

      assertFinds(findings, FAILED, "IAM authentication is not enabled on the cluster");
      assertThat(findings.get(0).advice())
          .contains("aws rds modify-db-cluster --db-cluster-identifier orders --enable-iam");
    }
  }

  @Test
  void comparesEnginePortNameAndStatus() {
    assertFinds(
        examine(key, "orders.x" + DOMAIN, 5433, Protocol.MYSQL),
        FAILED,
        "the instance \"orders\" runs postgres, but the URL is for MySQL's driver",
        "the endpoint of the instance \"orders\" is orders." + DOMAIN + ", but the token",
        "the instance \"orders\" listens on port 5432, but the token is signed for port 5433");
    assertFinds(
        examine(key, "reports." + DOMAIN, 5432, Protocol.MYSQL),
        WARNING,
        "the instance \"reports\" is stopped");
  }

  @Test
  void saysWhatToAllowIfItMayNotLook() {
    assertFinds(
        examine(barred, CLUSTER, 5432, Protocol.MYSQL),
        SKIPPED,
        "allow rds:DescribeDBClusters on arn:aws:rds:us-east-2:123456789012:cluster:orders");
  }

  @Test
  void proposesTheClustersEndpointInsteadOfACustomOne() {
    List<Finding> findings = examine(key, CUSTOM, 5432, Protocol.POSTGRESQL);

    assertThat(findings.get(0))
        .returns(WARNING, Finding::status)
        .returns("Set iam_host to sales.cluster-" + DOMAIN + ".", Finding::advice);
    assertFinds(findings, WARNING, CUSTOM + " is a custom endpoint of the cluster \"sales\"");
    assertFinds(
        examine(barred, CUSTOM, 5432, Protocol.POSTGRESQL),
        SKIPPED,
        "rds:DescribeDBClusterEndpoints on arn:aws:rds:us-east-2:123456789012:cluster-endpoint:rep");
  }

  @Test
  void findsTheWriterOfAGlobalDatabase() {
    global.switchTo("eu-west-1");
    for (String region : new String[] {null, "eu-west-1"}) {
      assertFinds(
          examine(key, region, global.host(), 5432, Protocol.POSTGRESQL),
          OK,
          "the writer's cluster in eu-west-1 \"sales-eu-west-1\" is available, runs"
              + " aurora-postgresql, has the resource ID cluster-WEST");
    }
    assertFinds(
        examine(key, "us-east-2", global.host(), 5432, Protocol.POSTGRESQL),
        FAILED,
        "the writer of the global database \"sales\" is in eu-west-1, but the token is signed for"
            + " us-east-2");
  }

  @Test
  void failsWhereTheWritersRegionCannotBeLookedUpAndIsNeeded() {
    String why = ": these AWS credentials lack the permission";
    assertFinds(examine(barred, null, global.host(), 5432, Protocol.MYSQL), FAILED, why);
    assertFinds(examine(barred, "us-east-2", global.host(), 5432, Protocol.MYSQL), SKIPPED, why);
  }

  @Test
  void looksAtNoOtherEndpoints() {
    assertFinds(
        examine(key, "orders.proxy-" + DOMAIN, 5432, Protocol.POSTGRESQL), SKIPPED, "neither");
    assertThat(aws.http().requests()).isEmpty();
  }

  private static DatabaseResource database(String host, String engine) {
    return DatabaseResource.at(new Endpoint(host, 5432, "us-east-2"), "db-1", engine);
  }

  private List<Finding> examine(AccessKey key, String host, int port, Protocol protocol) {
    return examine(key, "us-east-2", host, port, protocol);
  }

  private List<Finding> examine(
      AccessKey key, @Nullable String region, String host, int port, Protocol protocol) {
    properties.set(aws.properties());
    Findings findings = new Findings();
    new DatabaseExamination(
            new TokenRequest(host, port, region, "app"),
            protocol,
            new AwsServices("us-east-2", AwsBasicCredentials.create(key.id(), key.secret())),
            new AwsIdentity("123456789012", "arn:aws:iam::123456789012:user/app"),
            findings)
        .examine();
    return findings.report().findings();
  }

  private static void assertFinds(List<Finding> findings, Status status, String... seen) {
    assertThat(findings).hasSize(seen.length).allMatch(finding -> finding.status() == status);
    for (int i = 0; i < seen.length; i++) {
      assertThat(findings.get(i).seen()).contains(seen[i]);
    }
  }
}
