package io.github.iamhikari;

import io.github.iamhikari.core.IamSettings;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.AbstractBeanFactory;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

/**
 * Explains why a pool prevents an application from starting: an invalid setting, no AWS
 * credentials, or a rejected login. Spring Boot prints the explanation instead of a stack trace.
 */
final class LoginFailureAnalyzer implements FailureAnalyzer {

  private static final String OURS = IamHikariDataSource.class.getPackageName() + ".";

  /** Splits the message about a setting into problem and remedy; {@link #LOGIN} that of a login. */
  private static final Pattern SETTING = Pattern.compile("(?<what>.*?); (?<remedy>.*)");

  private static final Pattern LOGIN =
      Pattern.compile("(?<what>.*?)\\. (?<remedy>(?:Add|Check|Give|Grant|Make|Set|Use) .*)");

  private static final String ANOTHER_REMEDY =
      "Restart with --debug to see the causes, and look up the message in iam-hikari's"
          + " docs/troubleshooting.md.";

  private static final Set<String> SETTINGS =
      Set.of(
          IamSettings.HOST,
          IamSettings.DEFAULT_PORT,
          IamSettings.REGION,
          IamSettings.EXPIRATION,
          IamSettings.AWS_PROFILE,
          IamSettings.ROLE_ARN,
          IamSettings.ROLE_SESSION_NAME,
          IamSettings.ROLE_EXTERNAL_ID,
          IamSettings.VERIFY_WRITER);

  private final @Nullable BeanFactory beans;

  /** Called by Spring Boot, with null if there is no context yet. */
  LoginFailureAnalyzer(@Nullable BeanFactory beans) {
    this.beans = beans;
  }

  @Override
  public @Nullable FailureAnalysis analyze(Throwable failure) {
    if (has(failure, cause -> cause instanceof BindException)) {
      return null; // Boot itself names the property and where it is set
    }
    return analysisOf(failure).or(() -> analysisOfHidden(failure)).orElse(null);
  }

  /** Explains a failure of Hibernate, which only logs why it got no connection and fails later. */
  private Optional<FailureAnalysis> analysisOfHidden(Throwable failure) {
    if (!has(failure, cause -> cause.getClass().getName().startsWith("org.hibernate."))) {
      return Optional.empty();
    }
    return failureOfAPool()
        .flatMap(LoginFailureAnalyzer::analysisOf)
        .map(
            hidden ->
                new FailureAnalysis(
                    String.format(
                        Locale.ROOT,
                        "%s%n%nThen the application failed: %s",
                        hidden.getDescription(),
                        sentence(RootCause.of(failure))),
                    hidden.getAction(),
                    failure));
  }

  /** Asks the post-processor, which outlives the beans. */
  private Optional<Exception> failureOfAPool() {
    return beans instanceof AbstractBeanFactory factory
        ? factory.getBeanPostProcessors().stream()
            .filter(PoolBeanPostProcessor.class::isInstance)
            .findFirst()
            .flatMap(pools -> ((PoolBeanPostProcessor) pools).failure())
        : Optional.empty();
  }

  private static Optional<FailureAnalysis> analysisOf(Throwable failure) {
    return causes(failure)
        .filter(LoginFailureAnalyzer::isOurs)
        .findFirst()
        .map(LoginFailureAnalyzer::analysis);
  }

  /** {@return whether this library created the exception} */
  private static boolean isOurs(Throwable failure) {
    StackTraceElement[] trace = failure.getStackTrace();
    return trace.length > 0
        && trace[0].getClassName().startsWith(OURS)
        && failure.getMessage() != null
        && (failure instanceof SQLException || failure instanceof IllegalArgumentException);
  }

  private static boolean has(Throwable failure, Predicate<Throwable> kind) {
    return causes(failure).anyMatch(kind);
  }

  private static Stream<Throwable> causes(Throwable failure) {
    return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
  }

  private static FailureAnalysis analysis(Throwable ours) {
    String message = String.valueOf(ours.getMessage());
    Matcher parts = (ours instanceof SQLException ? LOGIN : SETTING).matcher(message);
    return parts.matches()
        ? new FailureAnalysis(sentence(parts.group("what")), action(parts.group("remedy")), ours)
        : new FailureAnalysis(sentence(message), ANOTHER_REMEDY, ours);
  }

  private static String action(String remedy) {
    String action = sentence(Character.toUpperCase(remedy.charAt(0)) + remedy.substring(1));
    return SETTINGS.stream().anyMatch(remedy::contains)
        ? String.format(
            Locale.ROOT,
            "%s%n%nIn Spring Boot, set pool properties under spring.datasource.hikari.",
            action)
        : action;
  }

  /** Adds a full stop. The first word may be the name of a property or a pool and is kept. */
  private static String sentence(String text) {
    return text.matches("(?s).*[.?!]") ? text : text + ".";
  }
}
