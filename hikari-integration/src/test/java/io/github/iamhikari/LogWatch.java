package io.github.iamhikari;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;

/** The lines of one logger, from when it is made until it is closed. For one thread to read. */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger logger;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

  private LogWatch(Logger logger) {
    this.logger = logger;
  }

  static LogWatch of(String loggerName) {
    LogWatch watch = new LogWatch((Logger) LoggerFactory.getLogger(loggerName));
    watch.setContext(watch.logger.getLoggerContext());
    watch.start();
    watch.logger.addAppender(watch);
    return watch;
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
    lines.add(event.getFormattedMessage());
  }

  /** All lines so far of a level. */
  List<String> linesOf(Level level) {
    return events.stream()
        .filter(event -> event.getLevel().equals(level))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  /** Waits for a line that begins so; those before it are lost. */
  void awaitLine(String beginning, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (true) {
      String line = lines.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      if (line == null) {
        throw new AssertionError("no log line \"" + beginning + "...\"");
      }
      if (line.startsWith(beginning)) {
        return;
      }
    }
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    stop();
  }
}
