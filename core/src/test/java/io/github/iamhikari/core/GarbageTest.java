package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.SecretSearch;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Whatever stands in a URL or among the properties: it ends in a configuration that works, or in an
 * {@link IllegalArgumentException} with a message. Nothing is sent by it: no driver is asked.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GarbageTest {

  private static final int CASES = 5_000;

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  /** Not a host name, so no message may repeat it. */
  private static final String SECRET = "s3cr3t!";

  private static final List<String> PIECES =
      List.of(
          "jdbc:",
          "postgresql:",
          "mysql:",
          "mariadb:",
          "mysql+srv:",
          "loadbalance:",
          "otel:",
          "p6spy:",
          "aws-wrapper:",
          "//",
          "/",
          "?",
          "&",
          "=",
          ":",
          ",",
          ";",
          "@",
          "(",
          ")",
          "[",
          "]",
          "%",
          "%2",
          "%zz",
          "%00",
          "+",
          " ",
          "\u0000",
          "\n",
          "\u00e9",
          "\ud800",
          "5432",
          "65536",
          "443",
          "0",
          "-1",
          "99999999999999999999",
          "host=",
          "port=",
          "user=app",
          "password=x",
          "password=" + SECRET,
          "Password1=" + SECRET,
          "app:" + SECRET,
          SECRET,
          SECRET + "=",
          ";user=sa;password=" + SECRET,
          "credentialType=" + SECRET,
          "wrapperPlugins=iam,",
          "&amp;",
          "#",
          "%%",
          "${",
          "address=",
          "iam_host=",
          "iam_region=",
          "iam_default_port=",
          "iam_expiration=",
          "aws_profile=",
          "iam_x=1",
          "sslmode=",
          "sslMode=",
          "useSSL=",
          "require",
          "REQUIRED",
          "trust",
          "disable",
          "prefer",
          "true",
          "false",
          "localhost",
          "127.0.0.1",
          "::1",
          ENDPOINT,
          "us-east-2",
          "global",
          "x",
          "x".repeat(500),
          "(".repeat(500),
          "[".repeat(500),
          ",".repeat(500),
          "a,".repeat(500) + "]");

  private static final List<String> NAMES =
      List.of(
          "iam_host",
          "iam_default_port",
          "iam_region",
          "iam_expiration",
          "aws_profile",
          "iam_",
          "IAM_HOST",
          "user",
          "password",
          "PASSWORD",
          "iamRegionn",
          "credentialType",
          "sslmode",
          "sslMode",
          "ssl",
          "useSSL",
          "PGHOST",
          "");

  private final StaticCredentialsProvider credentials =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

  @RepeatedTest(4)
  void endsInAWorkingConfigurationOrInAMessage(RepetitionInfo repetition) throws Exception {
    long seed = 20_261_122L + repetition.getCurrentRepetition();
    Random random = new Random(seed);
    int working = 0;
    for (int i = 0; i < CASES; i++) {
      String url = url(random);
      Properties properties = properties(random);
      try {
        IamDataSource dataSource =
            IamDataSource.builder()
                .jdbcUrl(url)
                .user(random.nextBoolean() ? "app" : null)
                .properties(properties)
                .awsCredentialsProvider(properties.containsKey("aws_profile") ? null : credentials)
                .build();
        working++;
        if (!properties.containsKey("aws_profile") && !url.contains("aws_profile")) {
          dataSource
              .getToken(dataSource.getUser(), Duration.ofSeconds(30))
              .ifPresent(token -> assertThat(token).contains("X-Amz-Signature="));
        }
        dataSource.close();
      } catch (IllegalArgumentException e) {
        assertThat(e).message().as("seed %d, case %d", seed, i).isNotBlank();
        assertThat(SecretSearch.textOf(e)).as(url).doesNotContain("s3cr3t");
      } catch (RuntimeException | StackOverflowError e) {
        throw new AssertionError("seed " + seed + ", case " + i + ": " + url + properties, e);
      }
    }
    assertThat(working).as("configurations that work, of %d", CASES).isGreaterThan(CASES / 100);
  }

  private static String url(Random random) {
    StringBuilder url = new StringBuilder();
    if (random.nextInt(3) > 0) {
      url.append(
          List.of("jdbc:postgresql://", "jdbc:mysql://", "jdbc:mariadb://", "jdbc:otel:mysql://")
              .get(random.nextInt(4)));
      url.append(random.nextInt(8) == 0 ? "app:" + SECRET + PIECES.get(random.nextInt(12)) : "");
      url.append(random.nextBoolean() ? ENDPOINT : "");
      url.append(random.nextBoolean() ? "/orders?" : "");
    }
    for (int pieces = random.nextInt(6); pieces > 0; pieces--) {
      url.append(PIECES.get(random.nextInt(PIECES.size())));
    }
    return url.toString();
  }

  private static Properties properties(Random random) {
    Properties properties = new Properties();
    for (int count = random.nextInt(4); count > 0; count--) {
      String name = NAMES.get(random.nextInt(NAMES.size()));
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      properties.put(name, random.nextInt(10) == 0 ? (Object) random.nextInt() : piece);
    }
    return properties;
  }
}
