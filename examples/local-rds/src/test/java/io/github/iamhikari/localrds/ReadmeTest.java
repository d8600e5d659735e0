package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReadmeTest {

  /** In a module that has iam-hikari. */
  private static final Path TEST =
      Path.of("../../hikari-integration/src/test/java/io/github/iamhikari/localrds")
          .resolve("LocalRdsExtensionIT.java");

  @Test
  void showsTheSampleOfATestThatIsRun() throws IOException {
    String sample =
        Files.readString(TEST)
            .replaceFirst("(?s).*// tag::sample\\[]\n", "")
            .replaceFirst("(?s) *// end::.*", "");

    assertThat(Files.readString(Path.of("README.md")))
        .contains("```java\n" + sample.stripTrailing().stripIndent() + "\n```\n");
  }
}
