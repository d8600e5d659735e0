package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RootsFileTest {

  private final List<X509Certificate> roots = RegionRoots.of("eu-central-1").certificates();

  @Test
  void holdsTheRootsOfTheRegionAsPem() throws Exception {
    try (InputStream input = Files.newInputStream(RootsFile.pem("eu-central-1"))) {
      assertThat(RegionRoots.certificates(input)).isNotEmpty().isEqualTo(roots);
    }
  }

  @Test
  void holdsTheRootsOfTheRegionAsAKeyStore() throws Exception {
    KeyStore store = KeyStore.getInstance("JKS");
    try (InputStream input = Files.newInputStream(RootsFile.keyStore("eu-central-1"))) {
      store.load(input, null);
    }
    List<X509Certificate> held = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      held.add((X509Certificate) store.getCertificate(alias));
    }
    assertThat(held).containsExactlyInAnyOrderElementsOf(roots);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void isThereOnceForItsOwnerUntilTheJvmEnds(@TempDir Path folder) throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + folder,
                "-classpath",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(program.getInputStream().readAllBytes(), US_ASCII);

    assertThat(program.waitFor()).as(output).isZero();
    assertThat(output.lines().sorted())
        .containsExactly("rw------- eu-central-1.jks", "rw------- eu-central-1.pem");
    assertThat(folder).isEmptyDirectory();
  }

  /** Asks for files, and lists its temporary folder. */
  static final class Program {

    private Program() {}

    public static void main(String[] none) throws IOException {
      for (int pool = 0; pool < 3; pool++) {
        RootsFile.pem("eu-central-1");
        RootsFile.keyStore("eu-central-1");
      }
      PrintStream output = System.out;
      try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
        for (Path file : files.toList()) {
          output.print(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
          output.println(file.getFileName().toString().replaceFirst("rds-roots-\\d+-", " "));
        }
      }
    }
  }
}
