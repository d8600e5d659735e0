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
 * Asks a database for TLS as its drivers do, up to where the handshake begins. Nothing of a login
 * is sent.
 *
 * @param protocol whose driver would ask; MariaDB and MySQL are asked in the same way
 */
record TlsRequest(JdbcUrl.Protocol protocol) {

  /** What the database says instead of beginning with TLS. */
  enum Refusal {
    /** It speaks none. */
    NO_TLS,
    /** It is no such database. */
    NO_SUCH_DATABASE,
    /** It lets nobody in now, and says why. */
    NO_ENTRY
  }

  /** A refusal, and the server's words if it has any. */
  record Answer(Refusal refusal, String words) {}

  private static final int POSTGRES_SSL_REQUEST = 80_877_103;

  /** An error without words. */
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
   * Has the handshake name the protocol, as PostgreSQL wants it from a client that begins with TLS
   * instead of asking for it.
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

  /** Empty if the handshake can begin. */
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
        yield answer == 'E' // too many clients, say
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
    int capabilities = versionEnd + 1 + 4 + 8 + 1; // behind the connection's number and the salt
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
        .putInt(32 | 1 << 24) // length, and the packet's number
        .putInt(capabilities)
        .putInt(LARGEST_PACKET)
        .put(UTF8)
        .put(new byte[RESERVED])
        .array();
  }

  private static Optional<Answer> answer(Refusal refusal, String words) {
    return Optional.of(new Answer(refusal, words));
  }

  /** One line, cut to size. */
  private static String shown(String words) {
    String line = words.lines().findFirst().orElse("");
    return line.substring(0, Math.min(80, line.length())).replaceAll("[^ -~]", "?");
  }
}
