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
 * Amazon's roots of a region as a temporary file, for a driver whose class loader does not find
 * this library, such as one in the common folder of an application server. Only its owner can read
 * the file; it is made once, and deleted when the JVM ends.
 */
final class RootsFile {

  private static final Map<String, Path> FILES = new ConcurrentHashMap<>();

  private RootsFile() {}

  /** As PEM, for PostgreSQL's and MariaDB's drivers. */
  static Path pem(String region) {
    return FILES.computeIfAbsent(
        region + ".pem", suffix -> write(suffix, output -> output.write(RegionRoots.pem(region))));
  }

  /** As a key store without a password, of the type that Connector/J expects unless told. */
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
