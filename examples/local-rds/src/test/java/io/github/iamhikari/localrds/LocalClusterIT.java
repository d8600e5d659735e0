package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class LocalClusterIT {

  private static final AccessKey KEY = AccessKey.random();

  private final LocalCluster cluster = LocalRds.postgres().credentials(KEY).startCluster();

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void failsOverFromADemotedPrimary() throws SQLException {
    try (Connection writer = connect(cluster.primary());
        Connection reader = connect(cluster.standby())) {
      execute(writer, "create table told (n int)");
      execute(writer, "insert into told values (1)");
      assertThat(count(reader)).isEqualTo(1);
      assertReadOnly(reader);

      cluster.demote();
      assertReadOnly(writer);
      assertThat(count(writer)).isEqualTo(1);

      cluster.promote();
      execute(reader, "insert into told values (2)");
      assertThat(count(reader)).isEqualTo(2);
      assertReadOnly(writer);
    }
  }

  @Test
  void failsOverFromADeadPrimary() throws SQLException {
    try (Connection writer = connect(cluster.primary())) {
      execute(writer, "create table told (n int)");
      execute(writer, "insert into told values (1)");

      cluster.kill();
      cluster.promote();

      assertThatThrownBy(() -> execute(writer, "insert into told values (2)"))
          .isInstanceOf(SQLException.class);
    }
    assertThatThrownBy(() -> connect(cluster.primary())).isInstanceOf(SQLException.class);
    try (Connection writer = connect(cluster.standby())) {
      execute(writer, "insert into told values (2)");
      assertThat(count(writer)).isEqualTo(2);
    }
  }

  private static Connection connect(LocalRds node) throws SQLException {
    String token = Presigner.token(node, KEY, Instant.now());
    return DriverManager.getConnection(node.jdbcUrl() + "?sslmode=require", "app_user", token);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("select count(*) from told")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static void assertReadOnly(Connection connection) {
    assertThatThrownBy(() -> execute(connection, "insert into told values (0)"))
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("25006"));
  }
}
