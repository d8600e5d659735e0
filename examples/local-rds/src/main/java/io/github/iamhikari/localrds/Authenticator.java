package io.github.iamhikari.localrds;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides who may log in, and records each attempt. May be shared between threads. */
final class Authenticator {

  /** More than any token has, in bytes. */
  static final int LONGEST_PASSWORD = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

  private final TokenVerifier verifier;
  private final Set<String> accounts;
  private final InstantSource clock;
  private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
  private final List<Login> logins = new ArrayList<>();

  Authenticator(TokenVerifier verifier, Set<String> accounts, InstantSource clock) {
    this.verifier = verifier;
    this.accounts = accounts;
    this.clock = clock;
  }

  void add(AccessKey key) {
    keys.put(key.id(), key);
  }

  void revoke(String accessKeyId) {
    keys.remove(accessKeyId);
  }

  List<Login> logins() {
    synchronized (logins) {
      return List.copyOf(logins);
    }
  }

  /**
   * Judges an attempt to log in, and writes it down.
   *
   * @param user the database user
   * @param password what was sent as the password; empty where it was longer than any token
   * @param tlsProtocol the TLS version; null if the client did not ask for TLS
   * @return why it is refused, or nothing if it is accepted
   */
  Optional<Refusal> judge(String user, String password, @Nullable String tlsProtocol) {
    var now = clock.instant();
    Optional<Refusal> refusal =
        tlsProtocol == null
            ? Optional.of(Refusal.NO_TLS)
            : accounts.contains(user)
                ? verifier.verify(password, user, keys, now)
                : Optional.of(Refusal.UNKNOWN_ACCOUNT);
    String accessKeyId =
        PresignedRequest.parse(password)
            .map(PresignedRequest::accessKeyId)
            .filter(id -> !id.isEmpty())
            .orElse(null);
    Login login = new Login(now, user, tlsProtocol, password, accessKeyId, refusal.orElse(null));
    LOG.debug("{}", login);
    synchronized (logins) {
      logins.add(login);
    }
    return refusal;
  }
}
