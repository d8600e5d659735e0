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
 * The command line of the all-in-one jar: {@code java -jar iam-hikari-all.jar doctor --url jdbc:...
 * --user app}.
 */
@Command(
    name = "iam-hikari",
    mixinStandardHelpOptions = true,
    versionProvider = IamHikariCommand.Version.class,
    description = "Diagnoses AWS IAM logins to Amazon RDS, Aurora and Aurora DSQL.",
    subcommands = DoctorCommand.class)
final class IamHikariCommand {

  /** The exit status for an invalid command or an internal error. */
  private static final int FAILED = 2;

  private IamHikariCommand() {}

  /**
   * Runs a command and exits the JVM.
   *
   * @param arguments if empty, prints the commands
   */
  public static void main(String... arguments) {
    if (System.getProperty("slf4j.internal.verbosity") == null) {
      System.setProperty("slf4j.internal.verbosity", "ERROR"); // having no logger is intended
    }
    PrintStream report = System.out;
    System.setOut(System.err); // for anything that a driver prints
    int status;
    try {
      status = runWithDriver(arguments, report);
    } catch (Throwable e) { // from the class loader
      status = failed(new PrintWriter(System.err, true, UTF_8), e);
    }
    System.exit(status);
  }

  /** Runs in a class loader that also has the driver, if the driver is not on the class path. */
  private static int runWithDriver(String[] arguments, PrintStream report)
      throws ReflectiveOperationException {
    Optional<URLClassLoader> found = loaderWithDriver(arguments);
    if (found.isEmpty()) {
      return run(arguments, report);
    }
    Thread.currentThread().setContextClassLoader(found.get()); // until the JVM exits
    Method run =
        found
            .get()
            .loadClass(IamHikariCommand.class.getName())
            .getDeclaredMethod("run", String[].class, PrintStream.class);
    run.setAccessible(true);
    return (int) run.invoke(null, arguments, report);
  }

  /** {@return a class loader with the driver; empty if the command needs none} */
  static Optional<URLClassLoader> loaderWithDriver(String... arguments) {
    try {
      ParseResult parsed = commandLine().parseArgs(arguments);
      return parsed.hasSubcommand()
              && parsed.subcommand().commandSpec().userObject() instanceof DoctorCommand doctor
          ? DriverJar.loader(doctor)
          : Optional.empty();
    } catch (CommandLine.ParameterException e) {
      return Optional.empty(); // reported when the command runs
    }
  }

  private static int run(String[] arguments, PrintStream report) {
    return run(
        new PrintWriter(report, true, UTF_8), new PrintWriter(System.err, true, UTF_8), arguments);
  }

  /**
   * {@return the exit status}
   *
   * @param report receives the command's result and nothing else
   */
  static int run(PrintWriter report, PrintWriter errors, String... arguments) {
    try {
      return commandLine()
          .setOut(report)
          .setErr(errors)
          .setParameterExceptionHandler(new UnreadableCommand())
          .setExecutionExceptionHandler((e, command, parsed) -> failed(errors, e))
          .execute(arguments);
    } catch (Throwable e) { // such as a missing class of the driver
      return failed(errors, e);
    }
  }

  /** Prints one line, without the exception's message, which may contain a secret. */
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
    commandLine.setExpandAtFiles(false); // a user name may start with @
    commandLine.getSubcommands().values().forEach(IamHikariCommand::setExitCodes);
    setExitCodes(commandLine);
    return commandLine;
  }

  private static void setExitCodes(CommandLine command) {
    command.getCommandSpec().exitCodeOnInvalidInput(FAILED).exitCodeOnExecutionException(FAILED);
  }

  /** The version of the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = IamHikariCommand.class.getPackage().getImplementationVersion();
      return new String[] {"iam-hikari " + (version == null ? "in development" : version)};
    }
  }
}
