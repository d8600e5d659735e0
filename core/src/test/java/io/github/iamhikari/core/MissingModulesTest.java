package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A doctor where the class path lacks modules of the AWS SDK. */
class MissingModulesTest {

  private static final String URL =
      "jdbc:postgresql://gone.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders";

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  @Test
  void saysThatAWebIdentityNeedsSts() throws Exception {
    aws.set("aws.webIdentityTokenFile", "token");

    assertThat(reportWithout("sts"))
        .contains("failed   AWS credentials  AWS_WEB_IDENTITY_TOKEN_FILE is set, but")
        .contains("-> Add software.amazon.awssdk:sts.")
        .contains(
            "skipped  AWS identity, clock, database, policy not checked because there are no AWS");
  }

  @Test
  void skipsTheStepsThatNeedThem() throws Exception {
    aws.set(AccessKey.random());

    assertThat(reportWithout("sts", "rds", "iam"))
        .contains("ok       AWS credentials")
        .contains(
            "skipped  AWS identity, clock needs software.amazon.awssdk:sts, which is not on the")
        .contains("skipped  database         needs software.amazon.awssdk:rds")
        .contains("skipped  policy           needs software.amazon.awssdk:iam");
  }

  @Test
  void saysThatAGlobalEndpointNeedsRdsOrItsRegion() throws Exception {
    aws.set(AccessKey.random());
    String global = "jdbc:postgresql://orders.global-c9akciq32rgb.global.rds.amazonaws.com/orders";

    assertThat(reportOf(global, "url-connection-client"))
        .contains("-> Add software.amazon.awssdk:url-connection-client, or set iam_region to the");
    assertThat(reportOf(global, "rds"))
        .contains(
            "failed   settings         orders.global-c9akciq32rgb.global.rds.amazonaws.com is a")
        .contains("-> Add software.amazon.awssdk:rds, or set iam_region to the writer's region.");
    assertThat(reportOf(global + "?iam_region=us-east-2", "rds"))
        .contains("ok       settings         tokens are signed for user");
  }

  private static String reportWithout(String... modules) throws Exception {
    return reportOf(URL, modules);
  }

  private static String reportOf(String url, String... modules) throws Exception {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      boolean isLog = entry.contains("logback"); // which would stay in the JVM's own log
      if (!isLog
          && List.of(modules).stream()
              .noneMatch(module -> entry.contains("awssdk" + File.separator + module))) {
        urls.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader loader =
        new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader())) {
      return (String)
          loader
              .loadClass(Program.class.getName())
              .getMethod("report", String.class)
              .invoke(null, url);
    }
  }

  /** What is run there. */
  public static final class Program {

    private Program() {}

    public static String report(String url) {
      return IamDoctor.of(IamDataSource.builder().jdbcUrl(url).user("app"))
          .withoutLogin()
          .examine()
          .toString();
    }
  }
}
