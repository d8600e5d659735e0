package io.github.iamhikari.recipes.pools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.JdbcConnection;
import io.github.iamhikari.core.IamDataSource;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.recipes.Server;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * What each pool does over an {@link IamDataSource}, on each server. Each test has an AWS access
 * key of its own, by which its logins are told from others.
 */
@ParameterizedClass
@MethodSource("io.github.iamhikari.recipes.Server#all")
abstract class PoolContract {

  private final AccessKey key = AccessKey.random();
  private final List<Connection> borrowed = new ArrayList<>();
  private final Server server;
  private final IamDataSource logins;
  private volatile AwsCredentialsProvider credentials = providerOf(key);

  PoolContract(Server server) {
    this.server = server;
    this.logins =
        SimulatedTime.by(server.clock())
            .apply(IamDataSource.builder())
            .jdbcUrl(rds().jdbcUrl(rds().host()))
            .user(rds().account())
            .awsCredentialsProvider(() -> credentials.resolveCredentials())
            .build();
  }

  /** The recipe's pool. */
  abstract DataSource pool();

  abstract void closePool() throws SQLException;

  /** How many connections it opens before the first that it lends. */
  int trials() {
    return 0;
  }

  @BeforeEach
  void knowTheKey() {
    server.clock().reset();
    rds().add(key);
  }

  @AfterEach
  void closeAll() throws SQLException {
    for (Connection connection : borrowed) {
      connection.close();
    }
    closePool();
    logins.close();
    rds().revoke(key.id());
    server.clock().reset();
  }

  @Test
  void opensManyConnectionsWithOneTokenOverTls() throws SQLException {
    for (int i = 0; i < 3; i++) {
      assertThat(Server.user(borrow())).isEqualTo(rds().account());
    }
    assertThat(logins())
        .hasSize(3 + trials())
        .allMatch(Login::accepted)
        .allSatisfy(login -> assertThat(login.tlsProtocol()).startsWith("TLSv1."));
    assertThat(tokens()).hasSize(1);
  }

  @Test
  void opensConnectionsAfterATokensTime() throws SQLException {
    for (int life = 0; life < 3; life++) {
      borrow();
      server.clock().advance(Duration.ofMinutes(10));
      borrow();
      server.clock().advance(Duration.ofSeconds(301));
    }
    assertThat(logins()).hasSize(6 + trials()).allMatch(Login::accepted);
    assertThat(tokens()).hasSize(3);
  }

  @Test
  void opensConnectionsAfterAKeyIsRotated() throws SQLException {
    AccessKey next = AccessKey.random();
    rds().add(next);
    borrow();

    rds().revoke(key.id());
    credentials = providerOf(next);

    assertThat(Server.user(borrow())).isEqualTo(rds().account());
    rds().revoke(next.id());
  }

  @Test
  void tellsTheCallerWhyALoginIsRefused() throws SQLException {
    rds().revoke(key.id());
    assertThatThrownBy(this::borrow)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(refusal());
    assertThat(logins()).hasSize(1);

    rds().add(key);
    server.clock().advance(Duration.ofSeconds(2)); // for so long a refusal is the answer to all
    assertThat(Server.user(borrow())).isEqualTo(rds().account());

    rds().revoke(key.id());
    assertThatThrownBy(this::borrow)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(refusal());
  }

  @Test
  void tellsTheCallerWhyNoTokenIsSigned() {
    credentials =
        () -> {
          throw new IllegalStateException("the role is gone");
        };

    assertThatThrownBy(this::borrow)
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("Could not sign an IAM token for user \"%s\"", rds().account())
        .hasMessageContaining("the role is gone");
    assertThat(logins()).isEmpty();
  }

  @Test
  void closesItsConnections() throws SQLException {
    Connection connection = borrow();
    Connection physical = physical(connection);
    connection.close();

    closePool();

    assertThat(physical.isClosed()).isTrue();
  }

  @Test
  void showsNoTokenAsText() throws SQLException {
    Connection connection = borrow();

    assertThat(pool() + " " + connection).doesNotContain("X-Amz-Signature");
  }

  /** What the recipe is to stand on. */
  final IamDataSource iam() {
    return logins;
  }

  final LocalRds rds() {
    return server.rds();
  }

  /** A connection that the test keeps. */
  final Connection borrow() throws SQLException {
    return keep(pool().getConnection());
  }

  final Connection keep(Connection connection) {
    borrowed.add(connection);
    return connection;
  }

  /** What became of this test's logins. */
  final List<Login> logins() {
    return rds().logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }

  private String refusal() {
    return "IAM login failed for user \"%s\" at %s:%d (region us-east-2): "
        .formatted(rds().account(), rds().host(), rds().port());
  }

  private List<String> tokens() {
    return logins().stream().map(Login::token).distinct().toList();
  }

  private static AwsCredentialsProvider providerOf(AccessKey key) {
    return StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
  }

  private Connection physical(Connection connection) throws SQLException {
    Class<?> type = server == Server.POSTGRES ? PGConnection.class : JdbcConnection.class;
    return (Connection) connection.unwrap(type);
  }
}
