package io.github.iamhikari.springboot;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application with {@code spring-boot-starter-jdbc} and a driver, and nothing else. */
class SmallestApplicationIT {

  private static final Pattern NOT_NEEDED =
      Pattern.compile(
          "(micrometer-core|micrometer-registry|spring-boot-.*(actuator|health|micrometer|web|tomcat"
              + "|servlet|http)|spring-cloud|spring-web|tomcat|prometheus|crac).*\\.jar");

  @ParameterizedTest
  @EnumSource
  void logsIn(Server server) throws Exception {
    String classPath =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getProperty("java.class.path"))
            .filter(jar -> !NOT_NEEDED.matcher(Path.of(jar).getFileName().toString()).lookingAt())
            .collect(joining(File.pathSeparator));

    assertThat(Program.run(server, classPath, "-Dspring.aot.enabled=false"))
        .contains(server.rds().account() + " by orders, of 3 connections, for 600 s");
  }
}
