package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A client's answer to the greeting.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_response.html">
 *     Protocol::HandshakeResponse41</a>
 */
final class MySqlHandshakeResponse {

  /** Capabilities, longest packet, character set and reserved bytes, which precede the user. */
  private static final int HEAD = 32;

  private static final int REQUIRED =
      MySqlCapability.PROTOCOL_41 | MySqlCapability.SECURE_CONNECTION | MySqlCapability.PLUGIN_AUTH;

  private final byte[] head;
  private final byte[] user;
  private final boolean hasPassword;
  private final byte[] database;
  private final byte[] attributes;

  private MySqlHandshakeResponse(ByteBuffer fields) {
    head = bytes(fields, HEAD);
    user = ZeroTerminated.read(fields);
    hasPassword = bytes(fields, passwordLength(fields)).length > 0;
    database = hasDatabase() ? ZeroTerminated.read(fields) : new byte[0];
    ZeroTerminated.read(fields);
    attributes = bytes(fields, fields.remaining());
  }

  static MySqlHandshakeResponse of(MySqlPacket packet) throws ProtocolException {
    try {
      MySqlHandshakeResponse response = new MySqlHandshakeResponse(packet.fields());
      if ((response.capabilities() & REQUIRED) != REQUIRED) {
        throw new ProtocolException("a client that cannot switch to another login plugin");
      }
      return response;
    } catch (BufferUnderflowException e) {
      throw new ProtocolException("not a handshake response");
    }
  }

  /** Whether a client's first packet only asks for TLS; the rest follows inside TLS. */
  static boolean asksForTls(MySqlPacket packet) {
    return packet.payload().length == HEAD && (packet.fields().getInt() & MySqlCapability.SSL) != 0;
  }

  String user() {
    return new String(user, UTF_8);
  }

  /** Whether it holds a password, scrambled or not. */
  boolean hasPassword() {
    return hasPassword;
  }

  /** The same answer from a client without TLS that logs in by this plugin. */
  byte[] withPassword(String plugin, byte[] scrambled) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    ByteBuffer changed = ByteBuffer.wrap(head.clone()).order(ByteOrder.LITTLE_ENDIAN);
    payload.writeBytes(changed.putInt(0, capabilities() & ~MySqlCapability.SSL).array());
    ZeroTerminated.write(user, payload);
    payload.write(scrambled.length);
    payload.writeBytes(scrambled);
    if (hasDatabase()) {
      ZeroTerminated.write(database, payload);
    }
    ZeroTerminated.write(plugin.getBytes(US_ASCII), payload);
    payload.writeBytes(attributes);
    return payload.toByteArray();
  }

  private boolean hasDatabase() {
    return (capabilities() & MySqlCapability.CONNECT_WITH_DB) != 0;
  }

  private int capabilities() {
    return ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  /**
   * Reads the length of a password: a byte or, for more than 250 bytes from a client that knows
   * how, two more. Longer passwords do not fit into the packet.
   */
  private int passwordLength(ByteBuffer fields) {
    int length = Byte.toUnsignedInt(fields.get());
    if (length <= 250 || (capabilities() & MySqlCapability.PLUGIN_AUTH_LENENC) == 0) {
      return length;
    }
    return Short.toUnsignedInt(fields.getShort());
  }

  private static byte[] bytes(ByteBuffer fields, int length) {
    if (length > fields.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    fields.get(bytes);
    return bytes;
  }
}
