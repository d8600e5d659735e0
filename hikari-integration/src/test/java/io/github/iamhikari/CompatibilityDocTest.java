package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/compatibility.md to the versions that .ci/run and pom.xml name. */
class CompatibilityDocTest {

  private static final Path ROOT = Path.of("..");

  private static final Pattern NEWEST =
      Pattern.compile(
          "<(?:hikaricp|(?:postgresql|mysql|mariadb)-driver|(?:postgres|mariadb)-binaries)\\.version>"
              + "([^<]+)");

  private static final Pattern OTHER = Pattern.compile("(?<![\\w.])((?:\\w+:)?\\d+(?:\\.\\d+)*)");

  @Test
  void namesEachVersionThatIsTested() throws IOException {
    String rows = Files.readString(ROOT.resolve(".ci/run")).split("# --- ", -1)[1];
    List<String> tested = new ArrayList<>(found(NEWEST, Files.readString(ROOT.resolve("pom.xml"))));
    tested.addAll(found(OTHER, rows));

    assertThat(tested).hasSizeGreaterThan(10);
    assertThat(Files.readString(ROOT.resolve("docs/compatibility.md"))).contains(tested);
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(match -> match.group(1)).toList();
  }
}
