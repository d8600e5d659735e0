package io.github.iamhikari.core;

import java.time.Duration;

/** Signs tokens. May be shared between threads. */
interface TokenSigner {

  /**
   * A new token. Each call signs one, with credentials that are resolved once for it.
   *
   * @param expiration the longest that the token may be used
   * @throws RuntimeException if no credentials can be had, or only such that have run out
   */
  IamToken sign(TokenRequest request, Duration expiration);

  /**
   * Has the next token signed with another key, if one can be had: this one may have been revoked.
   *
   * @param key that signed a token which is wanted no more
   */
  default void forget(SigningKey key) {}

  /**
   * Has the region of the next token looked up again, if it is not a setting: the server refused
   * one, perhaps because the writer has moved.
   *
   * @param region that such a token was signed for
   */
  default void regionRefused(String region) {}
}
