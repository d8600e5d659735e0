package io.github.iamhikari.core;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.iamhikari.localrds.TestClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * Many threads at once, as with several pools or an application that opens connections itself; on
 * Java 21 and later on virtual threads, too, of which none may be pinned to its carrier.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrentLoginsTest {

  enum Threads {
    PLATFORM,
    VIRTUAL;

    ExecutorService start() throws ReflectiveOperationException {
      if (this == PLATFORM) {
        return Executors.newCachedThreadPool();
      }
      assumeTrue(Runtime.version().feature() >= 21, "Virtual threads came with Java 21");
      return (ExecutorService)
          Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
  }

  private interface Logins {
    void run(ExecutorService threads) throws Exception;
  }

  /** A virtual thread that waits in here is pinned, whatever the Java. */
  private static final class PinnedInItsInitializer {
    private static final long WAITED = 1_000_000;

    static {
      LockSupport.parkNanos(WAITED);
    }

    private static long touched() {
      return System.nanoTime();
    }
  }

  @TempDir private Path folder;

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private final AtomicInteger signings = new AtomicInteger();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger refusals = new AtomicInteger();
  private final Queue<Thread> callers = new ConcurrentLinkedQueue<>();
  private final CountDownLatch held = new CountDownLatch(1);
  private volatile CountDownLatch release = new CountDownLatch(0);
  private volatile boolean failing;
  private volatile String keyId = "AKIAFIRST";
  private volatile String revoked = "none";

  private final IamDataSource dataSource =
      IamDataSource.builder()
          .jdbcUrl("jdbc:postgresql://db.c9akciq32rgb.us-east-2.rds.amazonaws.com/app")
          .user("app")
          .awsCredentialsProvider(this::resolveCredentials)
          .driver((url, properties) -> new StubDriver(this::enter))
          .clock(time, time::nanoTime)
          .build();

  @ParameterizedTest
  @EnumSource
  void signsOnceForAThousandThreadsOnAnExpiredToken(Threads kind) throws Exception {
    dataSource.getConnection().close();
    time.advance(Duration.ofSeconds(870));
    release = new CountDownLatch(1);

    unpinned(
        kind,
        threads -> {
          List<Future<Void>> results = submit(1_000, threads, this::login);
          awaitThatAllWait(1_000);
          release.countDown();
          awaitAll(results);
        });

    assertThat(signings).hasValue(2);
    assertThat(logins).hasValue(1_001);
  }

  @ParameterizedTest
  @EnumSource
  void replacesARevokedTokenOnceForTwoHundredThreads(Threads kind) throws Exception {
    dataSource.getConnection().close();
    keyId = "AKIASECOND";
    revoked = "AKIAFIRST";
    release = new CountDownLatch(1);

    unpinned(
        kind,
        threads -> {
          List<Future<Void>> results = submit(200, threads, this::login);
          awaitThatAllWait(200);
          release.countDown();
          awaitAll(results);
        });

    assertThat(refusals).hasValueBetween(1, 200);
    assertThat(signings).hasValue(2);
    assertThat(logins).hasValue(201);
  }

  @Test
  void holdsNoMonitor() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      assertThat(files.filter(Files::isRegularFile))
          .hasSizeGreaterThan(50)
          .noneMatch(file -> codeOf(file).contains("synchronized "));
    }
  }

  private static String codeOf(Path file) {
    try {
      return Files.readString(file).replaceAll("(?s)/\\*.*?\\*/|//[^\n]*", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void seesAThreadThatIsPinned() throws Exception {
    try (Recording recording = new Recording()) {
      recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
      ExecutorService threads = Threads.VIRTUAL.start();
      recording.start();
      try {
        Future<Long> touched = threads.submit(PinnedInItsInitializer::touched);
        assertThat(touched.get(60, SECONDS)).isNotNull();
      } finally {
        threads.shutdown();
        assertThat(threads.awaitTermination(60, SECONDS)).isTrue();
      }
      assertThat(pinnedFrames(recording)).isNotEmpty();
    }
  }

  /** Runs these, and fails if a thread was pinned meanwhile with a frame of ours. */
  private void unpinned(Threads kind, Logins work) throws Exception {
    ExecutorService threads = kind.start();
    try (Recording recording = new Recording()) {
      if (kind == Threads.VIRTUAL) {
        recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ZERO);
      }
      recording.start();
      try {
        work.run(threads);
      } finally {
        release.countDown();
        threads.shutdown();
        assertThat(threads.awaitTermination(60, SECONDS)).isTrue();
      }
      assertThat(pinnedFrames(recording)).isEmpty();
    }
  }

  /** The frames of ours in which a thread was pinned; those of these tests are among them. */
  private List<String> pinnedFrames(Recording recording) throws Exception {
    recording.stop();
    Path file = folder.resolve("pinned.jfr");
    recording.dump(file);
    List<String> frames = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
      if (event.getStackTrace() != null) {
        event.getStackTrace().getFrames().stream()
            .filter(frame -> frame.getMethod().getType().getName().startsWith("io.github.iamh"))
            .map(frame -> frame.getMethod().getType().getName() + ":" + frame.getLineNumber())
            .forEach(frames::add);
      }
    }
    return frames;
  }

  private List<Future<Void>> submit(int count, ExecutorService threads, Callable<Void> task) {
    List<Future<Void>> results = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      results.add(
          threads.submit(
              () -> {
                callers.add(Thread.currentThread());
                return task.call();
              }));
    }
    return results;
  }

  private Void login() throws SQLException {
    dataSource.getConnection().close();
    return null;
  }

  private static void awaitAll(List<Future<Void>> results) throws Exception {
    for (Future<Void> result : results) {
      result.get(60, SECONDS);
    }
  }

  /** All of them, for the outcome of one signing. */
  private void awaitThatAllWait(int count) throws InterruptedException {
    assertThat(held.await(60, SECONDS)).isTrue();
    while (callers.size() < count || !callers.stream().allMatch(ConcurrentLoginsTest::waits)) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static boolean waits(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        || thread.getState() == Thread.State.TIMED_WAITING;
  }

  private AwsCredentials resolveCredentials() {
    signings.incrementAndGet();
    try {
      if (release.getCount() > 0) {
        held.countDown();
        release.await();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    if (failing) {
      throw new IllegalStateException("the metadata service is down");
    }
    return AwsBasicCredentials.create(keyId, "secret");
  }

  private void enter(String user, String password) throws SQLException {
    if (password.contains(revoked)) {
      refusals.incrementAndGet();
      throw new SQLException("FATAL: PAM authentication failed for user \"app\"", "28000");
    }
    logins.incrementAndGet();
  }
}
