package io.github.iamhikari.springboot;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** An application with {@code spring-boot-starter-jdbc} and a driver, and nothing else. */
class SmallestApplicationIT {

  private static final Pattern NOT_NEEDED =
      Pattern.compile(
          "(micrometer-core|micrometer-registry|spring-boot-.*(actuator|health|micrometer|web|tomcat"
              + "|servlet|http|data|jpa|hibernate|testcontainers)|spring-(cloud|web|data|orm)|tomcat"
              + "|prometheus|crac|hibernate|opentelemetry|testcontainers).*\\.jar");

  @Test
  void logsIn() throws Exception {
    Server server = Server.MARIADB;
    String classPath =
        Pattern.compile(File.pathSeparator)
            .splitAsStream(System.getProperty("java.class.path"))
            .filter(jar -> !NOT_NEEDED.matcher(Path.of(jar).getFileName().toString()).lookingAt())
            .collect(joining(File.pathSeparator));

    assertThat(Program.run(server, classPath, "-Dspring.aot.enabled=false"))
        .contains(server.rds().account() + " by orders, of 3 connections, for 600 s");
  }
}
