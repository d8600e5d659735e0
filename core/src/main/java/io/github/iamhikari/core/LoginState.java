package io.github.iamhikari.core;

/** What is to be expected of the next login of an {@link IamDataSource}. */
public enum LoginState {
  /** Nothing speaks against it: the last one was accepted, or there was none yet. */
  OPEN,
  /** The server refused the last one, whose token was new. The next one is sent all the same. */
  REFUSED,
  /**
   * The server has just refused one, whose token was new. The next one is answered with that and
   * not sent, for 2 s after the first refusal and up to 10 s after more of them.
   */
  HELD_BACK,
  /**
   * The last one failed for another reason: no token could be signed, or the server not reached.
   */
  FAILED
}
