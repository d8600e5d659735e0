package io.github.iamhikari.localrds;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to log in to {@link LocalRds}, with its result. Immutable.
 *
 * @param at when it was decided, by the clock of the {@link LocalRds}
 * @param user the database user
 * @param tlsProtocol the TLS version, such as {@code TLSv1.3}; null for a login without TLS
 * @param token the password that was sent; empty if none was asked for or it was longer than any
 *     token. It is a secret while it lives: for up to 15 minutes, or a week for Aurora DSQL
 * @param accessKeyId the access key id in the token; null if there is none
 * @param refusal why it was refused; null if it was accepted
 */
public record Login(
    Instant at,
    String user,
    @Nullable String tlsProtocol,
    String token,
    @Nullable String accessKeyId,
    @Nullable Refusal refusal) {

  /**
   * Whether the token was accepted. The database may still have refused the session, for example
   * because it does not exist.
   *
   * @return true if there is no refusal
   */
  public boolean accepted() {
    return refusal == null;
  }

  /** Everything but the token. */
  @Override
  public String toString() {
    String key = accessKeyId == null ? "no access key" : accessKeyId;
    String tls = tlsProtocol == null ? "no TLS" : tlsProtocol;
    String verdict = refusal == null ? "accepted" : refusal.name();
    return "Login[" + String.join(", ", at.toString(), user, key, tls, verdict) + "]";
  }
}
