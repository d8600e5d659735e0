package io.github.iamhikari.localrds;

import java.util.Optional;

/**
 * The part of a PostgreSQL login that differs between services. Safe for use by several threads.
 */
interface PostgresService {

  /** Why a client is refused before it sends a password. */
  Optional<Refusal> refuse(Connection connection, PostgresStartup startup);

  /** The error for a refused client. */
  PostgresMessage answer(Login login, PostgresStartup startup);

  /** The startup message for the database. */
  PostgresStartup forDatabase(PostgresStartup startup);
}
