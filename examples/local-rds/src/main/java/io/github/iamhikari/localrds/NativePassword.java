package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The login plugin {@code mysql_native_password}, by which the gateway itself logs in to MariaDB.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html">
 *     Native password authentication</a>
 */
final class NativePassword {

  static final String PLUGIN = "mysql_native_password";

  private NativePassword() {}

  /** {@code SHA1(password) XOR SHA1(nonce, SHA1(SHA1(password)))}. */
  static byte[] scramble(String password, byte[] nonce) {
    MessageDigest sha1 = sha1();
    byte[] once = sha1.digest(password.getBytes(UTF_8));
    byte[] twice = sha1.digest(once);
    sha1.update(nonce);
    byte[] scrambled = sha1.digest(twice);
    for (int i = 0; i < scrambled.length; i++) {
      scrambled[i] ^= once[i];
    }
    return scrambled;
  }

  private static MessageDigest sha1() {
    try {
      return MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java platform has SHA-1", e);
    }
  }
}
