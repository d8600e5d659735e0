package io.github.iamhikari.localrds;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What the databases need on disk, and whether it is there before they are unpacked. */
enum DiskSpace {
  POSTGRES_PROGRAMS("the programs of PostgreSQL", 70, "local-rds.programs"),
  POSTGRES_DATA("the data of a PostgreSQL server", 60, "java.io.tmpdir"),
  MARIADB_PROGRAMS("the programs of MariaDB", 520, "local-rds.programs"),
  MARIADB_DATA("the data of a MariaDB server", 160, "java.io.tmpdir");

  private static final long MEGABYTE = 1_000_000;

  private final String content;
  private final int megabytes;
  private final String property;

  DiskSpace(String content, int megabytes, String property) {
    this.content = content;
    this.megabytes = megabytes;
    this.property = property;
  }

  /** At most, in megabytes. */
  int megabytes() {
    return megabytes;
  }

  /** Checks that it is free where it is needed, unless this directory is there already. */
  void demandFor(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      demand(directory);
    }
  }

  /** Checks that it is free where it is needed, in a directory that need not exist yet. */
  void demand(Path directory) throws IOException {
    Path existing = directory.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    if (existing != null) {
      demand(directory, Files.getFileStore(existing).getUsableSpace());
    }
  }

  void demand(Path directory, long free) throws IOException {
    if (free < megabytes * MEGABYTE) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s need %d MB in %s, where %d MB are free. Free some space, or name a directory on"
                  + " another disk by the system property %s.",
              content,
              megabytes,
              directory,
              free / MEGABYTE,
              property));
    }
  }
}
