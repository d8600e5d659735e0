package io.github.iamhikari.localrds;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * Copies the data directory of a PostgreSQL server that runs, between {@code pg_backup_start} and
 * {@code pg_backup_stop}. The write-ahead log is left out: a standby streams it.
 *
 * @see <a
 *     href="https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP">Making
 *     a Base Backup Using the Low Level API</a>
 */
final class PostgresBackup extends SimpleFileVisitor<Path> {

  /** Files that belong to the running server alone. */
  private static final Set<String> OWN = Set.of("postmaster.pid", "postmaster.opts", "epg-lock");

  /** Directories whose files belong to it alone. */
  private static final Set<String> OWN_FILES = Set.of("pg_wal", "pg_replslot");

  private final Path data;
  private final Path copy;

  private PostgresBackup(Path data, Path copy) {
    this.data = data;
    this.copy = copy;
  }

  static void copy(Path data, Path copy) throws IOException {
    Files.walkFileTree(data, new PostgresBackup(data, copy));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    copy(directory);
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    Path name = data.relativize(file);
    if (!OWN.contains(name.toString()) && !OWN_FILES.contains(name.getName(0).toString())) {
      copy(file);
    }
    return FileVisitResult.CONTINUE;
  }

  /** The server deletes temporary files. */
  @Override
  public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  private void copy(Path file) throws IOException {
    try {
      Files.copy(file, copy.resolve(data.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
    } catch (NoSuchFileException e) {
      // As above.
    }
  }
}
