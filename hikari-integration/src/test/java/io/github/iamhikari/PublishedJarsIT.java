package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What users get: the two jars as they were built (AllJarIT has the third), and all that comes with
 * them.
 */
class PublishedJarsIT {

  private static final Path ROOT = Path.of("..");

  /** The version of Java 17's class files, in their eighth byte. */
  private static final byte JAVA_17 = 61;

  private static final Path DEPENDENCIES = Path.of("target/runtime-dependencies.txt");

  private static final Pattern DEPENDENCY =
      Pattern.compile("\\s+([^:]+):([^:]+):jar:[^:]+:(?:compile|runtime):(.+?\\.jar)\\b.*");

  /** All of them together, the jar of core included: 5.1 MB, and room for the next AWS SDK. */
  private static final long MOST_BYTES = 5_500_000;

  enum Module {
    CORE("core", "iam-hikari-core", "io.github.iamhikari.core", 420_000),
    HIKARI("hikari-integration", "iam-hikari", "io.github.iamhikari", 95_000);

    private final Path target;
    private final String artifact;
    private final String packageName;
    private final long mostBytes;

    Module(String directory, String artifact, String packageName, long mostBytes) {
      this.target = ROOT.resolve(directory).resolve("target");
      this.artifact = artifact;
      this.packageName = packageName;
      this.mostBytes = mostBytes;
    }

    private Path path() throws IOException {
      return builtLast(target, artifact + "-[0-9](?!.*-(all|sources|javadoc)).*\\.jar");
    }

    private String nativeImage() {
      return "META-INF/native-image/io.github.iamhikari/" + artifact + "/";
    }

    private JarFile open() throws IOException {
      return new JarFile(path().toFile());
    }
  }

  /** The file of such a name that was built last. */
  static Path builtLast(Path folder, String name) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.getFileName().toString().matches(name))
          .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
          .orElseThrow(() -> new AssertionError("there is no " + name + " in " + folder));
    }
  }

  @ParameterizedTest
  @EnumSource
  void carryTheLicence(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      assertThat(read(jar, jar.getJarEntry("META-INF/LICENSE")))
          .isEqualTo(Files.readAllBytes(ROOT.resolve("LICENSE")));
    }
  }

  @ParameterizedTest
  @EnumSource
  void sayWhatTheyAre(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      Attributes manifest = jar.getManifest().getMainAttributes();

      assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo(module.packageName);
      assertThat(manifest.getValue("Implementation-Title"))
          .isEqualTo(module.artifact.replace("-core", " core"));
      assertThat(module.path().getFileName())
          .hasToString(
              module.artifact + "-" + manifest.getValue("Implementation-Version") + ".jar");
    }
  }

  /**
   * What comes along to verify servers, Amazon's root certificates and a hook for one driver, and
   * what the driver for URLs tells of itself.
   */
  private static final String RESOURCES =
      "io/github/iamhikari/core/(roots/([a-z0-9-]+\\.pem|regions\\.txt)|build\\.properties)"
          + "|META-INF/services/org\\.mariadb\\.jdbc\\.plugin\\.TlsSocketPlugin";

  /** How DriverManager and Flyway find the driver for URLs. */
  private static final String FOR_URLS =
      "META-INF/services/(java\\.sql\\.Driver|org\\.flywaydb\\.core\\.extensibility\\.Plugin)";

  /** What Spring Boot and its users' IDEs read. */
  private static final String FOR_SPRING =
      "META-INF/spring\\.factories"
          + "|META-INF/spring-configuration-metadata\\.json"
          + "|META-INF/spring/org\\.springframework\\.boot\\.autoconfigure\\.AutoConfiguration"
          + "\\.imports";

  @ParameterizedTest
  @EnumSource
  void holdTheirOwnPackageAlone(Module module) throws IOException {
    String maven = "META-INF/maven/io.github.iamhikari/" + module.artifact + "/";
    try (JarFile jar = module.open()) {
      assertThat(jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName))
          .allMatch(
              name ->
                  name.matches(module.packageName.replace('.', '/') + "/[^/]+\\.class")
                      || (module == Module.CORE && name.matches(RESOURCES))
                      || (module == Module.CORE && name.matches(FOR_URLS))
                      || (module == Module.HIKARI && name.matches(FOR_SPRING))
                      || name.matches(module.nativeImage() + "(reflect|resource)-config\\.json")
                      || List.of(
                              "META-INF/MANIFEST.MF",
                              "META-INF/LICENSE",
                              maven + "pom.xml",
                              maven + "pom.properties")
                          .contains(name));
    }
  }

  @ParameterizedTest
  @EnumSource
  void tellNativeImagesOfClassesThatThereAre(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      JarEntry metadata = jar.getJarEntry(module.nativeImage() + "reflect-config.json");
      List<String> ours =
          matches(Pattern.compile("io\\.github\\.iamhikari\\.[\\w.]+"), text(jar, metadata))
              .toList();

      assertThat(ours)
          .isNotEmpty()
          .allMatch(name -> jar.getJarEntry(name.replace('.', '/') + ".class") != null);
    }
  }

  @Test
  void tellNativeImagesOfTheRootsAndOfWhatDriversLoad() throws IOException {
    try (JarFile jar = Module.CORE.open()) {
      String resources =
          text(jar, jar.getJarEntry(Module.CORE.nativeImage() + "resource-config.json"));
      List<Pattern> patterns =
          Pattern.compile("\"pattern\": \"(.+?)\"")
              .matcher(resources)
              .results()
              .map(pattern -> Pattern.compile(pattern.group(1).replace("\\\\", "\\")))
              .toList();

      assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.matches(RESOURCES)))
          .isNotEmpty()
          .allMatch(name -> patterns.stream().anyMatch(pattern -> pattern.matcher(name).matches()));
      assertThat(text(jar, jar.getJarEntry(Module.CORE.nativeImage() + "reflect-config.json")))
          .contains("core.PostgresSslFactory", "core.MySqlSocketFactory", "core.MariaDbTlsPlugin");
    }
  }

  /** Whoever has no Spring loads no class that needs it. */
  @Test
  void nameClassesThatNeedSpringInThoseAlone() throws IOException {
    List<String> needSpring = new ArrayList<>();
    Map<String, String> others = new TreeMap<>();
    try (JarFile jar = Module.HIKARI.open()) {
      for (JarEntry entry : classes(jar)) {
        String name = entry.getName().replace(".class", "");
        String content = new String(read(jar, entry), ISO_8859_1);
        if (content.contains("org/springframework/")) {
          needSpring.add(name);
        } else {
          others.put(name, content);
        }
      }
    }
    assertThat(needSpring).isNotEmpty();
    others.forEach((name, content) -> assertThat(needSpring).as(name).noneMatch(content::contains));
  }

  @ParameterizedTest
  @EnumSource
  void runOnJava17(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      for (JarEntry entry : classes(jar)) {
        assertThat(read(jar, entry)[7]).as(entry.getName()).isEqualTo(JAVA_17);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void areSmall(Module module) throws IOException {
    assertThat(Files.size(module.path())).isLessThan(module.mostBytes);
  }

  @Test
  void bringNothingButTheSdkHikariCpAndInterfaces() throws IOException {
    assertThat(dependencies().keySet())
        .allMatch(
            dependency ->
                dependency.startsWith("software.amazon.")
                    || List.of(
                            "com.zaxxer:HikariCP",
                            "io.github.iamhikari:iam-hikari-core",
                            "org.jspecify:jspecify",
                            "org.reactivestreams:reactive-streams",
                            "org.slf4j:slf4j-api")
                        .contains(dependency));
  }

  @Test
  void weighLittleWithAllThatTheyBring() throws IOException {
    Map<String, Long> sizes = dependencies();

    assertThat(sizes.values().stream().mapToLong(Long::longValue).sum())
        .as(
            sizes.entrySet().stream()
                .map(size -> "%,12d  %s%n".formatted(size.getValue(), size.getKey()))
                .collect(joining("", "%nThe dependencies at run time:%n".formatted(), "")))
        .isLessThan(MOST_BYTES);
  }

  /** All that Maven brings to a user of the jar, with sizes; nothing that is optional. */
  private static Map<String, Long> dependencies() throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    for (String line : Files.readAllLines(DEPENDENCIES)) {
      Matcher dependency = DEPENDENCY.matcher(line);
      if (dependency.matches() && !line.contains("(optional")) {
        sizes.put(
            dependency.group(1) + ":" + dependency.group(2),
            new File(dependency.group(3)).length());
      }
    }
    assertThat(sizes.values()).isNotEmpty().allMatch(size -> size > 0);
    return sizes;
  }

  private static List<JarEntry> classes(JarFile jar) {
    return jar.stream().filter(entry -> entry.getName().endsWith(".class")).toList();
  }

  private static byte[] read(JarFile jar, JarEntry entry) throws IOException {
    try (InputStream content = jar.getInputStream(entry)) {
      return content.readAllBytes();
    }
  }

  private static String text(JarFile jar, JarEntry entry) throws IOException {
    return new String(read(jar, entry), UTF_8);
  }

  private static Stream<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group);
  }
}
