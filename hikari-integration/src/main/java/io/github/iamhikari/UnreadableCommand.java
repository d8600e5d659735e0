package io.github.iamhikari;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reports what is wrong with a command without repeating its values, which may be secrets. */
final class UnreadableCommand implements IParameterExceptionHandler {

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter errors = command.getErr();
    errors.println(mistake(e));
    command.usage(errors);
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static String mistake(ParameterException e) {
    if (e instanceof MissingParameterException missing) {
      return "Missing option or value: " + names(missing.getMissing());
    }
    if (e instanceof OverwrittenOptionException overwritten) {
      return "Option given more than once: " + names(List.of(overwritten.getOverwritten()));
    }
    if (e instanceof UnmatchedArgumentException unmatched) {
      return unknown(unmatched.getUnmatched());
    }
    return e.getArgSpec() == null
        ? "The command is incomplete or invalid"
        : "Invalid value for option: " + names(List.of(e.getArgSpec()));
  }

  /** Names only the first option, because the next word may be its value. */
  private static String unknown(List<String> words) {
    return words.stream()
        .map(word -> word.replaceFirst("=.*", ""))
        .filter(word -> word.matches("--[A-Za-z-]+"))
        .findFirst()
        .map(option -> "Unknown option: " + option)
        .orElse("Unknown command, or a value without an option");
  }

  private static String names(List<ArgSpec> arguments) {
    return arguments.stream()
        .map(
            argument ->
                argument instanceof OptionSpec option
                    ? option.longestName()
                    : argument.paramLabel())
        .collect(Collectors.joining(" or "));
  }
}
