package io.github.iamhikari.localrds;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.ProtocolException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One login by {@code SCRAM-SHA-256}, by which the gateway itself logs in to a PostgreSQL that asks
 * for it. It does not ask the server for a proof in return.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc5802">RFC 5802</a>
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7677">RFC 7677</a>
 */
final class ScramSha256 {

  static final String MECHANISM = "SCRAM-SHA-256";

  private static final int KEY_BITS = 256;
  private static final String WITHOUT_CHANNEL_BINDING = "n,,";
  private static final Pattern CHALLENGE =
      Pattern.compile("r=([^,]+),s=([A-Za-z0-9+/=]+),i=([0-9]{1,9})");

  private final String password;
  private final String nonce;

  /**
   * A login.
   *
   * @param password of ASCII characters only
   * @param nonce random ASCII characters, without a comma
   */
  ScramSha256(String password, String nonce) {
    this.password = password;
    this.nonce = nonce;
  }

  /** The client's first message. The server knows the user already. */
  String first() {
    return WITHOUT_CHANNEL_BINDING + bareFirst();
  }

  private String bareFirst() {
    return "n=,r=" + nonce;
  }

  /** What the client answers to the server's challenge. */
  String answer(String challenge) throws ProtocolException {
    Matcher parts = CHALLENGE.matcher(challenge);
    if (!parts.matches() || !parts.group(1).startsWith(nonce)) {
      throw new ProtocolException("not a challenge of " + MECHANISM);
    }
    byte[] salt = Base64.getDecoder().decode(parts.group(2));
    String binding = base64(WITHOUT_CHANNEL_BINDING.getBytes(UTF_8));
    String answer = "c=" + binding + ",r=" + parts.group(1);
    String signed = String.join(",", bareFirst(), challenge, answer);
    return answer + ",p=" + base64(proof(salt, Integer.parseInt(parts.group(3)), signed));
  }

  private byte[] proof(byte[] salt, int iterations, String signed) {
    try {
      PBEKeySpec spec = new PBEKeySpec(password.toCharArray(), salt, iterations, KEY_BITS);
      byte[] salted =
          SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      byte[] clientKey = hmac(salted, "Client Key");
      byte[] proof = hmac(MessageDigest.getInstance("SHA-256").digest(clientKey), signed);
      for (int i = 0; i < proof.length; i++) {
        proof[i] ^= clientKey[i];
      }
      return proof;
    } catch (GeneralSecurityException e) {
      throw new AssertionError("each Java platform has these algorithms", e);
    }
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }
}
