package io.github.iamhikari.recipes.pools;

import io.github.iamhikari.core.IamTokenSource;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.client.SSLMode;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** R2DBC's pool over its driver for PostgreSQL, which asks for a token with each connection. */
public final class R2dbc {

  private R2dbc() {}

  static IamTokenSource tokens(String host, int port, String user) {
    // tag::token-source[]
    IamTokenSource tokens = IamTokenSource.builder().endpoint(host, port).user(user).build();
    // end::token-source[]
    return tokens;
  }

  static ConnectionPool pool(
      IamTokenSource tokens, String host, int port, String database, String roots) {
    // tag::r2dbc[]
    Mono<CharSequence> token =
        Mono.<CharSequence>fromSupplier(tokens::getToken).subscribeOn(Schedulers.boundedElastic());
    // end::r2dbc[]
    var connections =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(host)
                .port(port)
                .database(database)
                .username(tokens.getUser())
                .password(token)
                .sslMode(SSLMode.VERIFY_FULL)
                .sslRootCert(roots)
                .build());
    var pool =
        new ConnectionPool(ConnectionPoolConfiguration.builder(connections).maxSize(10).build());
    return pool;
  }
}
