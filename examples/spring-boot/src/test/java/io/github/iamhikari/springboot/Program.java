package io.github.iamhikari.springboot;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * An application with a {@code main} method, which Spring Boot's processing ahead of time needs.
 */
final class Program {

  private Program() {}

  public static void main(String[] arguments) {
    String[] settings =
        Arrays.stream(arguments)
            .map(argument -> argument.substring("--".length()))
            .toArray(String[]::new);
    try (var application = Application.start(settings, Application.Plain.class)) {
      IamHikariDataSource pool = (IamHikariDataSource) application.getBean(DataSource.class);
      System.out.printf(
          "%s by %s, of %d connections, for %d s%n",
          Application.user(pool),
          pool.getPoolName(),
          pool.getMaximumPoolSize(),
          pool.getIamExpiration());
    }
  }

  /** Runs it with an access key and settings of the environment, and gives back what it prints. */
  static String run(Server server, String classPath, String option) throws Exception {
    AccessKey key = AccessKey.random();
    server.rds().add(key);
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                option,
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + System.getProperty("jdk.net.hosts.file"),
                "-Djavax.net.ssl.trustStore=" + LocalRds.trustStore(),
                "-Dorg.springframework.boot.logging.LoggingSystem=none",
                "-cp",
                classPath,
                Program.class.getName()));
    Arrays.stream(Application.settings(server))
        .map(setting -> "--" + setting)
        .forEach(command::add);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder
        .environment()
        .putAll(
            Map.of(
                "AWS_ACCESS_KEY_ID", key.id(),
                "AWS_SECRET_ACCESS_KEY", key.secret(), // newer JDKs log a process's arguments
                "SPRING_DATASOURCE_NAME", "orders",
                "SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE", "3",
                "SPRING_DATASOURCE_HIKARI_IAMEXPIRATION", "600"));
    Process program = builder.start();
    String output = new String(program.getInputStream().readAllBytes(), UTF_8);
    program.waitFor();
    server.rds().revoke(key.id());
    return output;
  }
}
