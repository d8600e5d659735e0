package io.github.iamhikari.core;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A signed token and how long it may be used. The value is a password: {@link #toString()} leaves
 * it out.
 *
 * @param value what is sent as the password
 * @param signedAt when it was signed
 * @param usableFor for how long from then it may be sent; zero for a token that serves one login
 * @param key what it was signed with
 * @param region the region that it was signed for
 */
record IamToken(String value, Instant signedAt, Duration usableFor, SigningKey key, String region) {

  /**
   * What RDS grants a token, and one for Aurora DSQL asks for: 900 s, and the most that any setting
   * can ask for.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
   *     database authentication</a>
   */
  static final Duration LONGEST_LIFE = Duration.ofMinutes(15);

  /**
   * A token is refused as soon as the credentials that signed it have run out. This much earlier it
   * is no longer sent, so that it still lives when the server looks at it.
   */
  static final Duration CREDENTIALS_MARGIN = Duration.ofSeconds(10);

  /** What is to be done about a token when a login asks for one. */
  enum State {
    /** It is used as it is. */
    FRESH,
    /** It is used, and somebody should renew it. */
    DUE,
    /** It must not be sent any more. */
    EXPIRED
  }

  /**
   * A token that is usable until the earliest of three ends: the given time after its signing, the
   * 900 s that it is valid for, and the end of the credentials that signed it, less a margin.
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
   * The state at a time. In the last fifth of its life a token is due; so is one that, by a clock
   * that was set back, has not been signed yet.
   *
   * @param now the wall clock's time
   * @param elapsed the time since the signing by a clock that nobody sets. The older of the two
   *     ages counts: the wall clock sees a suspended machine, the other one a clock set back.
   */
  State stateAt(Instant now, Duration elapsed) {
    Duration age = ageAt(now, elapsed);
    if (age.compareTo(usableFor) >= 0) {
      return State.EXPIRED;
    }
    boolean lastFifth = age.compareTo(usableFor.multipliedBy(4).dividedBy(5)) >= 0;
    return lastFifth || now.isBefore(signedAt) ? State.DUE : State.FRESH;
  }

  /** For how much longer it may be used. */
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

  /** By the value, which says all else; what a record has for this costs 20 ms when first used. */
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

  /** Whether a server that refuses one would refuse the other for the same reason. */
  boolean isOfSameKeyAndRegionAs(IamToken other) {
    return isOfSameKeyAs(other) && region.equals(other.region);
  }

  /** As it stands in a presigned request: the key's id comes before the date and the region. */
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
