package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A signed token and how long it may be used. The value is a password; {@link #toString()} omits
 * it.
 *
 * @param value the token to send as the password
 * @param signedAt when it was signed
 * @param usableFor how long it may be used from then on; zero for a token for a single login
 * @param key the key that signed it
 * @param region the region that it was signed for
 */
record IamToken(String value, Instant signedAt, Duration usableFor, SigningKey key, String region) {

  /**
   * The validity of a token, 900 s, which is also the upper limit of all settings: fixed at RDS,
   * and requested at Aurora DSQL.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
   *     database authentication</a>
   */
  static final Duration LONGEST_LIFE = Duration.ofMinutes(15);

  /**
   * How long before the expiration of its credentials a token is no longer sent, so that it is
   * still valid when the server checks it: servers reject a token once its credentials have
   * expired.
   */
  static final Duration CREDENTIALS_MARGIN = Duration.ofSeconds(10);

  /** The state of a token at the time of a login. */
  enum State {
    /** Used as it is. */
    FRESH,
    /** Used, but due for renewal. */
    DUE,
    /** Must not be sent any more. */
    EXPIRED
  }

  /**
   * Creates a token that is usable until the earliest of three times: the given time after its
   * signing, the end of its validity of 900 s, and a margin before its credentials expire.
   */
  static IamToken signed(
      String value, Instant signedAt, Duration expiration, SigningKey key, String region) {
    Duration usableFor = shorter(expiration, LONGEST_LIFE);
    if (key.expiresAt() != null) {
      Duration credentialsLive = Duration.between(signedAt, key.expiresAt());
      usableFor = shorter(usableFor, credentialsLive.minus(CREDENTIALS_MARGIN));
    }
    return new IamToken(value, signedAt, longer(usableFor, Duration.ZERO), key, region);
  }

  Instant usableUntil() {
    return signedAt.plus(usableFor);
  }

  /**
   * The state at a time. A token is due in the last fifth of its life, and when the clock was set
   * back to before its signing.
   *
   * @param now the time of the wall clock
   * @param elapsed the time since the signing according to a monotonic clock. The greater age
   *     counts: the wall clock notices a suspended machine, and the monotonic clock a wall clock
   *     that was set back.
   */
  State stateAt(Instant now, Duration elapsed) {
    Duration age = ageAt(now, elapsed);
    if (age.compareTo(usableFor) >= 0) {
      return State.EXPIRED;
    }
    boolean lastFifth = age.compareTo(usableFor.multipliedBy(4).dividedBy(5)) >= 0;
    return lastFifth || now.isBefore(signedAt) ? State.DUE : State.FRESH;
  }

  /** How much longer it may be used. */
  Duration remainingAt(Instant now, Duration elapsed) {
    return longer(usableFor.minus(ageAt(now, elapsed)), Duration.ZERO);
  }

  private Duration ageAt(Instant now, Duration elapsed) {
    return longer(Duration.between(signedAt, now), elapsed);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /**
   * Compares the value, which determines the rest. A record's generated comparison would cost 20 ms
   * at its first use.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof IamToken token && value.equals(token.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** Whether both were signed by the same access key. */
  boolean isOfSameKeyAs(IamToken other) {
    return credential(value).equals(credential(other.value));
  }

  /** Whether a server that rejects one would reject the other for the same reason. */
  boolean isOfSameKeyAndRegionAs(IamToken other) {
    return isOfSameKeyAs(other) && region.equals(other.region);
  }

  /** The key ID in the presigned request, which precedes the date and the region. */
  private static String credential(String token) {
    int start = token.indexOf("X-Amz-Credential=");
    int end = token.indexOf("%2F", start);
    return start < 0 || end < 0 ? token : token.substring(start, end);
  }

  @Override
  public String toString() {
    return "signed at " + signedAt + " with " + key + ", usable until " + usableUntil();
  }
}
