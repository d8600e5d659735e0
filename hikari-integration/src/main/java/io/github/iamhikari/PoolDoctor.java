package io.github.iamhikari;

import io.github.iamhikari.core.IamDoctor;
import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a doctor finds wrong with a pool whose logins fail, for a health probe: that waits for no
 * examination, and sets off few of them. Safe for use by several threads.
 */
final class PoolDoctor {

  private static final Logger logger = LoggerFactory.getLogger(IamHikariDataSource.class);

  private static final long SHORTEST_INTERVAL = TimeUnit.MINUTES.toNanos(1);

  private final Executor threads;
  private final LongSupplier nanoTime;

  private Map<String, String> findings = Map.of();
  private boolean isExamining;
  private boolean isNewTrouble = true;
  private long troubleSince;
  private long examinedAt;
  private long dueAt;

  /** One that examines on a thread which lives as long as an examination. */
  PoolDoctor() {
    this(PoolDoctor::startThread, System::nanoTime);
  }

  PoolDoctor(Executor threads, LongSupplier nanoTime) {
    this.threads = threads;
    this.nanoTime = nanoTime;
    this.dueAt = nanoTime.getAsLong();
  }

  private static void startThread(Runnable examination) {
    Thread thread = new Thread(examination, "iam-doctor");
    thread.setDaemon(true);
    thread.start();
  }

  /** The next trouble is one of its own. */
  synchronized void recovered() {
    if (!isNewTrouble) {
      isNewTrouble = true;
      dueAt = examinedAt + SHORTEST_INTERVAL;
    }
  }

  /**
   * What the last examination found wrong, by the steps' titles: {@code failed: ...}. Empty if
   * there is nothing, or if that is not known yet.
   *
   * @param examination finds out, if that is due: once a minute at most, and each time after twice
   *     the time, since MySQL blocks who connects again and again and does not log in
   */
  synchronized Map<String, String> findings(Supplier<IamDoctor.Report> examination) {
    long now = nanoTime.getAsLong();
    if (!isExamining && now - dueAt >= 0) {
      troubleSince = isNewTrouble ? now : troubleSince;
      examinedAt = now;
      dueAt = now + Math.max(SHORTEST_INTERVAL, now - troubleSince);
      isNewTrouble = false;
      isExamining = true;
      start(() -> examine(examination));
    }
    return findings;
  }

  private synchronized void start(Runnable examination) {
    try {
      threads.execute(examination);
    } catch (RuntimeException | Error e) { // no thread can be started
      isExamining = false;
      logger.debug("Failed to examine a pool", e);
    }
  }

  private void examine(Supplier<IamDoctor.Report> examination) {
    Map<String, String> found = Map.of();
    try {
      found = wrong(examination.get());
    } catch (RuntimeException | Error e) {
      logger.debug("Failed to examine a pool", e);
    } finally {
      synchronized (this) {
        findings = found;
        isExamining = false;
      }
    }
  }

  private static Map<String, String> wrong(IamDoctor.Report report) {
    Map<String, String> wrong = new LinkedHashMap<>();
    for (Finding finding : report.findings()) {
      if (finding.status() == Status.WARNING || finding.status() == Status.FAILED) {
        String status = finding.status() == Status.FAILED ? "failed: " : "warning: ";
        String advice = finding.advice().isEmpty() ? "" : ". " + finding.advice();
        wrong.merge(
            finding.step().toString(),
            status + finding.seen() + advice,
            (one, other) -> one + " " + other);
      }
    }
    return wrong;
  }
}
