package io.github.iamhikari.localrds;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directories and database processes that local-rds leaves behind when its JVM is killed.
 *
 * <p>A JVM that runs local-rds holds a lock on a file in its directory, which also names its
 * process. A directory is deleted only if it belongs to this user, that process has ended and the
 * lock is free. A process is ended only if a pid file of a database in that directory names it and
 * its command line names the directory.
 */
final class Leftovers {

  /** The names of the directories begin so. */
  static final String PREFIX = "local-rds-";

  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);

  private static final String OWNER = "owner";

  /** Pid files are at data-*&#47;data/*.pid. */
  private static final int DEPTH_OF_PID_FILES = 3;

  private static final long SECONDS_TO_STOP = 5;

  /** Held until this JVM ends. */
  private static @Nullable FileChannel ours;

  private Leftovers() {}

  /** Marks a new directory as this JVM's. */
  static synchronized void markAsOurs(Path directory) {
    try {
      Path owner = directory.resolve(OWNER + ".new");
      Files.writeString(owner, nameOf(ProcessHandle.current()));
      ours = FileChannel.open(owner, StandardOpenOption.WRITE);
      ours.lock();
      // Another JVM that cleans up sees the file only now, when it is complete and locked.
      Files.move(owner, directory.resolve(OWNER), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A pid may be used again; the time of the start tells them apart. */
  private static String nameOf(ProcessHandle process) {
    return process.pid() + " " + process.info().startInstant().map(Object::toString).orElse("");
  }

  /** Deletes what killed JVMs left in this directory, and ends the databases that they started. */
  static void cleanUp(Path parent) {
    try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
      UserPrincipal user = userWhoWritesTo(parent);
      for (Path directory : directories) {
        cleanUp(directory, user);
      }
    } catch (IOException | DirectoryIteratorException e) {
      LOG.debug("What a killed local-rds may have left in {} was not deleted", parent, e);
    }
  }

  private static UserPrincipal userWhoWritesTo(Path parent) throws IOException {
    Path file = Files.createTempFile(parent, null, null);
    try {
      return Files.getOwner(file);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  /** In a directory of another user, symbolic links and pid files could lead anywhere. */
  private static void cleanUp(Path directory, UserPrincipal user) {
    try {
      if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
          && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user)
          && Files.isRegularFile(directory.resolve(OWNER), LinkOption.NOFOLLOW_LINKS)
          && !isRunning(Files.readString(directory.resolve(OWNER)))) {
        deleteUnlessLocked(directory);
      }
    } catch (IOException | UncheckedIOException e) {
      // Another JVM may be cleaning up, too.
      LOG.debug("Not all that a killed local-rds left in {} was deleted", directory, e);
    }
  }

  private static void deleteUnlessLocked(Path directory) throws IOException {
    Path owner = directory.resolve(OWNER);
    try (FileChannel channel = FileChannel.open(owner, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return;
      }
      List<ProcessHandle> databases = databasesOf(directory);
      databases.forEach(Leftovers::stop);
      LOG.info(
          "Stopped {} database process(es) of a local-rds that was killed, and deleted {}",
          databases.size(),
          directory);
      TemporaryFiles.delete(directory);
    } catch (OverlappingFileLockException e) {
      // this JVM's, by another class loader
      LOG.debug("{} is in use", directory);
    }
  }

  private static boolean isRunning(String owner) {
    return ProcessHandle.allProcesses().anyMatch(process -> nameOf(process).equals(owner));
  }

  /** Ends the processes of this JVM's directory that it started. */
  static void stopAllOf(Path directory) {
    try (Stream<ProcessHandle> started = ProcessHandle.current().descendants()) {
      started.filter(process -> isOf(directory, process)).forEach(Leftovers::stop);
      databasesOf(directory).forEach(Leftovers::stop);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("Not all processes of {} were stopped", directory, e);
    }
  }

  private static List<ProcessHandle> databasesOf(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory, DEPTH_OF_PID_FILES)) {
      return files
          .filter(file -> file.toString().endsWith(".pid"))
          .flatMap(file -> pid(file).flatMap(ProcessHandle::of).stream())
          .filter(process -> isOf(directory, process))
          .toList();
    }
  }

  private static Optional<Long> pid(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().map(String::strip).map(Long::valueOf);
    } catch (IOException | UncheckedIOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static boolean isOf(Path directory, ProcessHandle process) {
    return process
        .info()
        .commandLine()
        .filter(line -> line.contains(directory + File.separator))
        .isPresent();
  }

  private static void stop(ProcessHandle database) {
    List<ProcessHandle> all = Stream.concat(Stream.of(database), database.descendants()).toList();
    database.destroy();
    try {
      database.onExit().get(SECONDS_TO_STOP, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Process {} did not stop in time and is killed", database.pid());
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
