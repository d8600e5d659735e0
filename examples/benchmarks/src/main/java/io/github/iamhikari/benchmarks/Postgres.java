package io.github.iamhikari.benchmarks;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;

/**
 * A PostgreSQL with TLS on this machine, which lets in whoever has a token. Plain HikariCP has one,
 * too: its password is a token that was signed beforehand. So all log in to the same server in the
 * same way. All verify it: iam-hikari by a root that comes along, as one of Amazon's would, the
 * others by a file that they are told.
 */
final class Postgres implements AutoCloseable {

  /** No root of this region comes along, so it can be that of the server. */
  private static final String REGION = "ca-west-1";

  private final AccessKey key = AccessKey.random();
  private final LocalRds server =
      LocalRds.postgres()
          .endpoint("orders.c9akciq32rgb." + REGION + ".rds.amazonaws.com")
          .credentials(key)
          .start();
  private final Path root;

  Postgres() throws IOException, URISyntaxException {
    Path classes =
        Path.of(Postgres.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    root = classes.resolve("io/github/iamhikari/core/roots/" + REGION + ".pem");
    Files.createDirectories(root.getParent());
    Files.writeString(root, "2026-11-24\n" + Files.readString(server.certificateAuthority()));
  }

  AccessKey key() {
    return key;
  }

  AwsCredentialsProvider credentials() {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  }

  /** The server, with a password that is good for a quarter of an hour. */
  Target target() {
    Properties driver = new Properties();
    driver.setProperty("sslmode", "verify-full");
    driver.setProperty("sslrootcert", server.certificateAuthority().toString());
    return new Target(
        server.jdbcUrl(),
        server.host(),
        server.port(),
        server.region(),
        server.account(),
        password(),
        Target.LONGEST_EXPIRATION,
        driver);
  }

  private String password() {
    return RdsUtilities.builder()
        .region(Region.of(server.region()))
        .credentialsProvider(credentials())
        .build()
        .generateAuthenticationToken(
            login -> login.hostname(server.host()).port(server.port()).username(server.account()));
  }

  @Override
  public void close() throws IOException {
    Files.delete(root);
    server.close();
  }
}
