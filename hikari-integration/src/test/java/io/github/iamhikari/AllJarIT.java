package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localaws.LocalAws;
import io.github.iamhikari.localaws.LocalRole;
import io.github.iamhikari.localaws.Statement;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar for a folder of jars: what is in it, and that it needs nothing but a JDBC driver. */
class AllJarIT {

  /** 16.3 MB, of which 9.9 MB are the SDK's modules for the doctor; and room for the next SDK. */
  private static final long MOST_BYTES = 17_000_000;

  private static final String SHADED = "io/github/iamhikari/shaded/";

  private static final List<String> SERVICES =
      List.of(
          "java.sql.Driver",
          "org.flywaydb.core.extensibility.Plugin",
          "org.mariadb.jdbc.plugin.TlsSocketPlugin",
          "io.github.iamhikari.shaded.software.amazon.awssdk.core.warmup.SdkWarmUpProvider",
          "io.github.iamhikari.shaded.software.amazon.awssdk.http.SdkHttpService",
          "io.github.iamhikari.shaded.software.amazon.awssdk.thirdparty.jackson.core.JsonFactory");

  private static final Map<String, String> DRIVERS =
      Map.of(
          "postgresql", "postgresql",
          "mysql", "mysql-connector-j",
          "mariadb", "mariadb-java-client");

  private static final String PROGRAM =
      """
      public class LogIn {
        public static void main(String[] arguments) throws Exception {
          try (var connection =
                  java.sql.DriverManager.getConnection(arguments[0], arguments[1], "dummy");
              var statement = connection.createStatement();
              var rows = statement.executeQuery("SELECT current_user")) {
            rows.next();
            System.out.println(
                rows.getString(1) + " by " + connection.getMetaData().getDriverName());
          }
        }
      }
      """;

  /** The one that was built last. */
  static Path jar() throws IOException {
    return PublishedJarsIT.builtLast(Path.of("target"), "iam-hikari-[0-9].*-all\\.jar");
  }

  @Test
  void logsInByWebIdentity(@TempDir Path folder) throws Exception {
    LocalRds rds = PostgresServer.started();
    Path identity = Files.writeString(folder.resolve("token"), "who I am");
    try (LocalRole role =
            LocalRole.named("orders").trustsWebIdentity("who I am").opens(rds).build();
        LocalAws aws = LocalAws.builder().role(role).start()) {
      Map<String, String> properties = aws.webIdentity(role, identity.toString());
      Map<String, String> environment =
          Map.of(
              "AWS_ENDPOINT_URL", properties.get("aws.endpointUrl"),
              "AWS_ROLE_ARN", properties.get("aws.roleArn"),
              "AWS_ROLE_SESSION_NAME", properties.get("aws.roleSessionName"),
              "AWS_REGION", "us-east-2",
              "AWS_WEB_IDENTITY_TOKEN_FILE", identity.toString());

      assertThat(logIn(rds, "postgresql", folder, environment)).contains("app by PostgreSQL");
    }
  }

  @Test
  void holdsADoctorWhoFindsTheDriverInItsFolder(@TempDir Path folder) throws Exception {
    String protocol = "mysql";
    LocalRds rds = MariaDbServer.started();
    AccessKey key = AccessKey.random();
    Statement mayLogIn = Statement.allow("*", "*");
    Path all = Files.copy(jar(), folder.resolve("iam-hikari-all.jar"));
    Path driver = driver(protocol);
    Files.copy(driver, folder.resolve(driver.getFileName()));
    try (LocalAws aws = LocalAws.builder().user("app", key, mayLogIn).database(rds).start()) {
      ProcessBuilder command = java("-jar", all.toString(), "doctor", "--json", "--user", "app");
      command.command().addAll(List.of("--url", url(rds, protocol)));
      giveCredentials(command.environment(), key);
      command.environment().put("AWS_ENDPOINT_URL", aws.properties().get("aws.endpointUrl"));
      Process doctor =
          command
              .redirectOutput(folder.resolve("report").toFile())
              .redirectError(folder.resolve("errors").toFile())
              .start();
      int status = doctor.waitFor();

      String report = Files.readString(folder.resolve("report"));
      assertThat(Files.readString(folder.resolve("errors"))).isEmpty();
      assertThat(report)
          .startsWith("{")
          .contains("\"status\": \"ok\"", "logged in with ", "is allowed rds-db:connect on ")
          .contains(folder.resolve(driver.getFileName()).toString())
          .doesNotContain("skipped", "warning", key.id(), key.secret(), "X-Amz-Signature");
      assertThat(status).as(report).isZero();
    }
  }

  private static String url(LocalRds rds, String protocol) {
    return rds.jdbcUrl(rds.host()).replaceFirst("jdbc:[a-z]+:", "jdbc:iam:" + protocol + ":");
  }

  /** A program without AWS credentials. */
  private static ProcessBuilder java(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(optionsForLocalRds());
    command.addAll(List.of(arguments));
    ProcessBuilder program = new ProcessBuilder(command);
    giveNoCredentials(program.environment());
    return program;
  }

  /** What the program prints. */
  private static String logIn(
      LocalRds rds, String protocol, Path folder, Map<String, String> environment)
      throws Exception {
    Path program = Files.writeString(folder.resolve("LogIn.java"), PROGRAM);
    ProcessBuilder command =
        java(
            "-cp",
            jar() + File.pathSeparator + driver(protocol),
            program.toString(),
            url(rds, protocol),
            rds.account());
    command.environment().putAll(environment);
    Process process = command.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  /** The jar of a driver. */
  static Path driver(String protocol) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.matches(".*/" + DRIVERS.get(protocol) + "-[0-9][^/]*"))
        .map(Path::of)
        .findFirst()
        .orElseThrow();
  }

  /** For a JVM that is to find local-rds, and to trust it. */
  static List<String> optionsForLocalRds() {
    return List.of(
        "-Djdk.net.hosts.file=" + System.getProperty("jdk.net.hosts.file"),
        "-Djavax.net.ssl.trustStore=" + LocalRds.trustStore());
  }

  /** An environment in which the SDK finds this key alone. */
  static void giveCredentials(Map<String, String> environment, AccessKey key) {
    giveNoCredentials(environment);
    environment.put("AWS_ACCESS_KEY_ID", key.id());
    environment.put("AWS_SECRET_ACCESS_KEY", key.secret());
  }

  private static void giveNoCredentials(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith("AWS_"));
    environment.put("AWS_EC2_METADATA_DISABLED", "true");
    environment.put("AWS_CONFIG_FILE", "none");
    environment.put("AWS_SHARED_CREDENTIALS_FILE", "none");
  }

  @Test
  void holdsWhatItIsForUnderOtherNamesAndNoDriver() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      assertThat(names(jar).filter(name -> !name.startsWith("META-INF/")))
          .allMatch(
              name ->
                  name.startsWith("io/github/iamhikari/")
                      || name.startsWith("com/zaxxer/hikari/")
                      || name.startsWith("org/slf4j/"))
          .contains(
              "io/github/iamhikari/IamHikariDataSource.class",
              "io/github/iamhikari/core/IamDriver.class",
              "io/github/iamhikari/core/roots/us-east-2.pem",
              SHADED + "software/amazon/awssdk/regions/internal/region/endpoints.json",
              SHADED + "software/amazon/awssdk/services/iam/IamClient.class",
              SHADED + "software/amazon/awssdk/services/rds/RdsClient.class",
              SHADED + "software/amazon/awssdk/services/sts/StsClient.class")
          .noneMatch(name -> name.endsWith("module-info.class"));
      Attributes manifest = jar.getManifest().getMainAttributes();
      assertThat(manifest.getValue("Automatic-Module-Name")).isEqualTo("io.github.iamhikari");
      assertThat(manifest.getValue("Multi-Release")).isEqualTo("true");
    }
    assertThat(Files.size(jar())).isLessThan(MOST_BYTES);
  }

  @Test
  void namesTheSdksClassesAsTheyAreCalledInIt() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      List<String> wrong = new ArrayList<>();
      for (JarEntry entry : jar.stream().filter(file -> !file.isDirectory()).toList()) {
        String content =
            text(jar, entry.getName()).replace(SHADED + "software/", "").replace(" software/", "");
        if (content.contains("software/amazon/awssdk/")) {
          wrong.add(entry.getName());
        }
      }
      assertThat(wrong).isEmpty();
    }
  }

  @Test
  void listsAllServicesWithClassesThatThereAre() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      String folder = "META-INF/services/";
      assertThat(names(jar).filter(name -> name.startsWith(folder)))
          .containsExactlyInAnyOrderElementsOf(SERVICES.stream().map(folder::concat).toList());
      for (String service : SERVICES) {
        assertThat(classesOf(jar, folder + service))
            .as(service)
            .isNotEmpty()
            .allMatch(name -> jar.getEntry(name.replace('.', '/') + ".class") != null);
      }
      assertThat(classesOf(jar, folder + SERVICES.get(3))).hasSize(3);
    }
  }

  @Test
  void carriesTheLicencesOfAllThatIsInIt() throws IOException {
    try (JarFile jar = new JarFile(jar().toFile())) {
      assertThat(text(jar, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("../LICENSE")));
      assertThat(text(jar, "META-INF/AWS-SDK-LICENSE.txt")).contains("Apache License");
      assertThat(text(jar, "META-INF/AWS-SDK-NOTICE.txt")).contains("AWS SDK for Java");
      assertThat(text(jar, "META-INF/NOTICE")).contains("Jackson");
      assertThat(text(jar, "META-INF/SLF4J-LICENSE.txt"))
          .contains("QOS.ch", "Permission is hereby granted");
      String others = text(jar, "META-INF/THIRD-PARTY.txt");
      assertThat(others).contains("HikariCP", "picocli", "Reactive Streams");
      assertThat(others.split("\\s+|, ", -1))
          .filteredOn(word -> word.startsWith("META-INF/"))
          .hasSizeGreaterThan(6)
          .allMatch(file -> jar.getEntry(file.replaceFirst("[,:)]+$", "")) != null);
    }
  }

  private static List<String> classesOf(JarFile jar, String service) throws IOException {
    return text(jar, service)
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .toList();
  }

  private static Stream<String> names(JarFile jar) {
    return jar.stream().filter(entry -> !entry.isDirectory()).map(JarEntry::getName);
  }

  private static String text(JarFile jar, String name) throws IOException {
    assertThat(jar.getEntry(name)).as(name).isNotNull();
    try (InputStream content = jar.getInputStream(jar.getEntry(name))) {
      return new String(content.readAllBytes(), ISO_8859_1);
    }
  }
}
