package io.github.iamhikari.localrds;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to log in to {@link LocalRds}, and what came of it. Immutable.
 *
 * @param at when it was judged, by the clock of the {@link LocalRds}
 * @param user the database user who wanted to log in
 * @param tlsProtocol the TLS version, such as {@code TLSv1.3}; null for a login without TLS
 * @param token what was sent as the password; empty where none was asked for or it was longer than
 *     any token. It is for a test that looks for it where it should not be: it opens the database
 *     for up to 15 minutes, and a cluster of Aurora DSQL for up to a week
 * @param accessKeyId the access key id that the token names; null where it names none
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
   * Whether the token was good. The database can still have refused the session, for example
   * because there is no such database.
   *
   * @return true if nothing was wrong with it
   */
  public boolean accepted() {
    return refusal == null;
  }

  /** All but the token. */
  @Override
  public String toString() {
    String key = accessKeyId == null ? "no access key" : accessKeyId;
    String tls = tlsProtocol == null ? "no TLS" : tlsProtocol;
    String verdict = refusal == null ? "accepted" : refusal.name();
    return "Login[" + String.join(", ", at.toString(), user, key, tls, verdict) + "]";
  }
}
