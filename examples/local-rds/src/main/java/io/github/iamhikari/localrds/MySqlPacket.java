package io.github.iamhikari.localrds;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A packet of MySQL's protocol.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html">MySQL
 *     packets</a>
 */
final class MySqlPacket {

  private static final int HEADER = 4;

  private final int sequence;
  private final byte[] payload;

  /**
   * A packet.
   *
   * @param sequence its sequence number, from 0 to 255
   * @param payload the content
   */
  MySqlPacket(int sequence, byte[] payload) {
    this.sequence = sequence;
    this.payload = payload;
  }

  /** Reads a packet. A payload that is longer than {@code longest} is skipped, and empty. */
  static MySqlPacket read(InputStream from, int longest) throws IOException {
    DataInputStream data = new DataInputStream(from);
    int header = Integer.reverseBytes(data.readInt());
    int length = header & 0xFFFFFF;
    int sequence = header >>> 24;
    if (length > longest) {
      data.skipNBytes(length);
      return new MySqlPacket(sequence, new byte[0]);
    }
    byte[] payload = new byte[length];
    data.readFully(payload);
    return new MySqlPacket(sequence, payload);
  }

  /** A packet with the same number and other content. */
  MySqlPacket with(byte[] other) {
    return new MySqlPacket(sequence, other);
  }

  /** The answer to this packet. */
  MySqlPacket answer(byte[] payload) {
    return new MySqlPacket((sequence + 1) & 0xFF, payload);
  }

  /** What kind of packet it is, in an answer to a login; -1 if it is empty. */
  int kind() {
    return payload.length == 0 ? -1 : Byte.toUnsignedInt(payload[0]);
  }

  /** The payload, to be read field by field. */
  ByteBuffer fields() {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] payload() {
    return payload;
  }

  void write(OutputStream to) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + payload.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(payload.length | sequence << 24).put(payload);
    to.write(bytes.array());
    to.flush();
  }
}
