package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the command line reads and writes; nothing here reaches a server. */
class IamHikariCommandTest {

  private static final String HOST = "gone.c9akciq32rgb.us-east-2.rds.amazonaws.com";
  private static final String URL = "jdbc:postgresql://" + HOST + "/orders";

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());
  @TempDir private Path folder;

  private final StringWriter report = new StringWriter();
  private final StringWriter errors = new StringWriter();

  @Test
  void writesTheReportAndNothingElse() {
    assertThat(run("doctor", "--offline", "--url", URL, "--user", "app")).isEqualTo(2);

    assertThat(report.toString())
        .contains("tokens are signed for user \"app\" at " + HOST + ":5432")
        .contains(HOST + " cannot be resolved");
    assertThat(errors.toString()).isEmpty();
  }

  @Test
  void writesItAsJson() {
    assertThat(run("doctor", "--offline", "--url", URL, "--user", "app", "--json")).isEqualTo(2);

    assertThat(report.toString()).startsWith("{").contains("\"status\"").endsWith("}\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iam_region=eu-west-1", "dataSource.iam_region=eu-west-1"})
  void takesSettingsAsTheyAreOrAsAPoolHasThem(String property) {
    run("doctor", "--offline", "--url", URL, "--user", "app", "--property", property);

    assertThat(report.toString()).contains("region eu-west-1 (iam_region)");
  }

  @Test
  void takesAUrlOfOurOwnDriver() {
    run("doctor", "--offline", "--url", URL.replace("jdbc:", "jdbc:iam:"), "--user", "app");

    assertThat(report.toString()).contains("user \"app\" at " + HOST, "org.postgresql.Driver");
  }

  @Test
  void examinesWhatAPoolWouldDo() throws IOException {
    run("doctor", "--offline", "--properties-file", file("jdbcUrl=" + URL, "username=reports"));
    run(
        "doctor",
        "--offline",
        "--properties-file",
        file(
            "dataSourceClassName=org.postgresql.ds.PGSimpleDataSource",
            "dataSource.serverName=" + HOST,
            "iam_region=eu-west-1"),
        "--user",
        "app");

    assertThat(report.toString())
        .contains("user \"reports\" at " + HOST)
        .contains("user \"app\" at " + HOST, "org.postgresql.ds.PGSimpleDataSource", "eu-west-1");
  }

  @Test
  void namesWhatAPoolDoesNotTake() throws IOException {
    assertThat(run("doctor", "--properties-file", file("jdbcUrl=" + URL, "usrname=app")))
        .isEqualTo(2);
    assertThat(run("doctor", "--properties-file", "nowhere.properties")).isEqualTo(2);

    assertThat(report.toString())
        .contains("HikariCP does not know the property usrname; did you mean username?")
        .contains("Cannot find property file: nowhere.properties");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "doctor", "doctor --url", "doctor --password x", "nurse"})
  void showsItsUseWhereItCannotReadTheCommand(String arguments) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1))).isEqualTo(2);

    assertThat(report.toString()).isEmpty();
    assertThat(errors.toString()).contains("Usage: iam-hikari");
  }

  @Test
  void saysWhatItIsAndHowToUseIt() {
    assertThat(run("--version")).isZero();
    assertThat(run("doctor", "--help")).isZero();

    assertThat(report.toString())
        .startsWith("iam-hikari ")
        .contains("--properties-file", "1    it succeeds, but something is not as it should be");
  }

  @Test
  void loadsTheDriverThatIsNamedBesideThisLibrary() throws Exception {
    Path driver =
        Path.of(
            org.postgresql.Driver.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    try (var loader =
        IamHikariCommand.loaderWithDriver("doctor", "--url", URL, "--driver", driver.toString())
            .orElseThrow()) {
      assertThat(loader.loadClass("org.postgresql.Driver").getClassLoader()).isSameAs(loader);
      assertThat(loader.loadClass(IamHikariCommand.class.getName()).getClassLoader())
          .isSameAs(loader);
    }
    assertThat(IamHikariCommand.loaderWithDriver("doctor", "--url", URL)).isEmpty();
    assertThat(IamHikariCommand.loaderWithDriver("doctor", "--url", "jdbc:db2:x")).isEmpty();
  }

  private int run(String... arguments) {
    return IamHikariCommand.run(
        new PrintWriter(report, true), new PrintWriter(errors, true), arguments);
  }

  private String file(String... lines) throws IOException {
    return Files.write(folder.resolve("hikari.properties"), List.of(lines)).toString();
  }
}
