package io.github.iamhikari.localrds;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one directory that everything of this JVM is kept in, readable by its owner only. When the
 * JVM ends, running servers are closed and the directory is deleted. What a killed JVM left behind
 * is deleted by the next one that starts a server.
 */
final class TemporaryFiles {

  private static final Logger LOG = LoggerFactory.getLogger(TemporaryFiles.class);

  private static final Set<LocalRds> RUNNING = ConcurrentHashMap.newKeySet();

  private static @Nullable Path root;

  private TemporaryFiles() {}

  /**
   * The directory that the databases' programs are unpacked to. It is deleted when the JVM ends,
   * unless the system property {@code local-rds.programs} names a directory that several JVMs
   * share.
   */
  static Path programs() {
    String shared = System.getProperty("local-rds.programs");
    return shared == null ? root().resolve("programs") : Path.of(shared);
  }

  /** A new, empty directory. */
  static Path createDirectory() {
    return create(root(), "data-");
  }

  /** A new, empty file. It stays until the JVM ends. */
  static Path createFile(String prefix, String suffix) throws IOException {
    return Files.createTempFile(root(), prefix, suffix);
  }

  /** Closes it when the JVM ends, unless {@link #closed} comes first. */
  static void closeAtExit(LocalRds running) {
    RUNNING.add(running);
  }

  static void closed(LocalRds stopped) {
    RUNNING.remove(stopped);
  }

  /** Copies a directory with all that is in it. */
  static void copy(Path directory, Path copy) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, copy.resolve(directory.relativize(file)));
      }
    }
  }

  /** Deletes a directory with all that is in it. */
  static void delete(Path directory) {
    try {
      Files.walkFileTree(directory, new Deletion());
    } catch (IOException e) {
      LOG.warn("{} was not deleted: {}", directory, e.toString());
    }
  }

  private static synchronized Path root() {
    if (root == null) {
      Path parent = Path.of(System.getProperty("java.io.tmpdir"));
      Leftovers.cleanUp(parent);
      Path created = create(parent, Leftovers.PREFIX);
      Leftovers.markAsOurs(created);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> cleanUp(created), "local-rds clean-up"));
      root = created;
    }
    return root;
  }

  private static Path create(Path parent, String prefix) {
    try {
      return Files.createTempDirectory(parent, prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void cleanUp(Path directory) {
    RUNNING.forEach(LocalRds::close);
    Leftovers.stopAllOf(directory); // such as a server that is just starting
    delete(directory);
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    /** A server that is stopping deletes files, too. */
    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
