package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted at the next start, and what never. */
class LeftoversTest {

  private static final String ENDED = "0 long ago";

  @TempDir private Path parent;

  @Test
  void deletesWhatEndedProcessesLeft() throws IOException {
    Path first = directory("1", ENDED);
    Path unreadable = directory("2", ENDED);
    Files.write(unreadable.resolve("owner"), new byte[] {(byte) 0xff});
    Path last = directory("3", ENDED);

    Leftovers.cleanUp(parent);

    assertThat(first).doesNotExist();
    assertThat(last).doesNotExist();
    assertThat(unreadable).exists();
  }

  @Test
  void keepsWhatThisProcessHasMarked() throws IOException {
    Path ours = Files.createDirectory(parent.resolve("local-rds-1"));
    Leftovers.markAsOurs(ours);

    Leftovers.cleanUp(parent);

    assertThat(ours).isDirectoryContaining("glob:**/owner");
  }

  @Test
  void followsNoLink() throws IOException {
    Path elsewhere = directory("elsewhere", ENDED);
    Path target = Files.move(elsewhere, parent.resolve("target"));
    Path link = Files.createSymbolicLink(parent.resolve("local-rds-1"), target);

    Leftovers.cleanUp(parent);

    assertThat(link).isSymbolicLink();
    assertThat(target).isDirectoryContaining("glob:**/owner");
  }

  @Test
  void leavesOtherUsersDirectoriesAlone() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")));
    Path theirs = directory("1", ENDED);
    Files.setOwner(
        theirs,
        parent.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

    Leftovers.cleanUp(parent);

    assertThat(theirs).isDirectoryContaining("glob:**/owner");
  }

  private Path directory(String name, String owner) throws IOException {
    Path directory = Files.createDirectory(parent.resolve("local-rds-" + name));
    Files.writeString(directory.resolve("owner"), owner);
    return directory;
  }
}
