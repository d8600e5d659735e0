package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Reads every log line of a test run, at TRACE, and fails the test class after which one has held a
 * token. JUnit finds it as a service.
 */
public final class SecretsInLogs extends AppenderBase<ILoggingEvent> implements AfterAllCallback {

  /** Each token has this parameter, and nothing else that is ever logged has it. */
  private static final String OF_A_TOKEN = "X-Amz-Signature=";

  private static final Queue<String> linesWithSecrets = new ConcurrentLinkedQueue<>();

  @Override
  public void start() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    super.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    boolean found = event.getFormattedMessage().contains(OF_A_TOKEN);
    if (event.getThrowableProxy() != null) {
      found |= ThrowableProxyUtil.asString(event.getThrowableProxy()).contains(OF_A_TOKEN);
    }
    if (found) {
      linesWithSecrets.add(event.toString());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    assertThat(takeLinesWithSecrets()).as("log lines with a token").isEmpty();
  }

  /** The lines that were found since this was last called. */
  public static Queue<String> takeLinesWithSecrets() {
    Queue<String> lines = new ConcurrentLinkedQueue<>(linesWithSecrets);
    linesWithSecrets.clear();
    return lines;
  }
}
