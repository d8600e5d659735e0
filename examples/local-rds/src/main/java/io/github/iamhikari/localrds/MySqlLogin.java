package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How the clients of MySQL and MariaDB log in: TLS, then the token by the plugin {@code
 * mysql_clear_password}. The gateway then logs in to the database for the client, by the plugin
 * that the database asks for, and with the client's own capabilities, character set, database and
 * attributes, so that both sides agree from then on.
 *
 * @param authenticator who decides
 * @param databasePassword the accounts' password in the database
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html">
 *     Connection phase</a>
 */
record MySqlLogin(Authenticator authenticator, String databasePassword) implements LoginProtocol {

  private static final int OK = 0x00;
  private static final int MORE_DATA = 0x01;
  private static final int AUTH_SWITCH = 0xFE;
  private static final int ERROR = 0xFF;

  private static final int ACCESS_DENIED = 1045;

  @Override
  public boolean login(Connection connection) throws IOException {
    connection.connectToDatabase();
    MySqlPacket greeted = read(connection.fromDatabase());
    if (greeted.kind() == ERROR) {
      greeted.write(connection.toClient());
      return false;
    }
    MySqlGreeting greeting = MySqlGreeting.of(greeted);
    greeted.with(greeting.withTls()).write(connection.toClient());

    MySqlPacket answer = read(connection.fromClient());
    if (MySqlHandshakeResponse.asksForTls(answer)) {
      connection.startTls();
      answer = read(connection.fromClient());
    }
    MySqlHandshakeResponse response = MySqlHandshakeResponse.of(answer);
    String user = response.user();
    boolean hasPassword = response.hasPassword();
    String password = "";
    if (connection.tlsProtocol() != null) {
      answer.answer(switchToClearPassword()).write(connection.toClient());
      answer = read(connection.fromClient());
      password = new String(ZeroTerminated.read(answer.fields()), UTF_8);
      hasPassword = answer.payload().length > 1;
    }
    if (!authenticator.judge(user, password, connection.tlsProtocol()).accepted()) {
      answer.answer(accessDenied(user, hasPassword)).write(connection.toClient());
      return false;
    }
    byte[] scrambled = scramble(greeting.plugin(), greeting.nonce());
    greeted
        .answer(response.withPassword(greeting.plugin(), scrambled))
        .write(connection.toDatabase());
    MySqlPacket verdict = verdict(connection, greeting.nonce());
    answer.answer(verdict.payload()).write(connection.toClient());
    return verdict.kind() == OK;
  }

  /** Answers what the database asks for until it has decided. */
  private MySqlPacket verdict(Connection connection, byte[] greetingNonce) throws IOException {
    byte[] nonce = greetingNonce;
    while (true) {
      MySqlPacket message = read(connection.fromDatabase());
      switch (message.kind()) {
        case OK, ERROR -> {
          return message;
        }
        case AUTH_SWITCH -> {
          ByteBuffer fields = message.fields().position(1);
          String plugin = new String(ZeroTerminated.read(fields), US_ASCII);
          nonce = ZeroTerminated.read(fields);
          message.answer(scramble(plugin, nonce)).write(connection.toDatabase());
        }
        case MORE_DATA -> {
          String said = US_ASCII.decode(message.fields().position(1)).toString();
          byte[] answer = CachingSha2Password.answer(said, databasePassword, nonce);
          if (answer.length > 0) {
            message.answer(answer).write(connection.toDatabase());
          }
        }
        default ->
            throw new ProtocolException("the database answers a login with " + message.kind());
      }
    }
  }

  private byte[] scramble(String plugin, byte[] nonce) throws ProtocolException {
    return switch (plugin) {
      case CachingSha2Password.PLUGIN -> CachingSha2Password.scramble(databasePassword, nonce);
      case NativePassword.PLUGIN -> NativePassword.scramble(databasePassword, nonce);
      default -> throw new ProtocolException("the database asks for a login by " + plugin);
    };
  }

  private static MySqlPacket read(InputStream from) throws IOException {
    return MySqlPacket.read(from, Authenticator.LONGEST_PASSWORD);
  }

  private static byte[] switchToClearPassword() {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    payload.write(AUTH_SWITCH);
    ZeroTerminated.write("mysql_clear_password".getBytes(US_ASCII), payload);
    return payload.toByteArray();
  }

  /** The error that RDS sends to a refused client. */
  private static byte[] accessDenied(String user, boolean hasPassword) {
    String account = "'" + user + "'@'" + LocalRds.ADDRESS + "'";
    String usingPassword = " (using password: " + (hasPassword ? "YES" : "NO") + ")";
    byte[] message = ("#28000Access denied for user " + account + usingPassword).getBytes(UTF_8);
    return ByteBuffer.allocate(1 + Short.BYTES + message.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) ERROR)
        .putShort((short) ACCESS_DENIED)
        .put(message)
        .array();
  }
}
