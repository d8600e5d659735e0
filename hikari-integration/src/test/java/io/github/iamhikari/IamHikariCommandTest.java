package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    String dsql =
        "jdbcUrl=jdbc:postgresql://gone7r2wm5q3jd6hnysu4btxqv.dsql.us-east-2.on.aws/postgres";
    run(
        "doctor",
        "--offline",
        "--properties-file",
        file(dsql, "username=a", "maxLifetime=7200000"));

    assertThat(report.toString())
        .contains("maxLifetime is 7200000 ms, but Aurora DSQL ends sessions after 60 minutes")
        .contains("user \"reports\" at " + HOST)
        .contains("user \"app\" at " + HOST, "org.postgresql.ds.PGSimpleDataSource", "eu-west-1");
  }

  @Test
  void namesWhatAPoolDoesNotTake() throws IOException {
    assertThat(run("doctor", "--properties-file", file("jdbcUrl=" + URL, "usrname=app")))
        .isEqualTo(2);
    assertThat(run("doctor", "--properties-file", "nowhere.properties")).isEqualTo(2);

    assertThat(report.toString())
        .contains("usrname is not a HikariCP property; did you mean username?")
        .contains("Cannot find property file: nowhere.properties");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | The command is incomplete or invalid",
        "doctor | Missing option or value: --url or --properties-file",
        "doctor --url | Missing option or value: --url",
        "doctor --user hunter2 --user hunter2 | Option given more than once: --user",
        "doctor --password hunter2 | Unknown option: --password",
        "doctor --password=hunter2 | Unknown option: --password",
        "doctor --property hunter2 | Invalid value for option: --property",
        "doctor --json=hunter2 | Invalid value for option: --json",
        "doctor -phunter2 | Unknown command, or a value without an option",
        "doctor jdbc:postgresql://a:hunter2@b | Unknown command, or a value without an option",
        "hunter2 | Unknown command, or a value without an option"
      })
  void saysWhatItCannotReadWithoutRepeatingAValue(String arguments, String mistake) {
    assertThat(run(arguments.isEmpty() ? new String[0] : arguments.split(" ", -1))).isEqualTo(2);

    assertThat(report.toString()).isEmpty();
    assertThat(errors.toString())
        .startsWith(mistake + System.lineSeparator() + "Usage: iam-hikari")
        .doesNotContain("hunter2");
  }

  @Test
  void takesAUserWhoseNameBeginsWithAt() throws IOException {
    run("doctor", "--offline", "--url", URL, "--user", "@" + file("--json"));

    assertThat(report.toString()).contains("signed for user \"@");
  }

  @Test
  void warnsOfAPasswordBesideTheUrl() throws IOException {
    run(
        "doctor",
        "--offline",
        "--properties-file",
        file("jdbcUrl=" + URL, "username=app", "password=hunter2"));

    assertThat(report.toString())
        .contains("A password is configured; ignoring it, and sending the IAM token.")
        .doesNotContain("hunter2");
  }

  @Test
  void writesNoControlCharacters() {
    run("doctor", "--offline", "--properties-file", "no\u001b[2Jwhere");

    assertThat(report.toString()).contains("no [2Jwhere");
  }

  @Test
  void saysWhatFailedInALine() {
    Throwable noClass = new NoClassDefFoundError("org/slf4j/Logger");
    Throwable secret = new IllegalStateException("hunter2");

    assertThat(
            IamHikariCommand.failed(
                new PrintWriter(errors, true), new InvocationTargetException(noClass)))
        .isEqualTo(2);
    assertThat(IamHikariCommand.failed(new PrintWriter(errors, true), secret)).isEqualTo(2);

    assertThat(errors.toString().lines())
        .containsExactly(
            "The command failed: java.lang.NoClassDefFoundError: org/slf4j/Logger",
            "The command failed: java.lang.IllegalStateException");
  }

  @Test
  void namesTheOptionOfAJarThatIsNoDriver() throws Exception {
    Path other = jarOf(picocli.CommandLine.class);
    assertThat(run("doctor", "--url", URL, "--driver", file("no jar"))).isEqualTo(2);
    assertThat(run("doctor", "--url", URL, "--driver", other.toString())).isEqualTo(2);

    assertThat(report.toString())
        .contains("--driver is not a readable jar file")
        .contains("the jar given by --driver has no driver for this URL");
  }

  @Test
  void saysWhatItIsAndHowToUseIt() {
    assertThat(run("--version")).isZero();
    assertThat(run("doctor", "--help")).isZero();

    assertThat(report.toString())
        .startsWith("iam-hikari ")
        .contains("--properties-file", "1   the login succeeds, with warnings");
  }

  @Test
  void loadsTheDriverThatIsNamedBesideThisLibrary() throws Exception {
    Path driver = Files.copy(jarOf(org.postgresql.Driver.class), folder.resolve("postgresql.jar"));
    Path wrapped = Files.copy(jarOf(picocli.CommandLine.class), folder.resolve("wrapped.jar"));
    try (var loader =
        IamHikariCommand.loaderWithDriver("doctor", "--url", URL, "--driver", driver.toString())
            .orElseThrow()) {
      assertThat(loader.loadClass("org.postgresql.Driver").getClassLoader()).isSameAs(loader);
      assertThat(loader.loadClass(IamHikariCommand.class.getName()).getClassLoader())
          .isSameAs(loader);
      assertThat(loader.getURLs()).endsWith(driver.toUri().toURL(), wrapped.toUri().toURL());
    }
    assertThat(IamHikariCommand.loaderWithDriver("doctor", "--url", URL)).isEmpty();
    assertThat(IamHikariCommand.loaderWithDriver("doctor", "--url", "jdbc:db2:x")).isEmpty();
  }

  private static Path jarOf(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private int run(String... arguments) {
    return IamHikariCommand.run(
        new PrintWriter(report, true), new PrintWriter(errors, true), arguments);
  }

  private String file(String... lines) throws IOException {
    return Files.write(folder.resolve("hikari.properties"), List.of(lines)).toString();
  }
}
