package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Status.FAILED;
import static io.github.iamhikari.core.IamDoctor.Status.OK;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalMetadataService;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Where credentials come from, or why there are none. */
class CredentialsExaminationTest {

  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  @RegisterExtension final AwsProperties aws = new AwsProperties();
  @TempDir private Path folder;

  private final AccessKey key = AccessKey.random();
  private final String masked =
      key.id().substring(0, 4) + "..." + key.id().substring(key.id().length() - 4);

  @Test
  void tellsTheirOriginAndNoMoreOfThem() throws IOException {
    aws.set(key);
    assertThat(ofTheChain(null).seen())
        .isEqualTo(masked + " (long-term credentials), from system properties");
    assertThat(examine(StaticCredentialsProvider.create(session(NOW.plusSeconds(60)))).seen())
        .startsWith(masked + " (session credentials, which expire at 2026-11-22T10:01:00Z), from a")
        .endsWith(" StaticCredentialsProvider");
    assertThat(examine(() -> session(NOW.plusSeconds(60))).seen())
        .endsWith(", from the application's own provider");
  }

  @Test
  void tellsTheProfile() throws IOException {
    profiles(
        "[orders]",
        "aws_access_key_id=" + key.id(),
        "aws_secret_access_key=" + key.secret(),
        "[default]",
        "credential_process=cat " + Files.writeString(folder.resolve("key.json"), json()));

    assertThat(ofTheChain("orders").seen()).endsWith("from the profile \"orders\"");
    assertThat(ofTheChain(null).seen())
        .endsWith("from the credential_process of the default profile");
  }

  @Test
  void tellsTheMetadataService() {
    try (LocalRole role = new LocalRole(Instant.parse("2100-01-01T00:00:00Z"));
        LocalMetadataService metadata = new LocalMetadataService(role)) {
      aws.set(metadata.properties());

      assertThat(ofTheChain(null).seen()).endsWith("from the EC2 metadata service");
    }
  }

  @Test
  void doesNotRepeatCredentialsThatWerePastedWithALineBreak() {
    Finding finding =
        examine(() -> AwsSessionCredentials.create(key.id(), key.secret(), "session\ntoken"));

    assertThat(finding.status()).isEqualTo(FAILED);
    assertThat(finding.seen()).contains("such as a line break").doesNotContain("session");
  }

  @Test
  void saysThatThereAreNone() {
    Finding finding = ofTheChain(null);

    assertThat(finding.status()).isEqualTo(FAILED);
    assertThat(finding.seen())
        .startsWith("no AWS credentials were found in system properties")
        .endsWith("or the EC2 metadata service");
    assertThat(finding.advice()).startsWith("Set AWS_ACCESS_KEY_ID").endsWith("an IAM role.");
  }

  @Test
  void saysWhyAProfileGivesNone() throws IOException {
    profiles(
        "[sso]",
        "sso_session = me",
        "sso_account_id = 123456789012",
        "sso_role_name = app",
        "[sso-session me]",
        "sso_region = us-east-2",
        "sso_start_url = https://sso.example.com",
        "[broken]",
        "credential_process = false");

    assertThat(ofTheChain("nowhere").seen())
        .contains("the profile \"nowhere\"", "ProfileCredentialsProvider says: Profile file")
        .endsWith("contained no credentials for profile 'nowhere'");
    assertThat(ofTheChain("broken").seen())
        .endsWith("says: Failed to refresh process-based credentials");
    assertThat(ofTheChain("sso").advice())
        .isEqualTo("Add software.amazon.awssdk:sso to the class path.");
  }

  @Test
  void saysWhyAWebIdentityIsNotTaken() throws IOException {
    LocalRole role = LocalRole.named("orders").trustsWebIdentity("web-identity").build();
    try (LocalAws running = LocalAws.builder().role(role).start()) {
      Path token = Files.writeString(folder.resolve("token"), "of somebody else");
      aws.set(running.webIdentity(role, token.toString()));

      assertThat(ofTheChain(null).seen())
          .contains(
              "WebIdentityTokenFileCredentialsProvider says: The web identity token could not")
          .doesNotContain("of somebody else");
    }
  }

  @Test
  void saysThatTheyHaveExpired() {
    Finding finding = examine(() -> session(NOW.minus(Duration.ofMinutes(125))));

    assertThat(finding.status()).isEqualTo(FAILED);
    assertThat(finding.seen()).contains(masked).endsWith("expired 2 h 5 min ago");
    assertThat(finding.advice()).contains("aws sso login");
  }

  @Test
  void saysThatTheySignNothing() {
    assertThat(examine(AnonymousCredentialsProvider.create()).seen())
        .contains("anonymous credentials");
  }

  @Test
  void doesNotWaitForAProviderThatHangs() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    Finding finding =
        examine(
            () -> {
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
              throw new IllegalStateException("nobody waits for this");
            },
            null,
            Duration.ofMillis(10));

    assertThat(finding.seen()).isEqualTo("the AWS credentials provider did not answer within 0 s");
    interrupted.await();
  }

  private Finding ofTheChain(@Nullable String profile) {
    try (DefaultCredentialsProvider chain =
        DefaultCredentialsProvider.builder().profileName(profile).build()) {
      return examine(chain, profile, Duration.ofSeconds(10));
    }
  }

  private static Finding examine(AwsCredentialsProvider provider) {
    return examine(provider, null, Duration.ofSeconds(10));
  }

  private static Finding examine(
      AwsCredentialsProvider provider, @Nullable String profile, Duration patience) {
    Findings findings = new Findings();
    Properties settings = new Properties();
    settings.setProperty(IamSettings.AWS_PROFILE, profile == null ? "" : profile);
    LoginConfiguration login =
        IamDataSource.builder()
            .jdbcUrl("jdbc:postgresql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders")
            .user("app")
            .properties(settings)
            .configuration(warning -> {});
    AwsCredentialsProvider given = provider instanceof DefaultCredentialsProvider ? null : provider;
    InstantSource clock = InstantSource.fixed(NOW);
    boolean isGood =
        new CredentialsExamination(login, given, clock, patience, findings)
            .examine(new ExplainedCredentials(provider, profile))
            .isPresent();
    assertThat(findings.report().findings()).hasSize(1);
    Finding finding = findings.report().findings().get(0);
    assertThat(finding.status() == OK).isEqualTo(isGood);
    return finding;
  }

  private AwsSessionCredentials session(Instant end) {
    return AwsSessionCredentials.builder()
        .accessKeyId(key.id())
        .secretAccessKey(key.secret())
        .sessionToken("session")
        .expirationTime(end)
        .build();
  }

  private String json() {
    return """
        {"Version": 1, "AccessKeyId": "%s", "SecretAccessKey": "%s"}
        """
        .formatted(key.id(), key.secret());
  }

  private void profiles(String... lines) throws IOException {
    Path file = Files.writeString(folder.resolve("config"), String.join("\n", lines));
    aws.set("aws.sharedCredentialsFile", file.toString());
    aws.set("aws.configFile", file.toString());
  }
}
