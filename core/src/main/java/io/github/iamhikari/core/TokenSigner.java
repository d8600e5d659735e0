package io.github.iamhikari.core;

import java.time.Duration;

/** Signs tokens. Implementations are thread-safe. */
interface TokenSigner {

  /**
   * Signs a new token, with credentials resolved for this call.
   *
   * @param expiration how long the token may be used at most
   * @throws RuntimeException if there are no credentials, or only expired ones
   */
  IamToken sign(TokenRequest request, Duration expiration);

  /**
   * Requests another key for the next token, if possible, because this one may have been revoked.
   *
   * @param key the key of a token that must not be used any more
   */
  default void forget(SigningKey key) {}

  /**
   * Requests a new lookup of the region, unless that is configured, because the server rejected a
   * token and the writer may have moved.
   *
   * @param region the region of the rejected token
   */
  default void regionRefused(String region) {}
}
