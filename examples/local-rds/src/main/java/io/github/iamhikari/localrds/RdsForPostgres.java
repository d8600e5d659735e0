package io.github.iamhikari.localrds;

import java.util.Objects;
import java.util.Optional;

/** RDS for PostgreSQL: a refused client gets PostgreSQL's own error. */
final class RdsForPostgres implements PostgresService {

  @Override
  public Optional<Refusal> refuse(Connection connection, PostgresStartup startup) {
    return connection.tlsProtocol() == null ? Optional.of(Refusal.NO_TLS) : Optional.empty();
  }

  @Override
  public PostgresMessage answer(Login login, PostgresStartup startup) {
    String forUser = " for user \"" + login.user() + "\"";
    return switch (Objects.requireNonNull(login.refusal())) {
      case NO_TLS ->
          fatal(
              "28000",
              "pg_hba.conf rejects connection for host \""
                  + LocalRds.ADDRESS
                  + "\", user \""
                  + login.user()
                  + "\", database \""
                  + startup.database()
                  + "\", no encryption");
      case UNKNOWN_ACCOUNT, IAM_LOGIN_DISABLED ->
          fatal("28P01", "password authentication failed" + forUser);
      default -> fatal("28000", "PAM authentication failed" + forUser);
    };
  }

  private static PostgresMessage fatal(String state, String message) {
    return PostgresMessage.fatal(state, message, "Fauth.c", "L326", "Rauth_failed");
  }

  @Override
  public PostgresStartup forDatabase(PostgresStartup startup) {
    return startup;
  }
}
