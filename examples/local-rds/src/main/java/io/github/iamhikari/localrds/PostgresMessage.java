package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.stream.Stream;

/**
 * A message of PostgreSQL's protocol.
 *
 * @see <a href="https://www.postgresql.org/docs/18/protocol-message-formats.html">Message
 *     formats</a>
 */
final class PostgresMessage {

  private static final char UNTYPED = 0;

  /** The longest of a client's first messages. */
  private static final int LONGEST_UNTYPED = 10_000;

  private final char type;
  private final byte[] body;

  /**
   * A message.
   *
   * @param type its type; zero for the first ones of a client, which have none
   * @param body what follows the length
   */
  PostgresMessage(char type, byte[] body) {
    this.type = type;
    this.body = body;
  }

  /** One of a client's first messages. */
  static PostgresMessage untyped(byte[] body) {
    return new PostgresMessage(UNTYPED, body);
  }

  /**
   * An error that ends the session.
   *
   * @param state the SQLSTATE
   * @param fields further fields, each with its type
   * @see <a href="https://www.postgresql.org/docs/18/protocol-error-fields.html">Error fields</a>
   */
  static PostgresMessage fatal(String state, String message, String... fields) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    Stream.concat(Stream.of("SFATAL", "VFATAL", "C" + state, "M" + message), Stream.of(fields))
        .forEach(field -> ZeroTerminated.write(field.getBytes(UTF_8), body));
    body.write(0);
    return new PostgresMessage('E', body.toByteArray());
  }

  /** Reads one of a client's first messages. */
  static PostgresMessage readUntyped(InputStream from) throws IOException {
    DataInputStream data = new DataInputStream(from);
    int length = data.readInt() - Integer.BYTES;
    if (length < Integer.BYTES || length > LONGEST_UNTYPED) {
      throw new ProtocolException("a first message of " + length + " bytes");
    }
    byte[] body = new byte[length];
    data.readFully(body);
    return untyped(body);
  }

  /** Reads a message. A body that is longer than {@code longest} is skipped, and empty. */
  static PostgresMessage read(InputStream from, int longest) throws IOException {
    DataInputStream data = new DataInputStream(from);
    char type = (char) data.readUnsignedByte();
    int length = data.readInt() - Integer.BYTES;
    if (length < 0) {
      throw new ProtocolException("a message of " + length + " bytes");
    }
    if (length > longest) {
      data.skipNBytes(length);
      return new PostgresMessage(type, new byte[0]);
    }
    byte[] body = new byte[length];
    data.readFully(body);
    return new PostgresMessage(type, body);
  }

  char type() {
    return type;
  }

  /** What follows the length, to be read field by field. */
  ByteBuffer fields() {
    return ByteBuffer.wrap(body);
  }

  /** The number that the body begins with. */
  int code() throws ProtocolException {
    if (body.length < Integer.BYTES) {
      throw new ProtocolException("a message of " + body.length + " bytes has no code");
    }
    return fields().getInt();
  }

  void write(OutputStream to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 + Integer.BYTES + body.length);
    if (type != UNTYPED) {
      bytes.put((byte) type);
    }
    bytes.putInt(Integer.BYTES + body.length).put(body);
    to.write(bytes.array(), 0, bytes.position());
    to.flush();
  }
}
