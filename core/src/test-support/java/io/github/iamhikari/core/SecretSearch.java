package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test whose secrets stand in a log line, at any level. The AWS SDK and the JDK's HTTP client
 * write secrets of theirs below INFO; their lines are searched from INFO on.
 */
public final class SecretSearch extends AppenderBase<ILoggingEvent>
    implements BeforeEachCallback, AfterEachCallback {

  private final Queue<String> lines = new ConcurrentLinkedQueue<>();
  private final List<Supplier<Collection<String>>> secrets = new CopyOnWriteArrayList<>();

  /** Looks for these, as they are when it looks. */
  public void add(Supplier<Collection<String>> more) {
    secrets.add(more);
  }

  /** Fails if a secret stands in an exception, or in one that hangs on it. */
  public void assertNoneIn(Throwable failure) {
    assertNoneIn(textOf(failure));
  }

  /** Fails if a secret stands in a text. */
  public void assertNoneIn(String text) {
    assertThat(text).doesNotContain(all());
  }

  private List<String> all() {
    return secrets.stream().flatMap(some -> some.get().stream()).toList();
  }

  private static String textOf(Throwable failure) {
    StringWriter text = new StringWriter();
    PrintWriter writer = new PrintWriter(text);
    failure.printStackTrace(writer);
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      writer.println(cause.getMessage());
      if (cause instanceof SQLException exception) {
        exception.forEach(next -> next.printStackTrace(writer));
      }
    }
    return text.toString();
  }

  @Override
  protected void append(ILoggingEvent event) {
    String logger = event.getLoggerName();
    boolean isOfOthers = logger.startsWith("software.amazon.") || logger.startsWith("sun.net.");
    if (isOfOthers && !event.getLevel().isGreaterOrEqual(Level.INFO)) {
      return;
    }
    String stackTrace =
        event.getThrowableProxy() == null
            ? ""
            : ThrowableProxyUtil.asString(event.getThrowableProxy());
    lines.add(logger + " " + event.getFormattedMessage() + "\n" + stackTrace);
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
