package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.core.DriverCleanup;
import io.github.iamhikari.core.IamDriver;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tools that take a URL and have a folder for jars, as they come from Maven Central, with the jar
 * with all and a JDBC driver in that folder.
 */
@Tag("long")
@DisabledOnOs(OS.WINDOWS)
@ParameterizedClass
@ValueSource(strings = {"postgresql", "mariadb"})
@ExtendWith(DriverCleanup.class)
class UrlOnlyToolsIT {

  /** The build puts them there, with the profile for long tests. */
  private static final Path TOOLS = Path.of("target/tools").toAbsolutePath();

  private static final String JAVA = Path.of(System.getProperty("java.home")).toString();

  private final AccessKey key = AccessKey.random();
  private final LocalRds rds;
  private final String protocol;
  private final String url;

  @RegisterExtension final AwsProperties aws = new AwsProperties(key);
  @TempDir private Path folder;

  UrlOnlyToolsIT(String protocol) {
    this.protocol = protocol;
    rds =
        (protocol.equals("postgresql") ? LocalRds.postgres() : LocalRds.mariaDb())
            .credentials(key)
            .start();
    url = rds.jdbcUrl(rds.host()).replaceFirst("jdbc:[a-z]+:", "jdbc:iam:" + protocol + ":");
  }

  @AfterEach
  void stop() {
    rds.close();
  }

  @Test
  void flywayMigrates() throws Exception {
    Path flyway = TOOLS.resolve("flyway");
    putJarsInto(flyway.resolve("drivers"));
    Files.writeString(folder.resolve("V1__orders.sql"), "CREATE TABLE purchase_order (id INT);");

    String printed =
        run(
            flyway,
            "bash",
            "flyway",
            "-url=" + url,
            "-user=" + rds.account(),
            "-locations=filesystem:" + folder,
            "migrate");

    assertThat(printed).contains("Successfully applied 1 migration");
    assertThatTheTableIsThere();
  }

  @Test
  void liquibaseMigrates() throws Exception {
    Path liquibase = TOOLS.resolve("liquibase");
    putJarsInto(Files.createDirectories(liquibase.resolve("lib")));
    Files.writeString(
        folder.resolve("changelog.sql"),
        "--liquibase formatted sql\n--changeset app:1\nCREATE TABLE purchase_order (id INT);\n");

    String printed =
        run(
            folder,
            Path.of(JAVA, "bin", "java").toString(),
            "-cp",
            liquibase.resolve("internal/lib") + "/*",
            "liquibase.integration.commandline.LiquibaseLauncher",
            "--driver=" + IamDriver.class.getName(),
            "--url=" + url,
            "--username=" + rds.account(),
            "--changelog-file=changelog.sql",
            "update");

    assertThat(printed).contains("Liquibase command 'update' was executed successfully");
    assertThatTheTableIsThere();
  }

  /** What the pages says to put there. */
  private void putJarsInto(Path tool) throws IOException {
    for (Path jar : List.of(AllJarIT.jar(), AllJarIT.driver(protocol))) {
      Files.copy(jar, tool.resolve(jar.getFileName()), REPLACE_EXISTING);
    }
  }

  private String run(Path directory, String... command) throws Exception {
    ProcessBuilder tool = new ProcessBuilder(command).directory(directory.toFile());
    AllJarIT.giveCredentials(tool.environment(), key);
    tool.environment().put("JAVA_HOME", JAVA);
    tool.environment().put("JDK_JAVA_OPTIONS", String.join(" ", AllJarIT.optionsForLocalRds()));
    tool.environment().put("LIQUIBASE_HOME", TOOLS.resolve("liquibase").toString());
    tool.environment().put("LIQUIBASE_ANALYTICS_ENABLED", "false");
    tool.environment().put("REDGATE_DISABLE_TELEMETRY", "true");
    Process process = tool.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).doesNotContain("X-Amz-Signature", key.secret());
    return printed;
  }

  private void assertThatTheTableIsThere() throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, rds.account(), "");
        var tables = connection.getMetaData().getTables(null, null, "purchase_order", null)) {
      assertThat(tables.next()).isTrue();
    }
    assertThat(rds.logins()).isNotEmpty().allMatch(Login::accepted);
  }
}
