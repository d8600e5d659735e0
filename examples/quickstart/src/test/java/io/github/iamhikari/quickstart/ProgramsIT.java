package io.github.iamhikari.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs, as a user runs them: with AWS credentials from the default chain. */
class ProgramsIT {

  // As on the class path; PostgreSQL itself has no third number.
  private static final String POSTGRES =
      "PostgreSQL " + System.getProperty("postgres.version").replaceFirst("\\.0$", "");
  private static final String MARIADB = System.getProperty("mariadb.version") + "-MariaDB";

  private final AccessKey key = AccessKey.random();
  private final PrintStream out = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void setCredentials() {
    System.setProperty("aws.accessKeyId", key.id());
    System.setProperty("aws.secretAccessKey", key.secret());
    System.setOut(new PrintStream(printed, true, UTF_8));
  }

  @AfterEach
  void clearCredentials() {
    System.setOut(out);
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Test
  void logInToPostgres(@TempDir Path folder) throws Exception {
    try (LocalRds rds = LocalRds.postgres().credentials(key).start()) {
      PgIamAuthentication.main(rds.jdbcUrl(rds.host()), rds.account());
      assertThat(printed.toString(UTF_8))
          .contains("Logged in as app_user to jdbc:postgresql://" + rds.host());

      printed.reset();
      Path file = folder.resolve("hikari.properties");
      Files.writeString(
          file,
          """
          jdbcUrl=%s
          username=%s
          maximumPoolSize=1
          iam_host=%s
          """
              .formatted(rds.jdbcUrl(), rds.account(), rds.host()));
      Quickstart.main(new String[] {file.toString()});
      assertThat(printed.toString(UTF_8))
          .contains("Logged in to user app_user, server " + POSTGRES);
      assertThat(rds.logins()).allMatch(Login::accepted);
    }
  }

  @Test
  void logInToMariaDb() throws Exception {
    try (LocalRds rds = LocalRds.mariaDb().credentials(key).start()) {
      MySqlIamAuthentication.main(rds.jdbcUrl(rds.host()), rds.account());
      assertThat(printed.toString(UTF_8)).contains("Logged in as app_user@% to " + MARIADB);
      assertThat(rds.logins()).allMatch(Login::accepted);
    }
  }
}
