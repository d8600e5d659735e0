package io.github.iamhikari;

import org.jspecify.annotations.Nullable;

/**
 * Monitors and renews a pool's IAM tokens. If {@code registerMbeans} is set, it is registered next
 * to HikariCP's own MBeans as {@code com.zaxxer.hikari:type=IamToken (poolName)} while the pool is
 * open. It exposes no secrets. Methods may be called by multiple threads.
 */
public interface IamTokenMXBean {

  /**
   * {@return when the current token stops being used, such as {@code 2026-11-22T12:14:30Z}; null if
   * none was signed yet}
   */
  @Nullable String getUsableUntil();

  /** {@return the number of tokens signed} */
  long getSigned();

  /** {@return the number of failed attempts to sign a token} */
  long getFailed();

  /** {@return the number of tokens rejected by the server, including those replaced by a retry} */
  long getRejected();

  /**
   * {@return the time and reason of the last failure to sign a token or log in; null if there was
   * none}
   */
  @Nullable String getLastFailure();

  /**
   * Signs a new token for future logins, and allows the next login immediately even if the server
   * has just rejected one. Pools renew their tokens without this.
   *
   * @throws IllegalStateException if no token can be signed; the old token is kept
   */
  void renew();
}
