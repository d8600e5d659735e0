package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.LoginState;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.util.PSQLException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Whoever waits for a connection of a pool that has none is told that logins are refused, long
 * before {@code connectionTimeout}: that is an hour here, and a test has a minute.
 */
@Timeout(60)
class FailFastIT {

  private static LocalRds rds;

  private final AccessKey key = AccessKey.random();
  private final AwsCredentialsProvider provider =
      StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @BeforeAll
  static void start() {
    rds = LocalRds.postgres().start();
  }

  @AfterAll
  static void stop() {
    rds.close();
  }

  @BeforeEach
  void knowTheKey() {
    rds.add(key);
  }

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
    rds.revoke(key.id());
  }

  @Test
  void tellsThoseWhoWaitAndThoseWhoCome() throws Exception {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      List<Future<Connection>> waiting = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        waiting.add(threads.submit(() -> pool.getConnection()));
      }
      for (Future<Connection> caller : waiting) {
        assertThatThrownBy(() -> caller.get(50, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasCauseInstanceOf(PSQLException.class)
            .hasMessageContaining(
                " - Connection is not available. The IAM login of user \"app_user\"")
            .hasMessageContaining("FATAL: PAM authentication failed");
      }
      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining(
              " - Connection is not available. The IAM login of user \"app_user\"");
    }
    assertThat(logins()).hasSizeBetween(1, 5);
  }

  @Test
  void tellsItOfAPoolThatHadConnections() throws SQLException {
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      pool.getConnection().close();
      rds.revoke(key.id());
      pool.getHikariPoolMXBean().softEvictConnections();

      assertThatThrownBy(pool::getConnection)
          .isInstanceOf(SQLTransientConnectionException.class)
          .hasMessageContaining(
              " - Connection is not available. The IAM login of user \"app_user\"");
    }
  }

  @Test
  void givesConnectionsAgainWhenLoginsAreAccepted() throws SQLException {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      rds.add(key);
      renew(pool);

      pool.getConnection().close();
    }
  }

  @Test
  void findsOutByItselfThatLoginsAreAcceptedAgain() throws SQLException {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);
      rds.add(key);

      while (logins(pool).getLoginState() != LoginState.OPEN) {
        try {
          pool.getConnection().close();
        } catch (SQLException e) {
          assertThat(e.getMessage()).contains("The IAM login of user \"app_user\"");
        }
      }
    }
  }

  @Test
  void letsThemWaitWhoCanHopeForAConnectionInUse() throws Exception {
    try (IamHikariDataSource pool = startedWithoutLogin()) {
      pool.setMaximumPoolSize(2);
      Connection inUse = pool.getConnection();
      rds.revoke(key.id());
      Future<Connection> waiting = threads.submit(() -> pool.getConnection());
      while (logins(pool).getLoginState() == LoginState.OPEN) {
        Thread.onSpinWait();
      }
      assertThat(waiting).isNotDone();

      inUse.close();

      assertThat(waiting.get(50, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void leavesTheWaitForADatabaseThatIsOutOfReachToHikariCp() throws SQLException {
    HikariConfig config = config();
    config.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/app");
    config.addDataSourceProperty("iam_default_port", rds.port());
    config.setConnectionTimeout(1_500);
    try (IamHikariDataSource pool = new IamHikariDataSource(config, provider)) {
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(SQLTransientConnectionException.class)
            .hasMessageContaining("Connection is not available, request timed out after ");
      }
    }
  }

  @Test
  void tellsAtOnceOfAStartThatWasRefusedJustNow() throws SQLException {
    rds.revoke(key.id());
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config().copyStateTo(pool);
      pool.setInitializationFailTimeout(1);
      pool.setAwsCredentialsProvider(provider);
      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(pool::getConnection)
            .isInstanceOf(SQLException.class)
            .hasMessageStartingWith("The IAM login of user \"app_user\"");
      }
      assertThat(logins()).hasSizeBetween(1, 3);
    }
  }

  @Test
  void startsWithOtherValuesAfterAStartThatWasRefused() throws SQLException {
    try (IamHikariDataSource pool = new IamHikariDataSource()) {
      config().copyStateTo(pool);
      pool.setInitializationFailTimeout(1);
      pool.setAwsCredentialsProvider(provider);
      pool.setUsername("nobody");
      assertThatThrownBy(pool::getConnection).isInstanceOf(SQLException.class);

      pool.setUsername(rds.account());

      pool.getConnection().close();
    }
  }

  @Test
  void saysThatThePoolIsClosedAsHikariCpDoes() {
    IamHikariDataSource pool = startedWithoutLogin();
    pool.close();

    assertThatThrownBy(pool::getConnection)
        .isInstanceOf(SQLException.class)
        .hasMessageEndingWith(" has been closed.");
  }

  private IamHikariDataSource startedWithoutLogin() {
    return new IamHikariDataSource(config(), provider);
  }

  private static HikariConfig config() {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(rds.account());
    config.addDataSourceProperty("iam_host", rds.host());
    config.setMinimumIdle(0);
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(Duration.ofHours(1).toMillis());
    config.setInitializationFailTimeout(-1);
    return config;
  }

  private static void renew(IamHikariDataSource pool) throws SQLException {
    logins(pool).renewToken();
  }

  private static IamDataSource logins(IamHikariDataSource pool) {
    return (IamDataSource) requireNonNull(pool.getDataSource());
  }

  private List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }
}
