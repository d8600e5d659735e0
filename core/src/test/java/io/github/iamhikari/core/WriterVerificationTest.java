package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.TestClock;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

class WriterVerificationTest {

  private static final String HOST = "orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private final TestClock time = TestClock.stoppedAt(Instant.parse("2026-11-22T12:00:00Z"));
  private final RoleStub server = new RoleStub();
  private final List<Duration> waits = new ArrayList<>();
  private final WriterVerification verification =
      new WriterVerification(
          new TokenRequest(HOST, 3306, "us-east-2", "app"), time::nanoTime, this::pause);

  private void pause(Duration wait) {
    waits.add(wait);
    time.advance(wait);
    server.isReadOnly &= waits.size() != 3;
  }

  @Test
  void asksAWriterOnce() throws SQLException {
    verification.open(server::connect, () -> {}, Duration.ofSeconds(30));

    assertThat(server.asked).containsExactly("select @@read_only, @@innodb_read_only");
    assertThat(waits).isEmpty();
  }

  @Test
  void opensAnotherAfterAWhileUntilOneIsTheWriter() throws SQLException {
    server.isReadOnly = true;

    verification.open(server::connect, () -> {}, Duration.ofSeconds(30));

    assertThat(server.asked).hasSize(4);
    assertThat(server.closed).isEqualTo(3);
    assertThat(waits)
        .hasSize(3)
        .allMatch(wait -> wait.toMillis() >= 500 && wait.toMillis() <= 6_000)
        .doesNotHaveDuplicates();
  }

  @Test
  void endsWithTheLoginTimeout() {
    server.isReadOnly = true;

    assertThatThrownBy(() -> verification.open(server::connect, () -> {}, Duration.ofMillis(1_500)))
        .isInstanceOf(SQLException.class)
        .hasFieldOrPropertyWithValue("SQLState", "25006")
        .hasMessageStartingWith(HOST + " does not lead to the writer: each ")
        .hasMessageContaining("networkaddress.cache.ttl");
    assertThat(server.closed).isEqualTo(server.asked.size()).isBetween(1, 3);
  }

  @Test
  void waitsNoLongerThanUntilTheDataSourceIsClosed() {
    server.isReadOnly = true;
    IamDataSource dataSource =
        IamDataSource.builder()
            .jdbcUrl("jdbc:mysql://" + HOST + "/orders?iam_verify_writer=true")
            .user("app")
            .driver((url, properties) -> new StubDriver((user, password) -> {}, server::connect))
            .awsCredentialsProvider(() -> AwsBasicCredentials.create("AKIAIOSFODNN7EXAMPLE", "key"))
            .signingThreads(Runnable::run)
            .clock(time, time::nanoTime) // which stands still
            .build();
    server.whenAsked = dataSource::close;

    assertThatThrownBy(dataSource::getConnection).hasMessageEndingWith("has been closed.");
    assertThat(server.closed).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "orders.c9akciq32rgb, true",
    "orders.cluster-c9akciq32rgb, true",
    "orders.global-c9akciq32rgb.global, true",
    "orders.shardgrp-c9akciq32rgb, true",
    "front.proxy-c9akciq32rgb, true",
    "reading.endpoint.proxy-c9akciq32rgb, false",
    "orders.cluster-ro-c9akciq32rgb, false",
    "reports.cluster-custom-c9akciq32rgb, false",
  })
  void isForTheEndpointsOfWriters(String name, boolean isWriters) {
    String host = name + (name.contains("global") ? "" : ".us-east-2") + ".rds.amazonaws.com";
    IamDataSource.Builder builder =
        IamDataSource.builder()
            .jdbcUrl("jdbc:mysql://" + host + "/orders?iam_verify_writer=true&iam_region=us-east-2")
            .user("app");

    if (isWriters) {
      builder.build().close();
    } else {
      assertThatThrownBy(builder::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "iam_verify_writer is true, but "
                  + host
                  + " is not a writer endpoint; remove iam_verify_writer, or connect to the cluster"
                  + " endpoint");
    }
  }

  @Test
  void judgesByTheHostThatTheUrlNamesBeforeIamHost() {
    IamDataSource.Builder builder =
        IamDataSource.builder()
            .jdbcUrl(
                "jdbc:mysql://"
                    + HOST.replace("cluster-", "cluster-ro-")
                    + "/orders?iam_verify_writer=true&iam_host="
                    + HOST)
            .user("app");

    assertThatThrownBy(builder::build).hasMessageContaining("cluster-ro-");
  }
}
