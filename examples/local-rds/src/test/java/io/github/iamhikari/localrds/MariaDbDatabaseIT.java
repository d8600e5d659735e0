package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MariaDbDatabaseIT {

  private static final List<String> NO_ACCOUNTS = List.of("select 1");

  @TempDir private Path temporary;

  @Test
  void serversAreCopiesOfOneInstallation() throws Exception {
    Path one = Files.createDirectory(temporary.resolve("one"));
    Path other = Files.createDirectory(temporary.resolve("other"));

    MariaDbDatabase.start(one, NO_ACCOUNTS).close();
    MariaDbDatabase.start(other, NO_ACCOUNTS).close();

    assertThat(definition(one)).hasSameBinaryContentAs(definition(other));
  }

  /** Each installation gives a table another version, which is in this file. */
  private static Path definition(Path server) {
    return server.resolve("data/mysql/global_priv.frm");
  }
}
