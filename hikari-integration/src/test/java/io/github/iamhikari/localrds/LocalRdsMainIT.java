package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The program, as a person runs it who in the end kills it. */
@Tag("long")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LocalRdsMainIT {

  @RegisterExtension final AwsProperties aws = new AwsProperties();

  @TempDir static Path temporary;

  @TempDir Path folder;

  private static Process program;
  private static List<String> lines;

  @BeforeAll
  static void start() throws IOException {
    program = program();
    lines = new ArrayList<>();
    BufferedReader reader = program.inputReader(UTF_8);
    String line = reader.readLine();
    while (line != null) {
      lines.add(line);
      line = line.contains("Stop with Ctrl-C") ? null : reader.readLine();
    }
  }

  @AfterAll
  static void end() {
    program.destroyForcibly();
  }

  private static Process program(String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-Dlocal-rds.programs=" + System.getProperty("local-rds.programs"),
                "-cp",
                System.getProperty("java.class.path"),
                LocalRdsMain.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }

  @Test
  @Order(1)
  void saysAtOnceThatItStartsAndHowMuchSpaceItNeeds() {
    assertThat(lines.get(0)).matches("local-rds starts. It needs up to \\d+ MB in .*");
    assertThat(lines.subList(1, 4))
        .containsExactly(
            "Starting PostgreSQL ...", "Starting MariaDB ...", "Starting Aurora DSQL ...");
  }

  @Test
  @Order(2)
  void printsPropertiesThatAPoolStartsWith() throws Exception {
    String output = String.join("\n", lines);
    Matcher key = Pattern.compile("ID=(\\S+) AWS_SECRET_ACCESS_KEY=(\\S+)").matcher(output);
    assertThat(key.find()).isTrue();
    aws.set(AccessKey.of(key.group(1), key.group(2)));
    List<String> files =
        Pattern.compile("hikari.properties\n\n(.*?)\n\n", Pattern.DOTALL)
            .matcher(output)
            .results()
            .map((MatchResult result) -> result.group(1))
            .toList();
    assertThat(files).hasSize(3);
    for (String file : files) {
      Path properties = Files.writeString(folder.resolve("hikari.properties"), file);
      try (IamHikariDataSource pool = new IamHikariDataSource(properties.toString())) {
        pool.getConnection().close();
      }
    }
  }

  @Test
  @Order(3)
  void namesThePortThatIsInUseAndTheOptionThatSetsIt() throws Exception {
    String port =
        lines.stream()
            .filter(line -> line.startsWith("jdbcUrl=jdbc:postgresql:"))
            .findFirst()
            .orElseThrow()
            .replaceAll(".*:(\\d+)/.*", "$1");

    Process second = program("--postgres-port=" + port);

    assertThat(new String(second.getInputStream().readAllBytes(), UTF_8))
        .contains("PostgreSQL did not start", "127.0.0.1:" + port, "--postgres-port");
    assertThat(second.waitFor()).isEqualTo(1);
  }

  @Test
  @Order(4)
  void leavesNothingForLongerThanUntilTheNextStartWhenItIsKilled() throws Exception {
    List<ProcessHandle> databases =
        ProcessHandle.allProcesses()
            .filter(
                process ->
                    process.info().commandLine().orElse("").contains("=" + temporary)
                        || process.info().commandLine().orElse("").contains(" " + temporary))
            .filter(process -> process.pid() != program.pid())
            .toList();
    assertThat(databases).hasSizeGreaterThanOrEqualTo(3);

    Leftovers.cleanUp(temporary);
    assertThat(databases).allMatch(ProcessHandle::isAlive);

    program.destroyForcibly().waitFor();
    assertThat(databases).allMatch(ProcessHandle::isAlive);
    assertThat(temporary).isDirectoryContaining("glob:**/local-rds-*");

    Leftovers.cleanUp(temporary);
    for (ProcessHandle database : databases) {
      database.onExit().get(30, TimeUnit.SECONDS);
    }
    assertThat(temporary).isDirectoryNotContaining(path -> Files.isDirectory(path));
  }
}
