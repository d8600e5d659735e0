package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How PostgreSQL's clients log in: TLS, the startup message, and the token as a password in clear
 * text. The database then gets the client's own startup message, and the gateway's password in
 * clear text or by SCRAM, as it asks.
 *
 * @param authenticator who decides
 * @param databasePassword what the accounts log in to the database with
 * @see <a href="https://www.postgresql.org/docs/18/protocol-flow.html">Message flow</a>
 */
record PostgresLogin(Authenticator authenticator, String databasePassword)
    implements LoginProtocol {

  private static final int PROTOCOL_3 = 3;
  private static final int CANCEL_REQUEST = 80877102;
  private static final int SSL_REQUEST = 80877103;
  private static final int GSS_REQUEST = 80877104;

  private static final int AUTHENTICATION_OK = 0;
  private static final int AUTHENTICATION_CLEARTEXT_PASSWORD = 3;
  private static final int AUTHENTICATION_SASL = 10;
  private static final int AUTHENTICATION_SASL_CONTINUE = 11;
  private static final int AUTHENTICATION_SASL_FINAL = 12;

  @Override
  public boolean login(Connection connection) throws IOException {
    PostgresMessage first = PostgresMessage.readUntyped(connection.fromClient());
    while (first.code() == SSL_REQUEST || first.code() == GSS_REQUEST) {
      boolean startTls = first.code() == SSL_REQUEST && connection.tlsProtocol() == null;
      connection.toClient().write(startTls ? 'S' : 'N');
      if (startTls) {
        connection.startTls();
      }
      first = PostgresMessage.readUntyped(connection.fromClient());
    }
    if (first.code() == CANCEL_REQUEST) {
      connection.connectToDatabase();
      first.write(connection.toDatabase());
      return false;
    }
    if (first.code() >> Short.SIZE != PROTOCOL_3) {
      throw new ProtocolException("not a startup message: " + first.code());
    }
    return admits(connection, first) && logsInToDatabase(connection, first);
  }

  private boolean admits(Connection connection, PostgresMessage startup) throws IOException {
    Map<String, String> parameters = parameters(startup);
    String user = parameters.getOrDefault("user", "");
    String password = "";
    if (connection.tlsProtocol() != null) {
      authentication(AUTHENTICATION_CLEARTEXT_PASSWORD).write(connection.toClient());
      PostgresMessage answer =
          PostgresMessage.read(connection.fromClient(), Authenticator.LONGEST_PASSWORD);
      if (answer.type() != 'p') {
        throw new ProtocolException("not a password message: " + answer.type());
      }
      password = new String(ZeroTerminated.read(answer.fields()), UTF_8);
    }
    Optional<Refusal> refusal = authenticator.judge(user, password, connection.tlsProtocol());
    if (refusal.isEmpty()) {
      return true;
    }
    error(refusal.get(), user, parameters.getOrDefault("database", user))
        .write(connection.toClient());
    return false;
  }

  private boolean logsInToDatabase(Connection connection, PostgresMessage startup)
      throws IOException {
    connection.connectToDatabase();
    startup.write(connection.toDatabase());
    ScramSha256 scram = new ScramSha256(databasePassword, AccessKey.randomHex(16));
    while (true) {
      PostgresMessage message = PostgresMessage.read(connection.fromDatabase(), Integer.MAX_VALUE);
      if (message.type() == 'R' && message.code() != AUTHENTICATION_OK) {
        authenticate(message, scram, connection.toDatabase());
        continue;
      }
      message.write(connection.toClient());
      if (message.type() == 'E') {
        return false;
      }
      if (message.type() == 'R') {
        return true;
      }
    }
  }

  /** Answers what the database asks for. */
  private void authenticate(PostgresMessage question, ScramSha256 scram, OutputStream toDatabase)
      throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    switch (question.code()) {
      case AUTHENTICATION_CLEARTEXT_PASSWORD ->
          ZeroTerminated.write(databasePassword.getBytes(UTF_8), answer);
      case AUTHENTICATION_SASL -> {
        byte[] first = scram.first().getBytes(UTF_8);
        ZeroTerminated.write(ScramSha256.MECHANISM.getBytes(UTF_8), answer);
        answer.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(first.length).array());
        answer.writeBytes(first);
      }
      case AUTHENTICATION_SASL_CONTINUE -> {
        String challenge = UTF_8.decode(question.fields().position(Integer.BYTES)).toString();
        answer.writeBytes(scram.answer(challenge).getBytes(UTF_8));
      }
      case AUTHENTICATION_SASL_FINAL -> {
        return;
      }
      default -> throw new ProtocolException("the database asks for login " + question.code());
    }
    new PostgresMessage('p', answer.toByteArray()).write(toDatabase);
  }

  private static Map<String, String> parameters(PostgresMessage startup) {
    ByteBuffer body = startup.fields();
    body.getInt();
    Map<String, String> parameters = new HashMap<>();
    while (body.hasRemaining()) {
      String name = new String(ZeroTerminated.read(body), UTF_8);
      parameters.put(name, new String(ZeroTerminated.read(body), UTF_8));
    }
    return parameters;
  }

  private static PostgresMessage authentication(int code) {
    return new PostgresMessage('R', ByteBuffer.allocate(Integer.BYTES).putInt(code).array());
  }

  /**
   * What RDS tells a refused client, in the fields that PostgreSQL would send.
   *
   * @see <a href="https://www.postgresql.org/docs/18/protocol-error-fields.html">Error fields</a>
   */
  private static PostgresMessage error(Refusal refusal, String user, String database) {
    String forUser = " for user \"" + user + "\"";
    return switch (refusal) {
      case NO_TLS ->
          error(
              "28000",
              "pg_hba.conf rejects connection for host \""
                  + LocalRds.ADDRESS
                  + "\", user \""
                  + user
                  + "\", database \""
                  + database
                  + "\", no encryption");
      case UNKNOWN_ACCOUNT, IAM_LOGIN_DISABLED ->
          error("28P01", "password authentication failed" + forUser);
      default -> error("28000", "PAM authentication failed" + forUser);
    };
  }

  private static PostgresMessage error(String state, String message) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (String field :
        new String[] {
          "SFATAL", "VFATAL", "C" + state, "M" + message, "Fauth.c", "L326", "Rauth_failed"
        }) {
      ZeroTerminated.write(field.getBytes(UTF_8), body);
    }
    body.write(0);
    return new PostgresMessage('E', body.toByteArray());
  }
}
