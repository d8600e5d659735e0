package io.github.iamhikari;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.core.IamDoctor.Finding;
import io.github.iamhikari.core.IamDoctor.Report;
import io.github.iamhikari.core.IamDoctor.Status;
import io.github.iamhikari.core.IamDoctor.Step;
import io.github.iamhikari.localrds.AccessKey;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** How often a health probe has a pool examined, what it shows, and what is examined. */
class PoolDoctorTest {

  private final Deque<Runnable> threads = new ArrayDeque<>();
  private int examinations;
  private long nanos;

  private final PoolDoctor doctor = new PoolDoctor(threads::add, () -> nanos);

  @Test
  void showsWhatIsWrongAsSoonAsItIsKnownAndUntilSomethingElseIs() {
    assertThat(probe()).isEmpty();
    threads.remove().run();
    Map<String, String> first = probe();

    advance(Duration.ofMinutes(1));
    assertThat(probe()).isEqualTo(first);
    threads.remove().run();

    assertThat(first)
        .containsExactly(
            Map.entry("AWS credentials", "failed: none 1. Get some."),
            Map.entry("database", "warning: stopped failed: renamed"));
    assertThat(probe()).containsEntry("AWS credentials", "failed: none 2. Get some.");
  }

  @Test
  void examinesOnceAMinuteAtMostAndMoreAndMoreSeldom() {
    examineAtEachProbe(Duration.ofHours(24));
    assertThat(examinations).isEqualTo(12);

    doctor.recovered();
    advance(Duration.ofMinutes(1));
    examineAtEachProbe(Duration.ofMinutes(3));

    assertThat(examinations).isEqualTo(12 + 3);
  }

  @Test
  void survivesAnExaminationThatFails() {
    doctor.findings(
        () -> {
          throw new NoClassDefFoundError("no driver");
        });
    threads.remove().run();
    advance(Duration.ofMinutes(1));

    assertThat(probe()).isEmpty();
    assertThat(threads).hasSize(1);
  }

  @Test
  void survivesThatNoThreadCanBeStarted() {
    Deque<Error> refusals = new ArrayDeque<>(List.of(new OutOfMemoryError("no thread")));
    PoolDoctor refused =
        new PoolDoctor(
            examination -> {
              if (!refusals.isEmpty()) {
                throw refusals.remove();
              }
              threads.add(examination);
            },
            () -> nanos);

    assertThat(refused.findings(() -> new Report(List.of()))).isEmpty();
    advance(Duration.ofMinutes(1));
    refused.findings(() -> new Report(List.of()));
    assertThat(threads).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void seesWhatThePoolLogsInWith(boolean hasStarted) throws SQLException {
    AccessKey key = AccessKey.random();
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      pool.setJdbcUrl("jdbc:postgresql://localhost:5432/orders");
      pool.setUsername("app");
      pool.setIamHost("gone.c9akciq32rgb.us-east-2.rds.amazonaws.com");
      pool.setInitializationFailTimeout(-1);
      pool.setMinimumIdle(0);
      pool.setAwsCredentialsProvider(
          StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret())));
      if (hasStarted) {
        pool.setConnectionTimeout(250);
        assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      }

      assertThat(pool.doctor().offline().withoutLogin().examine().toString())
          .contains(
              "user \"app\" at gone.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432 (iam_host",
              "the driver is org.postgresql.Driver ",
              "from a StaticCredentialsProvider")
          .doesNotContain(key.id(), key.secret());
    }
  }

  private void examineAtEachProbe(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second += 10) {
      probe();
      threads.forEach(Runnable::run);
      threads.clear();
      advance(Duration.ofSeconds(10));
    }
  }

  private void advance(Duration duration) {
    nanos += duration.toNanos();
  }

  private Map<String, String> probe() {
    return doctor.findings(
        () -> {
          examinations++;
          return new Report(
              List.of(
                  new Finding(Step.SETTINGS, Status.OK, "fine", ""),
                  new Finding(Step.CREDENTIALS, Status.FAILED, "none " + examinations, "Get some."),
                  new Finding(Step.DATABASE, Status.WARNING, "stopped", ""),
                  new Finding(Step.DATABASE, Status.FAILED, "renamed", ""),
                  new Finding(Step.POLICY, Status.SKIPPED, "unknown", "")));
        });
  }
}
