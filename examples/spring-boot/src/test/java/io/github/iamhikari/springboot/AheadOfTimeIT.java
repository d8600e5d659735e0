package io.github.iamhikari.springboot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplicationAotProcessor;

/** An application that Spring Boot processes ahead of time, as for a native image. */
class AheadOfTimeIT {

  /** Starts while the application is processed. */
  private static final Server SERVER = Server.POSTGRES;

  @TempDir private static Path folder;

  @BeforeAll
  static void processAndCompile() throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                Program.class.getName(),
                folder.resolve("sources").toString(),
                folder.resolve("classes").toString(),
                folder.resolve("classes").toString(),
                "io.github.iamhikari",
                "program"));
    // as at the build of an image, where nobody knows the endpoint
    arguments.add("--spring.datasource.type=" + IamHikariDataSource.class.getName());
    arguments.add("--spring.datasource.url=jdbc:postgresql://localhost/");
    SpringApplicationAotProcessor.main(arguments.toArray(String[]::new));

    List<String> compiler =
        new ArrayList<>(
            List.of("-nowarn", "-cp", classPath(), "-d", folder.resolve("classes").toString()));
    try (Stream<Path> files = Files.walk(folder.resolve("sources"))) {
      files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(compiler::add);
    }
    int result =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, compiler.toArray(String[]::new));
    assertThat(result).as("the compiler's result").isZero();
  }

  @Test
  void logsIn() throws Exception {
    assertThat(Program.run(SERVER, classPath(), "-Dspring.aot.enabled=true"))
        .contains(SERVER.rds().account() + " by orders, of 3 connections, for 600 s");
  }

  @Test
  void hasHintsForThePoolAndWhatItLoads() throws IOException {
    StringBuilder metadata = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder.resolve("classes/META-INF/native-image"))) {
      for (Path file : files.filter(path -> path.toString().endsWith(".json")).toList()) {
        metadata.append(Files.readString(file));
      }
    }
    assertThat(metadata).contains("\"" + IamHikariDataSource.class.getName() + "\"");
  }

  private static String classPath() {
    return folder.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path");
  }
}
