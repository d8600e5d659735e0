package io.github.iamhikari.core;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Amazon's roots for a region in a temporary file, for drivers whose class loader cannot load this
 * library, such as a driver in an application server's shared folder. Only the owner can read the
 * file. It is created once, and deleted when the JVM exits.
 */
final class RootsFile {

  private static final Map<String, Path> FILES = new ConcurrentHashMap<>();

  private RootsFile() {}

  /** A PEM file, for PostgreSQL's and MariaDB's drivers. */
  static Path pem(String region) {
    return FILES.computeIfAbsent(
        region + ".pem", suffix -> write(suffix, output -> output.write(RegionRoots.pem(region))));
  }

  /** A key store without a password, of Connector/J's default type. */
  static Path keyStore(String region) {
    return FILES.computeIfAbsent(
        region + ".jks",
        suffix ->
            write(
                suffix,
                output ->
                    ServerVerifier.keyStore(RegionRoots.of(region).certificates())
                        .store(output, new char[0])));
  }

  private static Path write(String suffix, Content content) {
    try {
      Path file = Files.createTempFile("rds-roots-", "-" + suffix);
      file.toFile().deleteOnExit();
      try (OutputStream output = Files.newOutputStream(file)) {
        content.writeTo(output);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Could not write the root certificates to a temporary file", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(
          "Could not write the root certificates to a temporary file", e);
    }
  }

  private interface Content {
    void writeTo(OutputStream output) throws IOException, GeneralSecurityException;
  }
}
