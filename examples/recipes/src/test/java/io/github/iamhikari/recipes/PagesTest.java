package io.github.iamhikari.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagesTest {

  private static final Path RECIPES = Path.of("src/main/java/io/github/iamhikari/recipes");

  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// tag::(?<name>[a-z0-9-]+)\\[]\n(?<code>.*?)^ *// end::\\k<name>");

  private static final Path SPRING_BOOT =
      Path.of("../spring-boot/src/test/java/io/github/iamhikari/springboot");

  @ParameterizedTest
  @CsvSource({"other-pools.md, pools", "frameworks.md, frameworks"})
  void showTheRegionsOfTestedCodeAndNothingElse(String page, String folder) throws IOException {
    List<String> regions = new ArrayList<>(regionsOfAll(RECIPES.resolve(folder)));
    if (folder.equals("frameworks")) {
      regions.addAll(regionsOfAll(SPRING_BOOT));
    }

    assertThat(Pages.samples(page, "java"))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(regions);
  }

  @ParameterizedTest
  @CsvSource({
    "other-pools.md, dbcp2",
    "other-pools.md, tomcat",
    "other-pools.md, agroal",
    "frameworks.md, flyway",
    "frameworks.md, hibernate",
    "frameworks.md, jdbi",
    "frameworks.md, jooq",
    "frameworks.md, liquibase",
    "frameworks.md, spring-boot",
    "frameworks.md, spring-boot-4"
  })
  void sayWhatIsTested(String page, String library) throws IOException {
    Matcher version =
        Pattern.compile("<" + library + ".version>([0-9.]+[0-9])[^<]*<")
            .matcher(Files.readString(Path.of("../../pom.xml")));

    assertThat(version.find()).isTrue();
    assertThat(Pages.text(page)).contains(" " + version.group(1));
  }

  private static List<String> regionsOfAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.flatMap(PagesTest::regions).toList();
    }
  }

  private static Stream<String> regions(Path file) {
    try {
      return REGION
          .matcher(Files.readString(file))
          .results()
          .map(region -> region.group(2).stripTrailing().stripIndent() + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
