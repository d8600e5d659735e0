package io.github.iamhikari.recipes.pools;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.core.IamTokenSource;
import io.github.iamhikari.core.SimulatedTime;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import io.github.iamhikari.localrds.Login;
import io.github.iamhikari.localrds.junit.AwsProperties;
import io.github.iamhikari.recipes.Server;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

class R2dbcIT {

  @RegisterExtension private final AwsProperties aws = new AwsProperties();

  private final AccessKey key = AccessKey.random();
  private final LocalRds rds = Server.POSTGRES.rds();
  private final IamTokenSource tokens =
      SimulatedTime.by(Server.POSTGRES.clock(), IamTokenSource.builder())
          .endpoint(rds.host(), rds.port())
          .user(rds.account())
          .awsCredentialsProvider(() -> AwsBasicCredentials.create(key.id(), key.secret()))
          .build();
  private final ConnectionPool pool = pool(tokens, rds.certificateAuthority().toString());

  @BeforeEach
  void knowTheKey() {
    rds.add(key);
  }

  @AfterEach
  void closeAll() {
    pool.dispose();
    tokens.close();
    rds.revoke(key.id());
    Server.POSTGRES.clock().reset();
  }

  @Test
  void opensManyConnectionsWithOneTokenOverTls() {
    assertThat(user(borrow())).isEqualTo(rds.account());
    assertThat(user(borrow())).isEqualTo(rds.account());

    assertThat(logins())
        .hasSizeGreaterThanOrEqualTo(2) // the pool opens some in advance
        .allMatch(Login::accepted)
        .allSatisfy(login -> assertThat(login.tlsProtocol()).startsWith("TLSv1."));
    assertThat(logins()).extracting(Login::token).containsOnly(tokens.getToken());
  }

  @Test
  void opensConnectionsAfterATokensTime() {
    borrow();
    Server.POSTGRES.clock().advance(Duration.ofMinutes(15));

    assertThat(user(borrow())).isEqualTo(rds.account());
    assertThat(logins()).allMatch(Login::accepted);
    assertThat(logins().stream().map(Login::token).distinct()).hasSize(2);
  }

  @Test
  void sendsNoTokenToAServerOfAnotherAuthority() {
    ConnectionPool amazons = pool(tokens, "../../core/src/roots/rds-roots.pem");

    assertThatThrownBy(() -> amazons.create().block())
        .hasStackTraceContaining("unable to find valid certification path");

    assertThat(logins()).isEmpty();
    amazons.dispose();
  }

  @Test
  void saysWhyThereIsNoToken() {
    try (IamTokenSource withoutCredentials = R2dbc.tokens(rds.host(), rds.port(), rds.account())) {
      ConnectionPool withoutTokens =
          pool(withoutCredentials, rds.certificateAuthority().toString());

      assertThatThrownBy(() -> withoutTokens.create().block())
          .hasStackTraceContaining("Could not sign an IAM token for");
      withoutTokens.dispose();
    }
  }

  /** Netty resolves names by itself: it does not know of the endpoint's. */
  private ConnectionPool pool(IamTokenSource tokens, String roots) {
    return R2dbc.pool(tokens, "localhost", rds.listeningPort(), rds.database(), roots);
  }

  private Connection borrow() {
    return requireNonNull(pool.create().block());
  }

  private static String user(Connection connection) {
    return requireNonNull(
        Mono.from(connection.createStatement("SELECT current_user").execute())
            .flatMapMany(result -> result.map(row -> requireNonNull(row.get(0, String.class))))
            .as(Flux::single)
            .block());
  }

  private List<Login> logins() {
    return rds.logins().stream().filter(login -> key.id().equals(login.accessKeyId())).toList();
  }
}
