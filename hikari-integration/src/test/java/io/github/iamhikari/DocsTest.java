package io.github.iamhikari;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.core.IamSettings;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages' links, samples and settings are right. */
class DocsTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Path ROOTS = ROOT.resolve("core/src/roots/rds-roots.pem");

  /** What shows parts of programs that are tested; {@code PagesTest} compares them. */
  private static final Set<String> PARTS_OF_PROGRAMS =
      Set.of("README.md", "other-pools.md", "frameworks.md", "aurora-dsql.md");

  private static final Pattern SETTING =
      Pattern.compile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| ([^|]+) \\|");

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  @ParameterizedTest(name = "{0}")
  @MethodSource("pages")
  void linkToWhatIsThere(Path page) throws IOException {
    for (MatchResult link : matches("]\\((?!http)([^)#]*)(?:#([^)]+))?\\)", prose(page))) {
      Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
      assertThat(target).exists();
      if (link.group(2) != null) {
        assertThat(anchors(target)).as("%s", target).contains(link.group(2));
      }
    }
  }

  @Test
  void listExactlyTheSettingsAndTheirDefaults() throws Exception {
    List<String> settings = new ArrayList<>();
    for (Field field : IamSettings.class.getFields()) {
      if (field.getType() == String.class) {
        settings.add((String) field.get(null));
      }
    }
    List<MatchResult> rows =
        SETTING.matcher(section("docs/configuration.md", "Settings")).results().toList();

    assertThat(rows.stream().map(row -> row.group(1)))
        .containsExactlyInAnyOrderElementsOf(settings);
    try (IamHikariDataSource fresh = new IamHikariDataSource()) {
      for (MatchResult row : rows) {
        Object value = property(row).getReadMethod().invoke(fresh);
        if (row.group(2).startsWith("`")) {
          assertThat(row.group(2)).isEqualTo("`%s`", value);
        } else {
          assertThat(value).isIn(null, 0); // taken from somewhere else
        }
      }
    }
  }

  @Test
  void sayWhichRegionsRootsAreShipped() throws IOException {
    Set<String> regions =
        matches("(?m)^# Amazon RDS ([a-z]+-[a-z-]+-[0-9]) Root CA", Files.readString(ROOTS))
            .stream()
            .map(region -> region.group(1))
            .collect(toSet());
    Matcher row =
        Pattern.compile("in (\\d+) commercial regions: all but ([^|]+)")
            .matcher(Files.readString(ROOT.resolve("docs/configuration.md")));

    assertThat(row.find()).isTrue();
    assertThat(regions).hasSize(Integer.parseInt(row.group(1))).noneMatch(row.group(2)::contains);
  }

  @Test
  void nameTheVersionsThatTheBuildTestsWith() throws IOException {
    String newest =
        "<(?:hikaricp|(?:postgresql|mysql|mariadb)-driver|(?:postgres|mariadb)-binaries)\\.version>"
            + "([^<]+)";
    List<String> versions =
        matches(newest, Files.readString(ROOT.resolve("pom.xml"))).stream()
            .map(version -> version.group(1))
            .toList();

    assertThat(versions).hasSize(6);
    assertThat(Files.readString(ROOT.resolve("docs/compatibility.md"))).contains(versions);
  }

  @Test
  void nameTestsOfFaultsThatExist() throws IOException {
    Path table = Path.of("src/test/resources/reliability.md");
    String tests = sources("core") + sources("hikari-integration");

    List<MatchResult> named = matches("`(\\w+)\\.(\\w+)` \\|\n", Files.readString(table));

    assertThat(named).hasSizeGreaterThan(20);
    assertThat(named)
        .filteredOn(
            row ->
                !tests.contains("class " + row.group(1) + " ")
                    || !tests.contains(" void " + row.group(2) + "("))
        .extracting(MatchResult::group)
        .isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("propertiesSamples")
  void showPropertiesThatStartAPool(String where, String sample) throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(sample));
    properties.setProperty("initializationFailTimeout", "-1"); // a pool that connects to nothing
    properties.setProperty("minimumIdle", "0");
    properties.computeIfPresent("dataSource.sslrootcert", (name, file) -> ROOTS.toString());

    try (HikariDataSource dataSource = new IamHikariDataSource(properties)) {
      assertThat(dataSource.isRunning()).as(where).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("javaSamples")
  void showJavaThatCompiles(String where, String sample, @TempDir Path classes) {
    Map<Boolean, String> importsAndBody =
        sample
            .lines()
            .collect(partitioningBy(line -> line.startsWith("import "), joining("\n", "", "\n")));
    String program =
        "import com.zaxxer.hikari.*; import io.github.iamhikari.*; import java.util.*;\n"
            + importsAndBody.get(true)
            + "class Sample { void sample() throws Exception {\n"
            + importsAndBody.get(false)
            + "} }";
    StringWriter errors = new StringWriter();
    List<String> options = List.of("-proc:none", "-implicit:none", "-d", classes.toString());

    boolean compiles =
        ToolProvider.getSystemJavaCompiler()
            .getTask(errors, null, null, options, null, List.of(inMemory(program)))
            .call();

    assertThat(compiles).as("%s: %s", where, errors).isTrue();
  }

  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder :
        List.of(
            "",
            "docs",
            ".github",
            "examples/local-rds",
            "examples/web-service",
            "core/src/test/resources",
            "hikari-integration/src/test/resources")) {
      if (Files.isDirectory(ROOT.resolve(folder))) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(ROOT.resolve(folder), "*.md")) {
          files.forEach(pages::add);
        }
      }
    }
    return pages.stream();
  }

  static Stream<Arguments> propertiesSamples() throws IOException {
    return samples("properties", Set.of());
  }

  static Stream<Arguments> javaSamples() throws IOException {
    return samples("java", PARTS_OF_PROGRAMS);
  }

  private static Stream<Arguments> samples(String language, Set<String> others) throws IOException {
    List<Arguments> samples = new ArrayList<>();
    for (Path page : pages().toList()) {
      String text = Files.readString(page);
      for (MatchResult sample : matches("(?ms)^```" + language + "\n(.*?)^```$", text)) {
        long line = text.substring(0, sample.start()).lines().count() + 1;
        if (!others.contains(page.getFileName().toString())) {
          samples.add(Arguments.of(ROOT.relativize(page) + ":" + line, sample.group(1)));
        }
      }
    }
    return samples.stream();
  }

  /** Without samples. */
  private static String prose(Path page) throws IOException {
    return Files.readString(page).replaceAll("(?ms)^```.*?^```$", "").replaceAll("`[^`\n]*`", "");
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    return matches("(?m)^#+ (.*)$", Files.readString(page)).stream()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(heading -> heading.replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
        .collect(toSet());
  }

  private static String section(String page, String heading) throws IOException {
    String text = Files.readString(ROOT.resolve(page));
    return text.split("\n## " + heading + "\n", -1)[1].split("\n## ", -1)[0];
  }

  private static String sources(String module) throws IOException {
    StringBuilder sources = new StringBuilder();
    try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/test/java"))) {
      for (Path file : files.filter(file -> file.toString().endsWith(".java")).toList()) {
        sources.append(Files.readString(file));
      }
    }
    return sources.toString();
  }

  /** {@code iam_host} is the property {@code iamHost}. */
  private static PropertyDescriptor property(MatchResult row) throws Exception {
    String name =
        Pattern.compile("_(.)")
            .matcher(row.group(1))
            .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    return new PropertyDescriptor(name, IamHikariDataSource.class);
  }

  private static List<MatchResult> matches(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().toList();
  }

  private static JavaFileObject inMemory(String program) {
    return new SimpleJavaFileObject(
        URI.create("string:///Sample.java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return program;
      }
    };
  }
}
