package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;

/** STS, which gives a role to a web identity. */
@Tag("long")
class WebIdentityFaultsIT extends StsFaults {

  private static final String IDENTITY = "identity-of-the-service-account";

  @TempDir private Path directory;
  private @Nullable WebIdentityTokenFileCredentialsProvider provider;

  @Override
  LocalRole.Builder trusting(LocalRole.Builder assumed) {
    return assumed.trustsWebIdentity(IDENTITY);
  }

  @Override
  LocalAws.Builder callers(LocalAws.Builder aws) {
    return aws;
  }

  @Override
  void configure() throws IOException {
    identify(IDENTITY);
    aws.set(sts.webIdentity(role, file().toString()));
    provider = closed(WebIdentityTokenFileCredentialsProvider.create());
    secrets.add(() -> List.of(IDENTITY));
  }

  @Override
  IamDataSource loginsOfTheRole() {
    return logins(requireNonNull(provider));
  }

  @Override
  IamHikariDataSource poolOfTheRole() {
    return pool(requireNonNull(provider));
  }

  private Path file() {
    return directory.resolve("token");
  }

  private void identify(String token) throws IOException {
    Files.writeString(file(), token);
  }

  @Test
  void tellsOfAnIdentityThatStsDoesNotTake() throws Exception {
    identify("of-another-account");
    assertNoToken(logins, "The web identity token could not be validated");
    assertThat(sts.http().requests()).hasSize(1);

    identify(IDENTITY);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }

  @Test
  void tellsThatTheFileWithTheIdentityIsMissing() throws Exception {
    Files.delete(file());
    assertNoToken(logins, file().toString());
    assertThat(sts.http().requests()).isEmpty();

    identify(IDENTITY);
    clock.advance(Duration.ofSeconds(2));
    logins.getConnection().close();
  }
}
