package io.github.iamhikari;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ParseResult;

/**
 * The command line of the jar that holds all: {@code java -jar iam-hikari-all.jar doctor --url
 * jdbc:... --user app}.
 */
@Command(
    name = "iam-hikari",
    mixinStandardHelpOptions = true,
    versionProvider = IamHikariCommand.Version.class,
    description = "Diagnoses AWS IAM logins to Amazon RDS, Aurora and Aurora DSQL.",
    subcommands = DoctorCommand.class)
final class IamHikariCommand {

  /** Of a command that cannot be read, and after a fault of this library. */
  private static final int FAILED = 2;

  private IamHikariCommand() {}

  /**
   * Runs a command, and ends the JVM.
   *
   * @param arguments none for a list of the commands
   */
  public static void main(String... arguments) {
    if (System.getProperty("slf4j.internal.verbosity") == null) {
      System.setProperty("slf4j.internal.verbosity", "ERROR"); // that nobody reads the log is meant
    }
    PrintStream report = System.out;
    System.setOut(System.err); // for whatever a driver prints or logs
    int status;
    try {
      status = runWithDriver(arguments, report);
    } catch (Throwable e) { // of the class loader
      status = failed(new PrintWriter(System.err, true, UTF_8), e);
    }
    System.exit(status);
  }

  /** In a class loader that has the driver beside this library, where the class path has none. */
  private static int runWithDriver(String[] arguments, PrintStream report)
      throws ReflectiveOperationException {
    Optional<URLClassLoader> found = loaderWithDriver(arguments);
    if (found.isEmpty()) {
      return run(arguments, report);
    }
    Thread.currentThread().setContextClassLoader(found.get()); // up to the end of the JVM
    Method run =
        found
            .get()
            .loadClass(IamHikariCommand.class.getName())
            .getDeclaredMethod("run", String[].class, PrintStream.class);
    run.setAccessible(true);
    return (int) run.invoke(null, arguments, report);
  }

  /** Empty where the command needs none. */
  static Optional<URLClassLoader> loaderWithDriver(String... arguments) {
    try {
      ParseResult parsed = commandLine().parseArgs(arguments);
      return parsed.hasSubcommand()
              && parsed.subcommand().commandSpec().userObject() instanceof DoctorCommand doctor
          ? DriverJar.loader(doctor)
          : Optional.empty();
    } catch (CommandLine.ParameterException e) {
      return Optional.empty(); // which is said when it runs
    }
  }

  private static int run(String[] arguments, PrintStream report) {
    return run(
        new PrintWriter(report, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments);
  }

  /**
   * {@return the status with which the program is to end}
   *
   * @param report what was asked for is written there, and nothing else
   */
  static int run(PrintWriter report, PrintWriter errors, String... arguments) {
    try {
      return commandLine()
          .setOut(report)
          .setErr(errors)
          .setParameterExceptionHandler(new UnreadableCommand())
          .setExecutionExceptionHandler((e, command, parsed) -> failed(errors, e))
          .execute(arguments);
    } catch (Throwable e) { // such as a class that the driver lacks
      return failed(errors, e);
    }
  }

  /** Says what happened in a line, without what a message may hold. */
  static int failed(PrintWriter errors, Throwable thrown) {
    Throwable e = thrown;
    while (e instanceof InvocationTargetException && e.getCause() != null) {
      e = e.getCause();
    }
    boolean namesClass = e instanceof ClassNotFoundException || e instanceof NoClassDefFoundError;
    errors.println(
        "The command failed: "
            + e.getClass().getName()
            + (namesClass ? ": " + e.getMessage() : ""));
    return FAILED;
  }

  private static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new IamHikariCommand());
    commandLine.setExpandAtFiles(false); // a name may begin with @
    commandLine.getSubcommands().values().forEach(IamHikariCommand::setExitCodes);
    setExitCodes(commandLine);
    return commandLine;
  }

  private static void setExitCodes(CommandLine command) {
    command.getCommandSpec().exitCodeOnInvalidInput(FAILED).exitCodeOnExecutionException(FAILED);
  }

  /** That of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = IamHikariCommand.class.getPackage().getImplementationVersion();
      return new String[] {"iam-hikari " + (version == null ? "in development" : version)};
    }
  }
}
