package io.github.iamhikari.localrds;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An AWS access key with which {@link LocalRds} verifies signatures. Immutable.
 *
 * @param id the access key id, such as {@code AKIAIOSFODNN7EXAMPLE}; not secret
 * @param secret the secret access key
 * @param sessionToken the session token of temporary credentials; null for a long-lived key
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/security-creds.html">AWS security
 *     credentials</a>
 */
public record AccessKey(String id, String secret, @Nullable String sessionToken) {

  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * An access key with these parts.
   *
   * @param id the access key id
   * @param secret the secret access key
   * @param sessionToken the session token, or null
   * @throws IllegalArgumentException if a part is empty, or the id has other characters than
   *     letters and digits
   */
  public AccessKey {
    Objects.requireNonNull(secret, "secret");
    if (!id.matches("\\w+")) {
      throw new IllegalArgumentException(
          "An access key id must consist of letters and digits, and is " + id);
    }
    if (secret.isEmpty()) {
      throw new IllegalArgumentException("The secret of access key " + id + " is empty.");
    }
    if (sessionToken != null && sessionToken.isEmpty()) {
      throw new IllegalArgumentException(
          "The session token of access key " + id + " is empty. Use null for a key without one.");
    }
  }

  /**
   * A long-lived access key.
   *
   * @param id the access key id
   * @param secret the secret access key
   * @return the key, without session token
   */
  public static AccessKey of(String id, String secret) {
    return new AccessKey(id, secret, null);
  }

  /**
   * A new, random long-lived access key, of AWS's form. Its secret begins with {@code localrds}, so
   * that searches for leaked secrets find it.
   *
   * @return the key, without session token
   */
  public static AccessKey random() {
    return of("AKIA" + randomHex(8).toUpperCase(Locale.ROOT), "localrds" + randomHex(16));
  }

  /** This many random bytes as lower-case hexadecimal digits. */
  static String randomHex(int bytes) {
    byte[] random = new byte[bytes];
    RANDOM.nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  /** The access key id, without the secrets. */
  @Override
  public String toString() {
    return "AccessKey[" + id + "]";
  }
}
