package io.github.iamhikari.localrds;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides who may log in, and records each attempt. May be shared between threads. */
final class Authenticator {

  /** Longer than any token, in bytes. */
  static final int LONGEST_PASSWORD = 64 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);

  private final TokenVerifier verifier;
  private final Set<String> accounts;
  private final InstantSource clock;
  private final LoginLimit limit;
  private final Map<String, AccessKey> keys = new ConcurrentHashMap<>();
  private final Map<String, Function<String, Optional<Refusal>>> policies =
      new ConcurrentHashMap<>();
  private final Set<String> unlinked = ConcurrentHashMap.newKeySet();
  private volatile boolean iamLogin = true;
  private volatile Instant expiredBefore = Instant.MIN;
  private final List<Login> logins = new ArrayList<>();

  Authenticator(
      TokenVerifier verifier, Set<String> accounts, InstantSource clock, LoginLimit limit) {
    this.verifier = verifier;
    this.accounts = accounts;
    this.clock = clock;
    this.limit = limit;
  }

  void add(AccessKey key) {
    add(key, user -> Optional.empty());
  }

  /** Adds a key. The policy tells why its owner may not log in as a user. */
  void add(AccessKey key, Function<String, Optional<Refusal>> policy) {
    policies.put(key.id(), policy);
    keys.put(key.id(), key);
  }

  void revoke(String accessKeyId) {
    keys.remove(accessKeyId);
    policies.remove(accessKeyId);
  }

  /** Waits for the next second, then lets all tokens expire that were signed before it. */
  void expireTokens() {
    Instant now = clock.instant();
    Instant next = now.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    long wait = Duration.between(now, next).toNanos();
    long start = System.nanoTime();
    while (System.nanoTime() - start < wait) {
      LockSupport.parkNanos(wait);
    }
    expiredBefore = next;
  }

  void iamLogin(boolean enabled) {
    iamLogin = enabled;
  }

  boolean iamLogin() {
    return iamLogin;
  }

  /** Links an account to the owners of all keys, as each is from the start, or unlinks it. */
  void linked(String user, boolean linked) {
    if (linked) {
      unlinked.remove(user);
    } else {
      unlinked.add(user);
    }
  }

  void linkAll() {
    unlinked.clear();
  }

  List<Login> logins() {
    synchronized (logins) {
      return List.copyOf(logins);
    }
  }

  /**
   * Decides on an attempt to log in, and records it.
   *
   * @param user the database user
   * @param password the password that was sent; empty if it was longer than any token
   * @param tlsProtocol the TLS version; null if the client did not ask for TLS
   * @return the attempt with its result
   */
  Login judge(String user, String password, @Nullable String tlsProtocol) {
    Instant now = clock.instant();
    String accessKeyId =
        PresignedRequest.parse(password)
            .map(PresignedRequest::accessKeyId)
            .filter(id -> !id.isEmpty())
            .orElse(null);
    Optional<Refusal> refusal = refusal(user, password, tlsProtocol, accessKeyId, now);
    return record(new Login(now, user, tlsProtocol, password, accessKeyId, refusal.orElse(null)));
  }

  /** Records an attempt that ended after it named its user. */
  Login refuse(String user, @Nullable String tlsProtocol, Refusal refusal) {
    return record(new Login(clock.instant(), user, tlsProtocol, "", null, refusal));
  }

  private Login record(Login login) {
    LOG.debug("{}", login);
    synchronized (logins) {
      logins.add(login);
    }
    return login;
  }

  private Optional<Refusal> refusal(
      String user,
      String password,
      @Nullable String tlsProtocol,
      @Nullable String accessKeyId,
      Instant now) {
    if (tlsProtocol == null) {
      return Optional.of(Refusal.NO_TLS);
    }
    if (!iamLogin) {
      return Optional.of(Refusal.IAM_LOGIN_DISABLED);
    }
    if (!accounts.contains(user)) {
      return Optional.of(Refusal.UNKNOWN_ACCOUNT);
    }
    if (!limit.takesOne()) {
      return Optional.of(Refusal.THROTTLED);
    }
    return wrongToken(user, password, now)
        .or(() -> forbidden(user, accessKeyId))
        .or(() -> unlinked.contains(user) ? Optional.of(Refusal.NOT_LINKED) : Optional.empty());
  }

  private Optional<Refusal> wrongToken(String user, String token, Instant now) {
    Optional<Refusal> wrong = verifier.verify(token, user, keys, now);
    boolean isWrongBefore = wrong.filter(why -> why.compareTo(Refusal.EXPIRED) < 0).isPresent();
    return !isWrongBefore && wasMadeToExpire(token, now) ? Optional.of(Refusal.EXPIRED) : wrong;
  }

  /** A clock that was set back has not come to that time yet. */
  private boolean wasMadeToExpire(String token, Instant now) {
    return !expiredBefore.isAfter(now.plusSeconds(1))
        && TokenVerifier.signedAt(token).filter(at -> at.isBefore(expiredBefore)).isPresent();
  }

  private Optional<Refusal> forbidden(String user, @Nullable String accessKeyId) {
    return Optional.ofNullable(accessKeyId)
        .map(policies::get)
        .flatMap(policy -> policy.apply(user));
  }
}
