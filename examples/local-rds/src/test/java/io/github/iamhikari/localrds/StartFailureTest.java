package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a person reads whose databases do not start, without having started one. */
class StartFailureTest {

  @Test
  void namesAPortThatIsInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      int port = other.getLocalPort();
      assertThatThrownBy(() -> LocalRds.postgres().port(port).start())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("local-rds cannot listen at 127.0.0.1:" + port)
          .hasMessageContaining("choose another port; port 0 is any free one");
    }
  }

  @Test
  void saysHowMuchSpaceIsMissingAndWhere() {
    Path directory = Path.of("/data/programs");
    long needed = 70_000_000;
    assertThatThrownBy(() -> DiskSpace.POSTGRES_PROGRAMS.demand(directory, needed - 1))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "the programs of PostgreSQL need 70 MB in %s, where 69 MB are free. Free some space,"
                + " or name a directory on another disk by the system property"
                + " local-rds.programs.",
            directory);
    assertThatCode(() -> DiskSpace.POSTGRES_PROGRAMS.demand(directory, needed))
        .doesNotThrowAnyException();
  }
}
