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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {

  private static final Path RECIPES = Path.of("src/main/java/io/github/iamhikari/recipes");

  private static final Pattern REGION =
      Pattern.compile("(?ms)^ *// tag::(?<name>[a-z0-9-]+)\\[]\n(?<code>.*?)^ *// end::\\k<name>");

  /** Code that {@code frameworks.md} shows, too. */
  private static final List<Path> FRAMEWORKS =
      List.of(
          Path.of("../micronaut/src/main/java/io/github/iamhikari/micronaut"),
          Path.of("../spring-boot/src/test/java/io/github/iamhikari/springboot"));

  @ParameterizedTest
  @CsvSource({"other-pools.md, pools", "frameworks.md, frameworks"})
  void showTheRegionsOfTestedCodeAndNothingElse(String page, String folder) throws IOException {
    List<String> regions = new ArrayList<>(regionsOfAll(RECIPES.resolve(folder)));
    if (folder.equals("frameworks")) {
      for (Path code : FRAMEWORKS) {
        regions.addAll(regionsOfAll(code));
      }
    }

    assertThat(Pages.samples(page, "java"))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(regions);
  }

  @ParameterizedTest
  @ValueSource(strings = {"micronaut", "quarkus"})
  void showTheSettingsOfTestedApplications(String application) throws IOException {
    Path settings = Path.of("..", application, "src/main/resources/application.properties");

    assertThat(Pages.samples("frameworks.md", "ini")).contains(Files.readString(settings));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../README.md", "llms.md"})
  void showTheTestedSettingsOfSpringBoot(String page) throws IOException {
    assertThat(Pages.samples(page, "yaml"))
        .containsExactly(Pages.samples("frameworks.md", "yaml").get(0));
  }

  @ParameterizedTest
  @CsvSource({
    "other-pools.md, dbcp2",
    "other-pools.md, tomcat",
    "other-pools.md, agroal",
    "other-pools.md, r2dbc-pool",
    "other-pools.md, r2dbc-postgresql",
    "url-only-tools.md, flyway-commandline",
    "url-only-tools.md, liquibase",
    "url-only-tools.md, liquibase-cli",
    "frameworks.md, dropwizard",
    "frameworks.md, flyway",
    "frameworks.md, hibernate",
    "frameworks.md, jdbi",
    "frameworks.md, jooq",
    "frameworks.md, liquibase",
    "frameworks.md, micronaut",
    "frameworks.md, quarkus",
    "frameworks.md, spring-boot",
    "frameworks.md, spring-boot-4"
  })
  void sayWhatIsTested(String page, String library) throws IOException {
    Matcher version =
        Pattern.compile("<" + library + ".version>([0-9.]+[0-9])[^<]*<").matcher(poms());

    assertThat(version.find()).isTrue();
    assertThat(Pages.text(page)).contains(" " + version.group(1));
  }

  /** The modules have the versions of what no other one uses. */
  private static String poms() {
    return Stream.of("../..", ".", "../micronaut", "../quarkus", "../../hikari-integration")
        .map(module -> read(Path.of(module, "pom.xml")))
        .collect(Collectors.joining());
  }

  private static List<String> regionsOfAll(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.flatMap(PagesTest::regions).toList();
    }
  }

  private static Stream<String> regions(Path file) {
    return REGION
        .matcher(read(file))
        .results()
        .map(region -> region.group(2).stripTrailing().stripIndent() + "\n");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
