package io.github.iamhikari;

import static io.github.iamhikari.Borrowers.ask;
import static io.github.iamhikari.Patience.PATIENCE;
import static io.github.iamhikari.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.MariaDbWithAdministrator;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** What pools do when MariaDB takes writes no more, with either driver. */
@Tag("long")
class MariaDbDemotedWriterIT {

  private static final AccessKey KEY = AccessKey.random();
  private static final AwsCredentialsProvider CREDENTIALS =
      () -> AwsBasicCredentials.create(KEY.id(), KEY.secret());

  private static MariaDbWithAdministrator server;

  @BeforeAll
  static void start() throws Exception {
    server = new MariaDbWithAdministrator();
    server.rds().add(KEY);
  }

  @AfterAll
  static void stop() throws SQLException {
    server.close();
  }

  @AfterEach
  void promote() throws SQLException {
    server.readOnly(false);
  }

  private static HikariConfig config(String protocol) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("orders");
    config.setJdbcUrl(server.rds().jdbcUrl().replace("jdbc:mysql:", protocol));
    config.setUsername("app");
    config.setMaximumPoolSize(3);
    config.setConnectionTimeout(PATIENCE.toMillis());
    config.addDataSourceProperty("iam_host", server.rds().host());
    return config;
  }

  private static void write(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("create or replace table written (id int)");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:mysql:", "jdbc:mariadb:"})
  void theFirstReadOnlyErrorLeavesNoOldConnectionInThePool(String protocol) throws Exception {
    try (LogWatch log = LogWatch.of(IamDataSource.class.getName());
        HikariDataSource pool = new IamHikariDataSource(config(protocol), CREDENTIALS)) {
      List<String> old = DemotedWriterIT.fill(pool, "select connection_id()");
      try (Connection first = pool.getConnection();
          Connection inUse = pool.getConnection()) {
        write(first);
        server.readOnly(true);

        assertThatThrownBy(() -> write(first)).isInstanceOf(SQLException.class);

        assertThat(first.isClosed()).isTrue();
        await("the idle one is closed", () -> server.sessions(old) == 1);
        assertThat(ask(inUse, "select connection_id()")).isIn(old);
      }
      await("the one in use is closed", () -> server.sessions(old) == 0);

      server.readOnly(false);
      try (Connection connection = pool.getConnection()) {
        write(connection);
      }
      assertThat(log.linesOf(Level.WARN))
          .singleElement()
          .asString()
          .startsWith("orders - " + server.rds().host() + " no longer leads to the")
          .contains("--read-only", "1290");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"jdbc:mysql:", "jdbc:mariadb:"})
  void aVerifiedWriterIsAwaited(String protocol) throws Exception {
    server.readOnly(true);
    HikariConfig config = config(protocol);
    config.setInitializationFailTimeout(-1);
    config.addDataSourceProperty("iam_verify_writer", true);
    int before = server.rds().logins().size();
    try (HikariDataSource pool = new IamHikariDataSource(config, CREDENTIALS)) {
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(
              () -> {
                try (Connection connection = pool.getConnection()) {
                  write(connection);
                  return "written";
                } catch (SQLException e) {
                  throw new IllegalStateException(e);
                }
              });
      await("one is turned away", () -> server.rds().logins().size() > before);
      assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isZero();
      assertThat(answer).isNotDone();

      server.readOnly(false);

      assertThat(answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo("written");
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }
}
