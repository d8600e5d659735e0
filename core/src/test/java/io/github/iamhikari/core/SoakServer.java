package io.github.iamhikari.core;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.Endpoint;
import io.github.iamhikari.localrds.TokenVerifier;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;

/**
 * An endpoint of a simulated RDS. It judges tokens as local-rds does, by the true time, but for the
 * socket; beyond that it can be out of reach, and refuse good tokens of too many logins.
 */
final class SoakServer {

  private final Endpoint endpoint;
  private final SoakTime time;
  private final Map<String, AccessKey> knownKeys;
  private final Random random;
  private final TokenVerifier verifier;
  private Instant reachableFrom = Instant.MIN;
  private Instant unthrottledFrom = Instant.MIN;
  private double throttledShare;

  SoakServer(Endpoint endpoint, SoakTime time, Map<String, AccessKey> knownKeys, Random random) {
    this.endpoint = endpoint;
    this.time = time;
    this.knownKeys = knownKeys;
    this.random = random;
    this.verifier = new TokenVerifier(endpoint, TokenVerifier.LONGEST_LIFETIME);
  }

  String host() {
    return endpoint.host();
  }

  /** What becomes of a login now. */
  SoakVerdict judge(String user, String token, SoakIdentity identity) {
    if (time.trueTime().isBefore(reachableFrom)) {
      return SoakVerdict.OUT_OF_REACH;
    }
    if (time.trueTime().isBefore(unthrottledFrom) && random.nextDouble() < throttledShare) {
      return SoakVerdict.THROTTLED;
    }
    identity.letTimeWork();
    return verifier
        .verify(token, user, knownKeys, time.trueTime())
        .map(SoakVerdict::of)
        .orElse(identity.isPermitted() ? SoakVerdict.ACCEPTED : SoakVerdict.NOT_PERMITTED);
  }

  void becomeUnreachable(Duration forTime) {
    reachableFrom = time.trueTime().plus(forTime);
  }

  void throttle(double share, Duration forTime) {
    throttledShare = share;
    unthrottledFrom = time.trueTime().plus(forTime);
  }

  @Override
  public String toString() {
    return endpoint.host();
  }
}
