package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.IamSettings;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
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

  /** The class files' version of Java 17. */
  private static final int JAVA_17 = 61;

  /** The names that users write, and all that begins like one. */
  private static final Pattern SETTING = Pattern.compile("iam_\\w+|aws_profile");

  private static final List<String> SETTINGS =
      List.of(
          IamSettings.HOST,
          IamSettings.DEFAULT_PORT,
          IamSettings.REGION,
          IamSettings.EXPIRATION,
          IamSettings.AWS_PROFILE,
          IamSettings.ROLE_ARN,
          IamSettings.ROLE_SESSION_NAME,
          IamSettings.ROLE_EXTERNAL_ID,
          IamSettings.VERIFY_WRITER);

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
  void holdNoTests(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      assertThat(jar.stream().map(JarEntry::getName).filter(name -> name.endsWith(".class")))
          .isNotEmpty()
          .noneMatch(name -> Files.exists(module.target.resolve("test-classes").resolve(name)))
          .allMatch(name -> Files.exists(module.target.resolve("classes").resolve(name)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void runOnJava17(Module module) throws IOException {
    try (JarFile jar = module.open()) {
      for (JarEntry entry : classes(jar)) {
        assertThat(ClassFile.of(read(jar, entry)).version).as(entry.getName()).isEqualTo(JAVA_17);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void areSmall(Module module) throws IOException {
    assertThat(Files.size(module.path())).isLessThan(module.mostBytes);
  }

  /** The compiler copies the constants of {@code IamSettings} to where they are used. */
  @ParameterizedTest
  @EnumSource
  void knowNoSettingsButThoseOfIamSettings(Module module) throws IOException {
    List<String> named = new ArrayList<>();
    try (JarFile jar = module.open()) {
      for (JarEntry entry : classes(jar)) {
        ClassFile.of(read(jar, entry)).strings.stream()
            .filter(text -> SETTING.matcher(text).matches())
            .forEach(named::add);
      }
    }
    assertThat(named).isNotEmpty().isSubsetOf(SETTINGS);
  }

  @Test
  void nameEachSettingOnceInTheirSources() throws IOException {
    Pattern literal = Pattern.compile("\"(?:[^\"\\\\\n]|\\\\.)*\"");
    List<String> named = new ArrayList<>();
    for (Module module : Module.values()) {
      try (Stream<Path> files = Files.walk(module.target.resolveSibling("src/main/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          matches(literal, Files.readString(file))
              .flatMap(text -> matches(SETTING, text))
              .map(setting -> file.getFileName() + ": " + setting)
              .forEach(named::add);
        }
      }
    }
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(
            SETTINGS.stream().map(setting -> "IamSettings.java: " + setting).toList());
  }

  @Test
  void bringNothingElseWithThem() throws IOException {
    assertThat(dependencies())
        .containsOnlyKeys(
            "com.zaxxer:HikariCP",
            "io.github.iamhikari:iam-hikari-core",
            "org.jspecify:jspecify",
            "org.reactivestreams:reactive-streams",
            "org.slf4j:slf4j-api",
            "software.amazon.awssdk:annotations",
            "software.amazon.awssdk:auth",
            "software.amazon.awssdk:aws-core",
            "software.amazon.awssdk:aws-query-protocol",
            "software.amazon.awssdk:checksums",
            "software.amazon.awssdk:checksums-spi",
            "software.amazon.awssdk:endpoints-spi",
            "software.amazon.awssdk:http-auth",
            "software.amazon.awssdk:http-auth-aws",
            "software.amazon.awssdk:http-auth-aws-eventstream",
            "software.amazon.awssdk:http-auth-spi",
            "software.amazon.awssdk:http-client-spi",
            "software.amazon.awssdk:identity-spi",
            "software.amazon.awssdk:json-utils",
            "software.amazon.awssdk:metrics-spi",
            "software.amazon.awssdk:profiles",
            "software.amazon.awssdk:protocol-core",
            "software.amazon.awssdk:regions",
            "software.amazon.awssdk:retries",
            "software.amazon.awssdk:retries-spi",
            "software.amazon.awssdk:sdk-core",
            "software.amazon.awssdk:sts",
            "software.amazon.awssdk:third-party-jackson-core",
            "software.amazon.awssdk:url-connection-client",
            "software.amazon.awssdk:utils",
            "software.amazon.awssdk:utils-lite",
            "software.amazon.eventstream:eventstream");
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

  /**
   * What is read of a class file.
   *
   * @param strings those that it loads, not the names of its fields and methods
   * @see <a href="https://docs.oracle.com/javase/specs/jvms/se17/html/jvms-4.html">The class file
   *     format</a>
   */
  private record ClassFile(int version, List<String> strings) {

    private static ClassFile of(byte[] content) throws IOException {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(content));
      in.skipNBytes(6);
      int version = in.readUnsignedShort();
      int constants = in.readUnsignedShort();
      Map<Integer, String> texts = new TreeMap<>();
      List<Integer> strings = new ArrayList<>();
      for (int i = 1; i < constants; i++) {
        int tag = in.readUnsignedByte();
        switch (tag) {
          case 1 -> texts.put(i, in.readUTF());
          case 8 -> strings.add(in.readUnsignedShort());
          case 7, 16, 19, 20 -> in.skipNBytes(2);
          case 15 -> in.skipNBytes(3);
          case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
          case 5, 6 -> {
            in.skipNBytes(8);
            i++; // a long and a double count twice
          }
          default -> throw new IOException("constant of an unknown kind: " + tag);
        }
      }
      return new ClassFile(version, strings.stream().map(texts::get).toList());
    }
  }
}
