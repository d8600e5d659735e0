package io.github.iamhikari.localrds.junit;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Reads every log line of a test run, and fails the test class in which one contains a token, or
 * the secret of an access key of {@link io.github.iamhikari.localrds.AccessKey#random()}. An
 * extension that JUnit finds as a service, and an appender of Logback.
 */
public final class SecretsInLogs extends AppenderBase<ILoggingEvent> implements AfterAllCallback {

  /** Every token has this parameter, and no other log line does. */
  private static final Pattern TOKEN = Pattern.compile("X-Amz-Signature=");

  /** The secrets of local-rds' access keys begin like this. */
  private static final Pattern SECRET = Pattern.compile("localrds[0-9a-f]{32}");

  private static final Queue<String> linesWithSecrets = new ConcurrentLinkedQueue<>();

  /** An instance for JUnit or for Logback, which create one each. */
  public SecretsInLogs() {}

  @Override
  public void start() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    super.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    String line = event.getFormattedMessage();
    if (event.getThrowableProxy() != null) {
      line += ThrowableProxyUtil.asString(event.getThrowableProxy());
    }
    if (TOKEN.matcher(line).find() || (isOurs(event) && SECRET.matcher(line).find())) {
      linesWithSecrets.add(event.toString());
    }
  }

  /**
   * Whether the line counts. Lines below INFO of the AWS SDK and the JDK's HTTP client do not; they
   * log their own requests.
   *
   * @param event the log line
   * @return false for such a line
   */
  public static boolean isOurs(ILoggingEvent event) {
    String logger = event.getLoggerName();
    boolean isOfOthers = logger.startsWith("software.amazon.") || logger.startsWith("sun.net.");
    return !isOfOthers || event.getLevel().isGreaterOrEqual(Level.INFO);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    assertThat(takeLinesWithSecrets()).as("log lines with a secret").isEmpty();
  }

  /**
   * Takes the lines that were found since the last call.
   *
   * @return the lines, oldest first
   */
  public static Queue<String> takeLinesWithSecrets() {
    Queue<String> lines = new ConcurrentLinkedQueue<>(linesWithSecrets);
    linesWithSecrets.clear();
    return lines;
  }
}
