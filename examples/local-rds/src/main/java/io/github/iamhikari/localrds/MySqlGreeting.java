package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The first packet of a MySQL or MariaDB server.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html">
 *     Protocol::HandshakeV10</a>
 */
final class MySqlGreeting {

  private static final int VERSION = 10;
  private static final int NONCE_START = 8;
  private static final int NONCE = 20;

  /** From the lower half of the capabilities to the upper: the character set and the status. */
  private static final int TO_UPPER_CAPABILITIES = 5;

  /** From the upper half of the capabilities to the rest of the nonce. */
  private static final int TO_NONCE = 13;

  private final byte[] payload;
  private final int capabilitiesAt;
  private final byte[] nonce;
  private final String plugin;

  private MySqlGreeting(byte[] payload, int capabilitiesAt, byte[] nonce, String plugin) {
    this.payload = payload;
    this.capabilitiesAt = capabilitiesAt;
    this.nonce = nonce;
    this.plugin = plugin;
  }

  static MySqlGreeting of(MySqlPacket packet) throws ProtocolException {
    if (packet.kind() != VERSION) {
      throw new ProtocolException("the database greets with " + packet.kind());
    }
    ByteBuffer fields = packet.fields();
    fields.get();
    ZeroTerminated.read(fields);
    fields.getInt();
    byte[] nonce = new byte[NONCE];
    fields.get(nonce, 0, NONCE_START);
    fields.get();
    int capabilitiesAt = fields.position();
    fields.position(capabilitiesAt + TO_UPPER_CAPABILITIES + TO_NONCE);
    fields.get(nonce, NONCE_START, NONCE - NONCE_START);
    fields.get();
    String plugin = new String(ZeroTerminated.read(fields), US_ASCII);
    return new MySqlGreeting(packet.payload(), capabilitiesAt, nonce, plugin);
  }

  /** The nonce that passwords are scrambled with. */
  byte[] nonce() {
    return nonce;
  }

  /** The plugin by which clients log in unless they are told another. */
  String plugin() {
    return plugin;
  }

  /** The same greeting from a server that speaks TLS and does not compress. */
  byte[] withTls() {
    byte[] changed = Arrays.copyOf(payload, payload.length);
    ByteBuffer fields = ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN);
    int lower = fields.getShort(capabilitiesAt);
    int upper = fields.getShort(capabilitiesAt + TO_UPPER_CAPABILITIES);
    int capabilities = (lower & 0xFFFF) | upper << Short.SIZE;
    capabilities |= MySqlCapability.SSL;
    capabilities &= ~(MySqlCapability.COMPRESS | MySqlCapability.ZSTD);
    fields.putShort(capabilitiesAt, (short) capabilities);
    fields.putShort(capabilitiesAt + TO_UPPER_CAPABILITIES, (short) (capabilities >>> Short.SIZE));
    return changed;
  }
}
