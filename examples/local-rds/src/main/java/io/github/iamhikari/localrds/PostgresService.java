package io.github.iamhikari.localrds;

import java.util.Optional;

/** What one service makes of a login by PostgreSQL's protocol. Safe for use by several threads. */
interface PostgresService {

  /** Why it asks a client for no password. */
  Optional<Refusal> refuse(Connection connection, PostgresStartup startup);

  /** What it tells a client whose login was refused. */
  PostgresMessage answer(Login login, PostgresStartup startup);

  /** What the database gets of a client's startup message. */
  PostgresStartup forDatabase(PostgresStartup startup);
}
