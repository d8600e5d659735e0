package io.github.iamhikari.webservice.demo;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows of one second. It holds no secret.
 *
 * @param load whether orders are placed
 * @param local what is broken; null with databases of your own, where nothing can be
 * @param notes what somebody did in this second
 */
record Sample(
    Instant at,
    boolean load,
    @Nullable Local local,
    Map<String, Database> databases,
    List<String> notes) {

  /** What is broken in {@link LocalAws}. */
  record Local(boolean keyRevoked, boolean credentialsHang, List<String> stopped) {}

  /**
   * One database, as the service sees it.
   *
   * @param server product and version
   * @param endpoint for which host and user its tokens are signed
   * @param placed orders placed in this second
   * @param failed orders not placed in this second
   * @param placedInAll orders placed since the start
   * @param failedInAll orders not placed since the start
   * @param connections those of the pool
   * @param ages of the connections, in seconds
   * @param maxAge after which a connection is replaced, in seconds
   * @param logins sessions that the server opened in this second
   * @param refused tokens refused in this second
   * @param explanation why an order failed the last time; null if none did
   */
  record Database(
      String server,
      String endpoint,
      long placed,
      long failed,
      long placedInAll,
      long failedInAll,
      Connections connections,
      List<Long> ages,
      long maxAge,
      Token token,
      long logins,
      long refused,
      @Nullable Explanation explanation) {}

  /** Connections of a pool, and the callers who wait for one. */
  record Connections(int total, int active, int waiting) {}

  /**
   * The token that logins are made with.
   *
   * @param remaining for how many seconds it may still be used
   * @param life for how many seconds one is used
   * @param signed how many were signed since the start
   * @param awaited for how many seconds the credentials provider has not answered
   */
  record Token(long remaining, long life, long signed, long awaited) {}

  /** Why an order failed, in the words of the exception that the service got. */
  record Explanation(Instant at, String text) {}
}
