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
 * Diagnoses a pool whose logins fail, for a health probe. Examinations are rare and run in the
 * background, so a probe never waits for one. Instances are safe for use by multiple threads.
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

  /** Creates a doctor that starts a thread for each examination. */
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

  /** Records that the pool has recovered, so that the next failure counts as a new one. */
  synchronized void recovered() {
    if (!isNewTrouble) {
      isNewTrouble = true;
      dueAt = examinedAt + SHORTEST_INTERVAL;
    }
  }

  /**
   * Returns what the last examination found wrong, such as {@code failed: ...}, by the title of the
   * step. Empty if it found nothing or has not finished yet.
   *
   * @param examination is run if due: at most once a minute, and less often the longer the pool
   *     fails, because MySQL blocks hosts that connect repeatedly without logging in
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
    } catch (RuntimeException | Error e) { // the thread cannot be started
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
