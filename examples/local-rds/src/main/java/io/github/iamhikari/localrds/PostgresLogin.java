package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * How PostgreSQL's clients log in: TLS, asked for or at once, the startup message, and the token as
 * a password in clear text. The database then gets the client's own startup message, and the
 * gateway's password in clear text or by SCRAM, as it asks.
 *
 * @param authenticator who decides
 * @param databasePassword the accounts' password in the database
 * @param service the service that the client logs in to
 * @see <a href="https://www.postgresql.org/docs/18/protocol-flow.html">Message flow</a>
 */
record PostgresLogin(Authenticator authenticator, String databasePassword, PostgresService service)
    implements LoginProtocol {

  /** How PostgreSQL's protocol is named in TLS. */
  private static final String PROTOCOL = "postgresql";

  /** The first byte of a client that speaks TLS at once. */
  private static final int TLS_HANDSHAKE = 22;

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
    PostgresMessage first = first(connection);
    while (first.code() == SSL_REQUEST || first.code() == GSS_REQUEST) {
      boolean startTls = first.code() == SSL_REQUEST && connection.tlsProtocol() == null;
      connection.toClient().write(startTls ? 'S' : 'N');
      if (startTls) {
        connection.startTls(InputStream.nullInputStream(), PROTOCOL);
      }
      first = PostgresMessage.readUntyped(connection.fromClient());
    }
    if (first.code() == CANCEL_REQUEST) {
      connection.connectToDatabase();
      first.write(connection.toDatabase());
      return false;
    }
    PostgresStartup startup = PostgresStartup.of(first);
    return admits(connection, startup)
        && logsInToDatabase(connection, service.forDatabase(startup).message());
  }

  /** The client's first message, in TLS if it does not ask for that first. */
  private static PostgresMessage first(Connection connection) throws IOException {
    int type = connection.fromClient().read();
    if (type < 0) {
      throw new EOFException("the client has nothing to say");
    }
    InputStream consumed = new ByteArrayInputStream(new byte[] {(byte) type});
    if (type != TLS_HANDSHAKE) {
      return PostgresMessage.readUntyped(
          new SequenceInputStream(consumed, connection.fromClient()));
    }
    connection.startTls(consumed, PROTOCOL);
    if (!connection.applicationProtocol().equals(PROTOCOL)) {
      throw new ProtocolException("TLS without a request for it, and without ALPN");
    }
    return PostgresMessage.readUntyped(connection.fromClient());
  }

  private boolean admits(Connection connection, PostgresStartup startup) throws IOException {
    Optional<Refusal> refusal = service.refuse(connection, startup);
    String tlsProtocol = connection.tlsProtocol();
    Login login =
        refusal.isPresent()
            ? authenticator.refuse(startup.user(), tlsProtocol, refusal.get())
            : authenticator.judge(startup.user(), askForPassword(connection), tlsProtocol);
    if (login.accepted()) {
      return true;
    }
    service.answer(login, startup).write(connection.toClient());
    return false;
  }

  private static String askForPassword(Connection connection) throws IOException {
    authentication(AUTHENTICATION_CLEARTEXT_PASSWORD).write(connection.toClient());
    PostgresMessage answer =
        PostgresMessage.read(connection.fromClient(), Authenticator.LONGEST_PASSWORD);
    if (answer.type() != 'p') {
      throw new ProtocolException("not a password message: " + answer.type());
    }
    return new String(ZeroTerminated.read(answer.fields()), UTF_8);
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

  private static PostgresMessage authentication(int code) {
    return new PostgresMessage('R', ByteBuffer.allocate(Integer.BYTES).putInt(code).array());
  }
}
