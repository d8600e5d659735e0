package io.github.iamhikari.localrds.junit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test if one of its secrets appears in a log line, at any level. The AWS SDK and the JDK's
 * HTTP client log secrets below INFO; their lines are searched from INFO on. A JUnit extension for
 * a field with {@code @RegisterExtension}, and an appender of Logback.
 */
public final class SecretSearch extends AppenderBase<ILoggingEvent>
    implements BeforeEachCallback, AfterEachCallback {

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final List<Supplier<Collection<String>>> secrets = new CopyOnWriteArrayList<>();

  /** A search without secrets, until some are added. */
  public SecretSearch() {}

  /**
   * Adds secrets to search for.
   *
   * @param more asked when the test ends
   */
  public void add(Supplier<Collection<String>> more) {
    secrets.add(more);
  }

  /**
   * Fails if a secret appears in an exception, its causes or what is suppressed by it.
   *
   * @param failure the exception
   */
  public void assertNoneIn(Throwable failure) {
    assertNoneIn(textOf(failure));
  }

  /**
   * Fails if a secret appears in a text.
   *
   * @param text the text
   */
  public void assertNoneIn(String text) {
    assertThat(text).doesNotContain(all());
  }

  private List<String> all() {
    return secrets.stream().flatMap(some -> some.get().stream()).toList();
  }

  /**
   * Messages and stack traces of an exception, its causes and what is suppressed by it.
   *
   * @param failure the exception
   * @return the text
   */
  public static String textOf(Throwable failure) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> unread = new ArrayDeque<>(List.of(failure));
    while (!unread.isEmpty()) {
      Throwable next = unread.pop();
      if (seen.add(next)) {
        next.printStackTrace(writer);
        writer.println(next.getMessage());
        writer.println(next.getLocalizedMessage());
        Collections.addAll(unread, next.getSuppressed());
        Optional.ofNullable(next.getCause()).ifPresent(unread::add);
        if (next instanceof SQLException exception) {
          Optional.ofNullable(exception.getNextException()).ifPresent(unread::add);
        }
      }
    }
    return text.toString();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!SecretsInLogs.isOurs(event)) {
      return;
    }
    String stackTrace =
        event.getThrowableProxy() == null
            ? ""
            : ThrowableProxyUtil.asString(event.getThrowableProxy());
    lines.add(event.getLoggerName() + " " + event.getFormattedMessage() + "\n" + stackTrace);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    setContext(root().getLoggerContext());
    start();
    root().addAppender(this);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    root().detachAppender(this);
    stop();
    List<String> forbidden = all();
    assertThat(lines)
        .as("log lines with a secret")
        .noneMatch(line -> forbidden.stream().anyMatch(line::contains));
  }
}
