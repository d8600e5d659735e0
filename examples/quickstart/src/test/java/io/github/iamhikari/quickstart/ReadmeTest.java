package io.github.iamhikari.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadmeTest {

  private static final Path README = Path.of("../../README.md");

  private static final Path PROGRAMS = Path.of("src/main/java/io/github/iamhikari/quickstart");

  @Test
  void showsTheSampleOfAProgramThatIsTested() throws IOException {
    String program = Files.readString(PROGRAMS.resolve("PgIamAuthentication.java"));
    String sample =
        program.replaceFirst("(?s).*// tag::sample\\[]\n", "").replaceFirst("(?s) *// end::.*", "");

    assertThat(sample.lines()).hasSizeLessThanOrEqualTo(8);
    assertThat(Files.readString(README))
        .contains("```java\n" + sample.stripTrailing().stripIndent() + "\n```\n");
  }

  @Test
  void namesTheVersionOfTheBuildOrTheReleaseItLeadsTo() throws IOException {
    Matcher parent =
        Pattern.compile("<artifactId>iam-hikari-parent</artifactId>\\s+<version>(.+)</version>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertThat(parent.find()).isTrue();
    String version = parent.group(1).replace("-SNAPSHOT", "");

    assertThat(Files.readString(README))
        .contains(
            "<artifactId>iam-hikari</artifactId>\n  <version>" + version + "</version>",
            "\"io.github.iamhikari:iam-hikari:" + version + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PgIamAuthentication.java", "MySqlIamAuthentication.java"})
  void sendsItsReaderToProgramsOfNoMoreThan40Lines(String program) throws IOException {
    assertThat(Files.readAllLines(PROGRAMS.resolve(program))).hasSizeLessThanOrEqualTo(40);
  }
}
