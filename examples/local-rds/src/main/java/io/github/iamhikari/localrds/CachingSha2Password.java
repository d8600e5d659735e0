package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ProtocolException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;

/**
 * The login plugin {@code caching_sha2_password}, by which the gateway itself logs in to MySQL. The
 * first login of an account, before the server has cached its password, sends the password
 * encrypted with the server's public key.
 *
 * @see <a
 *     href="https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html">
 *     Caching_sha2_password information</a>
 */
final class CachingSha2Password {

  static final String PLUGIN = "caching_sha2_password";

  /** The server's answer if it has cached the password and it is right. */
  private static final String FAST_SUCCESS = "\3";

  /** The server's answer if it needs the password itself. */
  private static final String FULL_AUTHENTICATION = "\4";

  private static final byte PUBLIC_KEY_REQUEST = 2;

  private CachingSha2Password() {}

  /** {@code SHA256(password) XOR SHA256(SHA256(SHA256(password)), nonce)}. */
  static byte[] scramble(String password, byte[] nonce) {
    MessageDigest sha256 = sha256();
    byte[] once = sha256.digest(password.getBytes(UTF_8));
    byte[] twice = sha256.digest(once);
    sha256.update(twice);
    return xor(sha256.digest(nonce), once);
  }

  /**
   * The answer after the server has received the scrambled password; empty to wait for its
   * decision.
   *
   * @param said the server's message: one of two codes, then its public key
   */
  static byte[] answer(String said, String password, byte[] nonce) throws ProtocolException {
    return switch (said) {
      case FAST_SUCCESS -> new byte[0];
      case FULL_AUTHENTICATION -> new byte[] {PUBLIC_KEY_REQUEST};
      default -> encrypt(password, nonce, said);
    };
  }

  private static byte[] encrypt(String password, byte[] nonce, String publicKey)
      throws ProtocolException {
    byte[] terminated = (password + '\0').getBytes(UTF_8);
    try {
      Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
      cipher.init(Cipher.ENCRYPT_MODE, decode(publicKey));
      return cipher.doFinal(xor(terminated, nonce));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new ProtocolException("the database's public key is of no use: " + e);
    }
  }

  private static PublicKey decode(String pem) throws GeneralSecurityException {
    String encoded = pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    return KeyFactory.getInstance("RSA")
        .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(encoded)));
  }

  private static byte[] xor(byte[] text, byte[] repeated) {
    byte[] changed = Arrays.copyOf(text, text.length);
    for (int i = 0; i < changed.length; i++) {
      changed[i] ^= repeated[i % repeated.length];
    }
    return changed;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java platform has SHA-256", e);
    }
  }
}
