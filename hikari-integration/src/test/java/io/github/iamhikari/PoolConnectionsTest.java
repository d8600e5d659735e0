package io.github.iamhikari;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.SQLExceptionOverride.Override;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.junit.AwsProperties;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What logins learn of their pool; the pools open no connection. */
class PoolConnectionsTest {

  @RegisterExtension final AwsProperties aws = new AwsProperties(AccessKey.random());

  @ParameterizedTest
  @CsvSource({"0, 1", "1, 1", "7, 7"})
  void theSizeOfAPoolIsWhatItKeepsWhileIdle(int minimumIdle, int size) {
    try (IamHikariDataSource pool = pool()) {
      pool.setMinimumIdle(minimumIdle);
      PoolConnections connections = PoolConnections.install(pool);
      assertThat(connections.poolSize()).isEqualTo(1);

      PoolConnections.belongsTo(pool, pool);

      assertThat(connections.poolSize()).isEqualTo(size);
      assertThat(connections.openConnections()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @CsvSource({"true, CONTINUE_EVICT", "false, MUST_EVICT"})
  void onlyAPoolThatWritesHasItsWriterDemoted(boolean isReadOnly, Override expected) {
    SQLException readOnly = new SQLException("Running in read-only mode", "HY000", 1836);
    try (IamHikariDataSource pool = pool()) {
      pool.setReadOnly(isReadOnly);
      pool.validate();
      assertThat(requireNonNull(pool.getExceptionOverride()).adjudicate(readOnly))
          .isEqualTo(expected);
    }
  }

  @Test
  void aCopyOfTheConfigurationHasNoLoginsOfThePool() {
    try (IamHikariDataSource pool = pool()) {
      pool.validate();
      HikariConfig copy = new HikariConfig();
      pool.copyStateTo(copy);
      assertThat(copy.getDataSource()).isNull();
    }
  }

  private static IamHikariDataSource pool() {
    IamHikariDataSource pool = new IamHikariDataSource();
    pool.setJdbcUrl("jdbc:mysql://orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders");
    pool.setUsername("app");
    return pool;
  }
}
