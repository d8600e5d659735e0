package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Requests TLS from a database as its drivers do, up to the beginning of the handshake. Sends no
 * login data.
 *
 * @param protocol the database's protocol; MariaDB and MySQL use the same one
 */
record TlsRequest(JdbcUrl.Protocol protocol) {

  /** The answer of a server that does not start TLS. */
  enum Refusal {
    /** The server does not support TLS. */
    NO_TLS,
    /** The server does not speak the database's protocol. */
    NO_SUCH_DATABASE,
    /** The server accepts no connections now, and says why. */
    NO_ENTRY
  }

  /** A refusal, with the server's message if there is one. */
  record Answer(Refusal refusal, String words) {}

  private static final int POSTGRES_SSL_REQUEST = 80_877_103;

  /** The length of an error without a message. */
  private static final int SHORTEST_GREETING = 3;

  private static final int LONGEST_GREETING = 1_024;

  private static final int CLIENT_PROTOCOL_41 = 0x200;
  private static final int CLIENT_SSL = 0x800;
  private static final int CLIENT_SECURE_CONNECTION = 0x8000;
  private static final int CLIENT_PLUGIN_AUTH = 0x80000;
  private static final int LARGEST_PACKET = 0xffffff;
  private static final byte UTF8 = 45;
  private static final int RESERVED = 23;

  /**
   * Sets the protocol name (ALPN) that PostgreSQL requires from a client that starts TLS directly.
   *
   * @see <a
   *     href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL">PostgreSQL's
   *     protocol</a>
   */
  static void nameProtocol(SSLSocket socket) {
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"postgresql"});
    socket.setSSLParameters(parameters);
  }

  /** Requests TLS. Returns empty if the handshake can begin. */
  Optional<Answer> ask(Socket socket) throws IOException {
    try {
      return protocol == JdbcUrl.Protocol.POSTGRESQL ? askPostgres(socket) : askMysql(socket);
    } catch (EOFException e) {
      return answer(Refusal.NO_SUCH_DATABASE, "nothing and closed the connection");
    }
  }

  /**
   * By <a
   * href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL">PostgreSQL's
   * protocol</a>.
   */
  private static Optional<Answer> askPostgres(Socket socket) throws IOException {
    socket
        .getOutputStream()
        .write(ByteBuffer.allocate(8).putInt(8).putInt(POSTGRES_SSL_REQUEST).array());
    int answer = socket.getInputStream().read();
    return switch (answer) {
      case 'S' -> Optional.empty();
      case 'N' -> answer(Refusal.NO_TLS, "");
      case -1 -> answer(Refusal.NO_SUCH_DATABASE, "nothing and closed the connection");
      default -> {
        byte[] rest = new byte[LONGEST_GREETING];
        int length = Math.max(0, socket.getInputStream().read(rest));
        String words = new String(rest, 0, length, ISO_8859_1);
        yield answer == 'E' // such as too many clients
            ? answer(Refusal.NO_ENTRY, shown(words.strip()))
            : answer(Refusal.NO_SUCH_DATABASE, "\"" + shown((char) answer + words) + "\"");
      }
    };
  }

  /**
   * By <a
   * href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html">MySQL's
   * protocol</a>.
   */
  private static Optional<Answer> askMysql(Socket socket) throws IOException {
    DataInputStream input = new DataInputStream(socket.getInputStream());
    byte[] header = new byte[4];
    input.readFully(header);
    int length = (header[0] & 0xff) | (header[1] & 0xff) << 8 | (header[2] & 0xff) << 16;
    if (length < SHORTEST_GREETING || length > LONGEST_GREETING || header[3] != 0) {
      return answer(
          Refusal.NO_SUCH_DATABASE, "\"" + shown(new String(header, ISO_8859_1)) + "...\"");
    }
    byte[] greeting = new byte[length];
    input.readFully(greeting);
    if ((greeting[0] & 0xff) == 0xff) {
      return answer(Refusal.NO_ENTRY, shown(new String(greeting, 3, length - 3, ISO_8859_1)));
    }
    int versionEnd = 1;
    while (versionEnd < length && greeting[versionEnd] != 0) {
      versionEnd++;
    }
    int capabilities = versionEnd + 1 + 4 + 8 + 1; // after the connection ID and the salt
    if (greeting[0] != 10 || capabilities + 2 > length) {
      return answer(
          Refusal.NO_SUCH_DATABASE, "\"" + shown(new String(greeting, ISO_8859_1)) + "\"");
    }
    int lower = (greeting[capabilities] & 0xff) | (greeting[capabilities + 1] & 0xff) << 8;
    if ((lower & CLIENT_SSL) == 0) {
      return answer(Refusal.NO_TLS, "");
    }
    socket.getOutputStream().write(mysqlRequest());
    return Optional.empty();
  }

  private static byte[] mysqlRequest() {
    int capabilities =
        CLIENT_PROTOCOL_41 | CLIENT_SSL | CLIENT_SECURE_CONNECTION | CLIENT_PLUGIN_AUTH;
    return ByteBuffer.allocate(4 + 32)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(32 | 1 << 24) // length and packet number
        .putInt(capabilities)
        .putInt(LARGEST_PACKET)
        .put(UTF8)
        .put(new byte[RESERVED])
        .array();
  }

  private static Optional<Answer> answer(Refusal refusal, String words) {
    return Optional.of(new Answer(refusal, words));
  }

  /** The first line, shortened. */
  private static String shown(String words) {
    String line = words.lines().findFirst().orElse("");
    return line.substring(0, Math.min(80, line.length())).replaceAll("[^ -~]", "?");
  }
}
