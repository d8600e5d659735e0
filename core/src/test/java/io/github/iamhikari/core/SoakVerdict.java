package io.github.iamhikari.core;

import io.github.iamhikari.localrds.Refusal;
import java.util.Set;

/**
 * What a simulated server said to a login.
 *
 * @param name for a summary
 */
record SoakVerdict(String name) {

  static final SoakVerdict ACCEPTED = new SoakVerdict("accepted");
  static final SoakVerdict OUT_OF_REACH = new SoakVerdict("the server was out of reach");
  static final SoakVerdict THROTTLED = new SoakVerdict("throttled");
  static final SoakVerdict NOT_PERMITTED = new SoakVerdict("no policy permits it");

  /** What a good library meets as well, where a key is revoked or a clock is wrong. */
  private static final Set<Refusal> EXPECTED =
      Set.of(Refusal.UNKNOWN_ACCESS_KEY, Refusal.EXPIRED, Refusal.NOT_YET_VALID);

  static SoakVerdict of(Refusal refusal) {
    if (!EXPECTED.contains(refusal)) {
      throw new AssertionError("A token was sent that no server would ever take: " + refusal);
    }
    return new SoakVerdict(refusal.name());
  }
}
