package io.github.iamhikari;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.sql.Driver;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.function.Predicate;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds and loads the jar of a JDBC driver that is not on the class path. */
final class DriverJar {

  /** One class from each of this library's jars. */
  private static final List<String> OWN_CLASSES =
      List.of(
          "io/github/iamhikari/core/IamDriver.class",
          "io/github/iamhikari/IamHikariDataSource.class");

  private DriverJar() {}

  /**
   * Returns a class loader for the class path, the driver's jar and the other jars in its folder,
   * because a driver may wrap another. The driver's jar is the one given on the command line, or
   * else one in the folder of this library's jar. The driver and this library can load each other's
   * classes.
   *
   * @return empty if no driver is needed, it is on the class path, or none was found
   */
  static Optional<URLClassLoader> loader(DoctorCommand command) {
    return find(command).map(DriverJar::loader);
  }

  private static Optional<Path> find(DoctorCommand command) {
    ClassLoader here = DriverJar.class.getClassLoader();
    if (command.driver().isPresent()) {
      return command.driver().filter(driver -> fault(command).isEmpty());
    }
    return has(here, command) ? Optional.empty() : inOwnFolder(command);
  }

  /** {@return what is wrong with the jar given on the command line, if anything} */
  static Optional<String> fault(DoctorCommand command) {
    Optional<Path> named = command.driver();
    if (named.isEmpty()) {
      return Optional.empty();
    }
    if (!isJar(named.get(), any -> true)) {
      return Optional.of("--driver is not a readable jar file");
    }
    return holdsDriver(named.get(), command)
        ? Optional.empty()
        : Optional.of("the jar given by --driver has no driver for this URL or class name");
  }

  private static boolean holdsDriver(Path file, DoctorCommand command) {
    Optional<String> entry = command.className().map(name -> name.replace('.', '/') + ".class");
    return entry.isPresent()
        ? isJar(file, jar -> jar.getEntry(entry.get()) != null)
        : has(file, command);
  }

  private static boolean isOwn(Path file) {
    return isJar(file, jar -> OWN_CLASSES.stream().anyMatch(name -> jar.getEntry(name) != null));
  }

  private static boolean isJar(Path file, Predicate<JarFile> test) {
    try (JarFile jar = new JarFile(file.toFile())) {
      return test.test(jar);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static Optional<Path> inOwnFolder(DoctorCommand command) {
    Path own = jarOf(DriverJar.class);
    if (own == null || own.getParent() == null) {
      return Optional.empty();
    }
    return jarsBeside(own).stream().filter(file -> has(file, command)).findFirst();
  }

  private static List<Path> jarsBeside(Path jar) {
    try (Stream<Path> files =
        Files.list(Objects.requireNonNull(jar.toAbsolutePath().getParent()))) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(file -> !file.equals(jar.toAbsolutePath()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean has(Path jar, DoctorCommand command) {
    try (URLClassLoader alone =
        new URLClassLoader(new URL[] {url(jar)}, ClassLoader.getPlatformClassLoader())) {
      return alone.findResource("META-INF/services/java.sql.Driver") != null && has(alone, command);
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean has(@Nullable ClassLoader loader, DoctorCommand command) {
    if (command.className().isPresent()) {
      try {
        Class.forName(command.className().get(), false, loader);
        return true;
      } catch (ClassNotFoundException | LinkageError e) {
        return false;
      }
    }
    return command.url().isEmpty() || takes(loader, command.url().get());
  }

  private static boolean takes(@Nullable ClassLoader loader, String url) {
    Iterator<Driver> drivers = ServiceLoader.load(Driver.class, loader).iterator();
    boolean isFound = false;
    boolean hasMore = true;
    while (hasMore && !isFound) {
      try {
        hasMore = drivers.hasNext();
        isFound = hasMore && drivers.next().acceptsURL(url);
      } catch (SQLException | RuntimeException | ServiceConfigurationError | LinkageError e) {
        isFound = false; // a driver that does not work here
      }
    }
    return isFound;
  }

  private static URLClassLoader loader(Path driver) {
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      urls.add(url(Path.of(entry)));
    }
    urls.add(url(driver));
    jarsBeside(driver).stream().filter(jar -> !isOwn(jar)).map(DriverJar::url).forEach(urls::add);
    return new URLClassLoader(urls.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException("A file without a URL: " + file, e);
    }
  }

  private static @Nullable Path jarOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    try {
      Path location = source == null ? null : Path.of(source.getLocation().toURI());
      return location != null && Files.isRegularFile(location) ? location : null;
    } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
      return null; // nested in another jar
    }
  }
}
