package io.github.iamhikari.localrds;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Percent-encoding for Signature Version 4: UTF-8, all but unreserved characters, upper-case
 * digits.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html">
 *     Create a signed request: UriEncode()</a>
 */
final class PercentEncoding {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private PercentEncoding() {}

  static String encode(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
      if (isUnreserved((char) octet)) {
        encoded.append((char) octet);
        continue;
      }
      encoded.append('%').append(HEX.toHexDigits(octet));
    }
    return encoded.toString();
  }

  /**
   * The decoded text, if it is well-formed: each {@code %} with two digits, valid UTF-8, and none
   * but the characters that RFC 3986 allows in a query. Equals and plus signs are not allowed
   * either: one ends a name, the other is a space to some readers.
   */
  static Optional<String> decode(String encoded) {
    ByteBuffer octets = ByteBuffer.allocate(encoded.length());
    for (int i = 0; i < encoded.length(); i++) {
      char character = encoded.charAt(i);
      if (isUnreserved(character) || "!$'()*,;:@/?".indexOf(character) >= 0) {
        octets.put((byte) character);
        continue;
      }
      if (character != '%'
          || i + 2 >= encoded.length()
          || !HexFormat.isHexDigit(encoded.charAt(i + 1))
          || !HexFormat.isHexDigit(encoded.charAt(i + 2))) {
        return Optional.empty();
      }
      octets.put((byte) HexFormat.fromHexDigits(encoded, i + 1, i + 3));
      i += 2;
    }
    try {
      return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString());
    } catch (CharacterCodingException e) {
      return Optional.empty();
    }
  }

  private static boolean isUnreserved(char character) {
    return (character >= 'a' && character <= 'z')
        || (character >= 'A' && character <= 'Z')
        || (character >= '0' && character <= '9')
        || "-._~".indexOf(character) >= 0;
  }
}
