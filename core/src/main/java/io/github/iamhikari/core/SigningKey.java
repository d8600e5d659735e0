package io.github.iamhikari.core;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * The AWS access key that signed a token, told in a way that a log may show.
 *
 * @param maskedId its id, masked: {@code AKIA...MPLE}
 * @param isSession whether it belongs to a session, which ends
 * @param roleArn the role that was assumed for it, if one was
 * @param expiresAt when it ends, if that is known
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

  /** Enough to tell a key from others, and nothing of one that is too short for that. */
  private static String masked(String id) {
    return id.length() < 4 * SHOWN
        ? "..."
        : id.substring(0, SHOWN) + "..." + id.substring(id.length() - SHOWN);
  }

  /** By hand, as the JDK's comparison would hold on to this class's loader. */
  boolean isSameAs(SigningKey other) {
    return maskedId.equals(other.maskedId) && Objects.equals(expiresAt, other.expiresAt);
  }

  boolean hasExpiredAt(Instant now) {
    return expiresAt != null && !now.isBefore(expiresAt);
  }

  /** As in a message: {@code AKIA...MPLE (session credentials, which expire at ...)}. */
  @Override
  public String toString() {
    String kind = isSession ? "session credentials" : "long-term credentials";
    String role = roleArn == null ? "" : " of the role " + roleArn;
    String end = expiresAt == null ? "" : ", which expire at " + expiresAt;
    return maskedId + " (" + kind + role + end + ")";
  }
}
