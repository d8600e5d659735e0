package io.github.iamhikari.core;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * The AWS access key that signed a token, in a form that may be logged.
 *
 * @param maskedId the masked key ID: {@code AKIA...MPLE}
 * @param isSession whether it belongs to a session, which expires
 * @param roleArn the role that was assumed for it, or null
 * @param expiresAt when it expires, or null if that is unknown
 */
record SigningKey(
    String maskedId, boolean isSession, @Nullable String roleArn, @Nullable Instant expiresAt) {

  private static final int SHOWN = 4;

  static SigningKey of(AwsCredentials credentials, @Nullable String roleArn) {
    return new SigningKey(
        masked(credentials.accessKeyId()),
        credentials instanceof AwsSessionCredentials,
        roleArn,
        credentials.expirationTime().orElse(null));
  }

  /** Shows enough to recognize a key, and nothing of a key that is too short. */
  private static String masked(String id) {
    return id.length() < 4 * SHOWN
        ? "..."
        : id.substring(0, SHOWN) + "..." + id.substring(id.length() - SHOWN);
  }

  /** Written out, since a record's generated comparison would retain this class's loader. */
  boolean isSameAs(SigningKey other) {
    return maskedId.equals(other.maskedId) && Objects.equals(expiresAt, other.expiresAt);
  }

  boolean hasExpiredAt(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  /** For messages: {@code AKIA...MPLE (session credentials, which expire at ...)}. */
  @Override
  public String toString() {
    String kind = isSession ? "session credentials" : "long-term credentials";
    String role = roleArn == null ? "" : " of the role " + roleArn;
    String end = expiresAt == null ? "" : ", which expire at " + expiresAt;
    return maskedId + " (" + kind + role + end + ")";
  }
}
