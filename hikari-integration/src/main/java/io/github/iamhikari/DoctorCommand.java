package io.github.iamhikari;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDoctor;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Diagnoses a login and prints the report. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = IamHikariCommand.Version.class,
    description = "Checks a login step by step and reports what is wrong.",
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:the login succeeds",
      "1:the login succeeds, with warnings",
      "2:the login fails, or the command is invalid"
    })
final class DoctorCommand implements Callable<Integer> {

  private static final String OURS = "jdbc:iam:";
  private static final String DATA_SOURCE_PREFIX = "dataSource.";

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "<jdbc-url>",
      description = "JDBC URL, such as jdbc:postgresql://host:port/database")
  private @Nullable String url;

  @Option(names = "--user", paramLabel = "<user>", description = "database user")
  private @Nullable String user;

  @Option(
      names = "--property",
      paramLabel = "<name=value>",
      description = "iam_* setting or driver property; may be repeated")
  private Map<String, String> properties = new LinkedHashMap<>();

  @Option(
      names = "--properties-file",
      paramLabel = "<file>",
      description = "HikariCP properties file; the other options override it")
  private @Nullable String propertiesFile;

  @Option(
      names = "--driver",
      paramLabel = "<jar>",
      description = "JDBC driver, if it is neither on the class path nor next to this jar")
  private @Nullable Path driver;

  @Option(names = "--json", description = "write the report as JSON")
  private boolean isJson;

  @Option(names = "--offline", description = "contact AWS only for credentials")
  private boolean isOffline;

  private @Nullable Properties fileProperties;

  @Override
  public Integer call() {
    IamDoctor.Report report = examine();
    PrintWriter out = requireNonNull(spec).commandLine().getOut();
    out.print(isJson ? report.toJson() : report);
    out.flush();
    return report.exitCode();
  }

  private IamDoctor.Report examine() {
    if (url == null && propertiesFile == null) {
      CommandSpec command = requireNonNull(spec);
      throw new MissingParameterException(
          command.commandLine(),
          List.of(command.findOption("--url"), command.findOption("--properties-file")),
          "Missing option");
    }
    IamDoctor doctor;
    try {
      doctor = doctor();
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return wrongSettings(String.valueOf(e.getMessage()));
    }
    return (isOffline ? doctor.offline() : doctor).examine();
  }

  private IamDoctor doctor() {
    DriverJar.fault(this)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(fault);
            });
    HikariConfig config = config();
    return IamDoctor.of(LoginConfig.logins(config, null, config.getPassword() != null));
  }

  private static IamDoctor.Report wrongSettings(String why) {
    String printable = why.replaceAll("\\p{Cc}", " ");
    return new IamDoctor.Report(
        List.of(
            new IamDoctor.Finding(
                IamDoctor.Step.SETTINGS, IamDoctor.Status.FAILED, printable, "")));
  }

  /** {@return the configuration of a pool with these options} */
  private HikariConfig config() {
    HikariConfig config = PoolProperties.config(ofTheFile());
    if (url != null) {
      config.setJdbcUrl(url);
    }
    if (user != null) {
      config.setUsername(user);
    }
    properties.forEach((name, value) -> config.addDataSourceProperty(bare(name), value));
    if (config.getPoolName() == null) {
      config.setPoolName("doctor");
    }
    return config;
  }

  /** {@return the value of --driver, if any} */
  Optional<Path> driver() {
    return Optional.ofNullable(driver);
  }

  /** {@return the URL that the driver must accept, if known} */
  Optional<String> url() {
    String configured = url == null ? ofTheFile("jdbcUrl") : url;
    return Optional.ofNullable(configured).map(DoctorCommand::ofTheDriver);
  }

  /** {@return the configured class of the driver, if any} */
  Optional<String> className() {
    String dataSource = ofTheFile("dataSourceClassName");
    return Optional.ofNullable(dataSource == null ? ofTheFile("driverClassName") : dataSource);
  }

  private @Nullable String ofTheFile(String name) {
    try {
      return ofTheFile().getProperty(name);
    } catch (IllegalArgumentException | UncheckedIOException e) {
      return null; // reported by the examination
    }
  }

  /** {@return the properties in the file, which is read once; empty without a file} */
  private Properties ofTheFile() {
    Properties read = fileProperties;
    if (read == null) {
      read = propertiesFile == null ? new Properties() : PoolProperties.read(propertiesFile);
      fileProperties = read;
    }
    return read;
  }

  /** Removes the prefix of this library's own driver. */
  private static String ofTheDriver(String url) {
    return url.startsWith(OURS) ? "jdbc:" + url.substring(OURS.length()) : url;
  }

  private static String bare(String name) {
    return name.startsWith(DATA_SOURCE_PREFIX) ? name.substring(DATA_SOURCE_PREFIX.length()) : name;
  }
}
