package io.github.iamhikari;

import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * Explains an application that does not start because of a pool: a setting is wrong, no token can
 * be signed, or the server refuses the login. Spring Boot prints that instead of a stack trace.
 */
final class LoginFailureAnalyzer implements FailureAnalyzer {

  private static final String OURS = IamHikariDataSource.class.getPackageName() + ".";

  /** Where the remedy begins in a message about a setting, and in one about a login. */
  private static final Pattern SETTING = Pattern.compile("(?<what>.*?); (?<remedy>.*)");

  private static final Pattern LOGIN =
      Pattern.compile("(?<what>.*?)\\. (?<remedy>(?:Check|Set|Give) .*)");

  private static final String ANOTHER_REMEDY =
      "Start it with --debug to see the causes, and look the message up in iam-hikari's"
          + " docs/troubleshooting.md.";

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException) {
        return null; // Boot itself says which property it is, and where it stands
      }
      String message = cause.getMessage();
      if (message != null && isOurs(cause)) {
        Pattern parts = cause instanceof SQLException ? LOGIN : SETTING;
        return analysis(message, parts.matcher(message), cause);
      }
    }
    return null;
  }

  /** Whether this library has made it. */
  private static boolean isOurs(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return trace.length > 0
        && trace[0].getClassName().startsWith(OURS)
        && (failure instanceof SQLException || failure instanceof IllegalArgumentException);
  }

  private static FailureAnalysis analysis(String message, Matcher parts, Throwable cause) {
    return parts.matches()
        ? new FailureAnalysis(sentence(parts.group("what")), sentence(parts.group("remedy")), cause)
        : new FailureAnalysis(sentence(message), ANOTHER_REMEDY, cause);
  }

  private static String sentence(String text) {
    String end = text.matches("(?s).*[.?!]") ? "" : ".";
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + end;
  }
}
