package io.github.iamhikari;

import io.github.iamhikari.core.IamDoctor;
import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Status;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a doctor finds wrong with a pool whose logins fail, for a health probe: that does not wait
 * for the end of an examination, and sets off few of them. Safe for use by several threads.
 */
final class PoolDoctor {

  /** How long a probe waits; Kubernetes gives one a second. */
  private static final Duration PATIENCE = Duration.ofMillis(250);

  private static final long SHORTEST_INTERVAL = TimeUnit.MINUTES.toNanos(1);

  private final Duration patience;
  private final Executor threads;
  private final LongSupplier nanoTime;

  private Map<String, String> lastResult = Map.of();
  private @Nullable CompletableFuture<Map<String, String>> latest;
  private boolean hasRecovered = true;
  private long troubleSince;
  private long examinedAt;

  /** Examines on a thread that lives as long as an examination. */
  PoolDoctor() {
    this(PATIENCE, PoolDoctor::startThread, System::nanoTime);
  }

  PoolDoctor(Duration patience, Executor threads, LongSupplier nanoTime) {
    this.patience = patience;
    this.threads = threads;
    this.nanoTime = nanoTime;
  }

  private static void startThread(Runnable examination) {
    Thread thread = new Thread(examination, "iam-doctor");
    thread.setDaemon(true);
    thread.start();
  }

  /** The next trouble is one of its own. */
  synchronized void recovered() {
    hasRecovered = true;
  }

  /**
   * What is wrong now or was so shortly ago, by the steps' titles: {@code failed: ...}. Empty if
   * there is nothing, or if that is not known yet.
   *
   * @param examination finds out, if one is due
   */
  Map<String, String> findings(Supplier<IamDoctor.Report> examination) {
    try {
      Map<String, String> result =
          latest(examination).get(patience.toMillis(), TimeUnit.MILLISECONDS);
      synchronized (this) {
        lastResult = result;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException e) {
      // it is shown to a later probe, or does not work
    }
    synchronized (this) {
      return lastResult;
    }
  }

  /**
   * Each is after twice the time, since MySQL blocks who connects too often and does not log in.
   */
  private synchronized CompletableFuture<Map<String, String>> latest(
      Supplier<IamDoctor.Report> examination) {
    long now = nanoTime.getAsLong();
    CompletableFuture<Map<String, String>> current = latest;
    long interval = hasRecovered ? 0 : examinedAt - troubleSince;
    if (current != null
        && (!current.isDone() || now - examinedAt < Math.max(SHORTEST_INTERVAL, interval))) {
      return current;
    }
    troubleSince = hasRecovered ? now : troubleSince;
    hasRecovered = false;
    examinedAt = now;
    CompletableFuture<Map<String, String>> next =
        CompletableFuture.supplyAsync(() -> wrong(examination.get()), threads);
    latest = next;
    return next;
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
