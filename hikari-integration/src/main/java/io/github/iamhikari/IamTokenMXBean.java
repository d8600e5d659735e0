package io.github.iamhikari;

import org.jspecify.annotations.Nullable;

/**
 * What an operator may see of a pool's IAM tokens, and do. It stands beside HikariCP's own beans as
 * {@code com.zaxxer.hikari:type=IamToken (poolName)}, where {@code registerMbeans} is set, as long
 * as the pool is open. It shows no secret.
 */
public interface IamTokenMXBean {

  /**
   * {@return until when the current token may be used, such as {@code 2026-11-22T12:14:30Z}; null
   * if none was signed yet}
   */
  @Nullable String getUsableUntil();

  /** {@return how many tokens were signed} */
  long getSigned();

  /** {@return how many attempts to sign a token failed} */
  long getFailed();

  /** {@return how many tokens the server refused, also such as were replaced unseen} */
  long getRejected();

  /**
   * {@return when and why a token could not be signed or a login was refused the last time; null if
   * that never was}
   */
  @Nullable String getLastFailure();

  /**
   * Signs a new token for the logins that follow, and lets the next one be sent even if the server
   * has just refused one. A pool never needs that to keep logging in.
   *
   * @throws IllegalStateException if none can be signed; the old one is kept
   */
  void renew();
}
