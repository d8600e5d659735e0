package io.github.iamhikari.localrds;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** The strings of both engines' protocols: bytes that end at a zero. */
final class ZeroTerminated {

  private ZeroTerminated() {}

  /** Reads up to the next zero, or to the end if there is none; the zero is not part of it. */
  static byte[] read(ByteBuffer from) {
    int length = 0;
    while (length < from.remaining() && from.get(from.position() + length) != 0) {
      length++;
    }
    byte[] text = new byte[length];
    from.get(text);
    if (from.hasRemaining()) {
      from.get();
    }
    return text;
  }

  static void write(byte[] text, ByteArrayOutputStream to) {
    to.writeBytes(text);
    to.write(0);
  }
}
