package io.github.iamhikari.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The program as a native image, which {@code -Pnative} builds with GraalVM. */
@EnabledIf(value = "isBuilt", disabledReason = "the image is built with GraalVM by -Pnative")
class NativeImageIT {

  private static final Path IMAGE = Path.of("target/pg-iam-authentication").toAbsolutePath();

  static boolean isBuilt() {
    return Files.isExecutable(IMAGE);
  }

  @Test
  void logsIn() throws IOException {
    AccessKey key = AccessKey.random();
    try (LocalRds rds = LocalRds.postgres().credentials(key).start()) {
      ProcessBuilder program =
          new ProcessBuilder(
              IMAGE.toString(),
              "-Djavax.net.ssl.trustStore=" + LocalRds.trustStore(),
              rds.jdbcUrl() + "?iam_host=" + rds.host(),
              rds.account());
      program.environment().put("AWS_ACCESS_KEY_ID", key.id());
      program.environment().put("AWS_SECRET_ACCESS_KEY", key.secret());
      program.redirectErrorStream(true);

      assertThat(new String(program.start().getInputStream().readAllBytes(), UTF_8))
          .contains("Logged in as " + rds.account() + " to ");
    }
  }
}
