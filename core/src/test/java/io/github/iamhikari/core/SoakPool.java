package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

/**
 * An {@link IamDataSource} on the simulated machine, used as HikariCP uses it, and the oracle that
 * watches it. The oracle sees what the library asks of the AWS provider and what it sends to the
 * server; from that, from the documented times, and from what the simulated world knows, it says
 * what must not have been sent, and which login must not have been lost.
 *
 * <p><b>Sent</b> is the token of this pool's own last signing, or of the one before if that was the
 * last when the login began, for its user, its endpoint and its region, while it is usable by both
 * of the machine's clocks: until {@code iam_expiration} after its date, and until 10 s before its
 * credentials end; one that is good for one login only (by {@code iam_expiration=0}, or because its
 * credentials end too soon) at once and before they end. A login sends two tokens at most.
 *
 * <p><b>Signed</b> is when there is no usable token, in the last fifth of one's life, when the wall
 * clock was set back to before its date, or when the server has refused it; and never sooner than 1
 * s after the AWS provider failed. The next login has a token renewed that is due.
 *
 * <p><b>Not lost</b> is a login, unless the server was out of reach or throttled it, if from its
 * beginning to its end
 *
 * <ul>
 *   <li>the current token is usable and one that the server takes, and the server has not refused
 *       it or no other one can be signed; or
 *   <li>the AWS provider gives credentials with which a token of now, dated by the machine's wrong
 *       clock, is one that the server takes.
 * </ul>
 *
 * <p>The documented exceptions: for 1 s, doubling to 30 s, and to 5 s without a usable token, after
 * the AWS provider failed, nothing is signed; for up to 2, 7 and 10 s after a refused login nothing
 * is sent; and a token that is refused in its first 10 s, before any login with it succeeded, is
 * not replaced. The login after a refused one takes a new token, whether or not the server would
 * take the old one by now. A throttled login, too, is tried again, with a new token, if one can be
 * had under the same conditions.
 *
 * <p>One more: a token by a key that the server accepted, and still the only one, is not replaced
 * within the login where the server was out of reach since, accepted one just now, or has refused
 * others lately. Then it is likely to be throttling.
 */
final class SoakPool {

  /** A token that the library has signed: known by what went into it. */
  private static final class Signing {
    private final AwsCredentials credentials;
    private final Instant date;
    private final long nanos;
    private boolean accepted;
    private boolean refused;

    private Signing(AwsCredentials credentials, Instant date, long nanos) {
      this.credentials = credentials;
      this.date = date;
      this.nanos = nanos;
    }

    private boolean isSameAs(Signing other) {
      return date.equals(other.date) && credentials.equals(other.credentials);
    }
  }

  private record Attempt(Signing signing, SoakVerdict verdict, boolean replaceable) {}

  /** What the oracle knows at the beginning or the end of a login. */
  private record Outlook(
      @Nullable Signing current,
      boolean currentWorks,
      boolean currentIsServed,
      boolean currentIsDue,
      boolean newWorks,
      boolean mayWait,
      int questions,
      Optional<AwsCredentials> given) {}

  private static final Duration CREDENTIALS_MARGIN = Duration.ofSeconds(10);
  private static final Duration NEW = Duration.ofSeconds(10);

  /** For so long after a refused login the next one may be taken for throttled. */
  private static final Duration SUSPICION = Duration.ofMinutes(10);

  /** And for so long after an accepted one; a login takes up to 5 s and 4 s. */
  private static final Duration JUST_NOW = Duration.ofSeconds(5 + 9);

  private static final Duration LIFE_AT_THE_SERVER = Duration.ofMinutes(15);
  private static final Duration AHEAD_AT_THE_SERVER = Duration.ofMinutes(5);

  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final String name;
  private final String user;
  private final Duration expiration;
  private final SoakTime time;
  private final SoakIdentity identity;
  private final SoakServer server;
  private final Random random;
  private final Map<String, Integer> summary;
  private final IamDataSource logins;

  private @Nullable Signing signing;
  private @Nullable Signing signingBefore;
  private int questions; // to the AWS provider
  private int failures;
  private long failedNanos;
  private int refusals;
  private long refusedNanos;
  private boolean wasRefused;
  private boolean wasAway;
  private String acceptedKey = "";
  private long acceptedNanos;
  private @Nullable String broken;
  private List<Attempt> attempts = new ArrayList<>();

  /**
   * @param summary counts what happens, by its name
   */
  SoakPool(
      String name,
      String user,
      int expiration,
      SoakTime time,
      SoakIdentity identity,
      SoakServer server,
      Random random,
      Map<String, Integer> summary) {
    this.name = name;
    this.user = user;
    this.expiration = Duration.ofSeconds(expiration);
    this.time = time;
    this.identity = identity;
    this.server = server;
    this.random = random;
    this.summary = summary;
    Properties properties = new Properties();
    properties.setProperty(IamSettings.EXPIRATION, Integer.toString(expiration));
    this.logins =
        IamDataSource.builder()
            .name(name)
            .jdbcUrl("jdbc:postgresql://" + server.host() + "/app")
            .user(user)
            .properties(properties)
            .awsCredentialsProvider(this::resolveCredentials)
            .driver((url, driverProperties) -> new StubDriver(this::enter))
            .signingThreads(Runnable::run)
            .random(random::nextDouble)
            .clock(time, time::nanoTime)
            .build();
  }

  /**
   * One login, which the oracle judges.
   *
   * @param handover what happens between HikariCP's question for the credentials and its login
   */
  void login(Runnable handover) {
    attempts = new ArrayList<>();
    if (random.nextInt(4) > 0) {
      boolean asked = outlook(signing).currentIsDue && !expiration.isZero();
      int askedBefore = questions;
      logins.getToken(user, Duration.ZERO);
      require(!asked || questions > askedBefore, "A token that was due was not renewed");
      handover.run();
    }
    signingBefore = signing;
    Outlook before = outlook(signing);
    count("logins");
    try {
      logins.getConnection(user, "ignored").close();
      require(
          !before.currentIsDue || questions > before.questions,
          "A token that was due was not renewed");
      refusals = 0;
    } catch (SQLException failure) {
      count("logins that failed");
      judge(failure, before, outlook(before.current));
      if (attempts.stream().anyMatch(SoakPool::isRefusal)) {
        refusals++;
        wasRefused = true;
        refusedNanos = time.nanoTime();
      }
    }
    assertThat(broken).isNull();
  }

  private static boolean isRefusal(Attempt attempt) {
    return !attempt.verdict.equals(SoakVerdict.OUT_OF_REACH);
  }

  /** The AWS credentials provider. */
  private AwsCredentials resolveCredentials() {
    questions++;
    require(
        signing == null || signing.refused || !isUsable(signing) || isDue(signing),
        "A token was signed though the current one was neither due nor refused");
    require(
        failures == 0 || time.since(failedNanos).toMillis() >= 1_000,
        "The AWS provider was asked again less than 1 s after it failed");
    if (random.nextInt(50) == 0) {
      time.advance(Duration.ofMillis(random.nextInt(5_000)));
    }
    Optional<AwsCredentials> given = identity.given();
    if (given.filter(this::canSign).isPresent()) {
      failures = 0;
      Signing next = new Signing(given.get(), time.wallSecond(), time.nanoTime());
      // Of the same second and key it is the same token, to the letter.
      next.refused = signing != null && signing.refused && signing.isSameAs(next);
      signing = next;
      count("tokens signed");
    } else {
      failures++;
      failedNanos = time.nanoTime();
      count("AWS provider failed");
    }
    return given.orElseThrow(() -> new IllegalStateException("the metadata service is down"));
  }

  /** The driver. */
  private void enter(String sentUser, String token) throws SQLException {
    require(sentUser.equals(user), "Another user was sent");
    Signing sent = signingOf(token);
    boolean isNew = sent.nanos == time.nanoTime();
    boolean inTime = isUsable(sent) || (isNew && credentialsLive(sent));
    require(inTime, "A token was sent after its time");
    time.advance(latency());
    SoakVerdict verdict = server.judge(user, token, identity);
    count("attempts: " + verdict.name());
    boolean replaceable =
        sent != signing || sent.accepted || time.since(sent.nanos).compareTo(NEW) >= 0;
    attempts.add(new Attempt(sent, verdict, replaceable));
    require(attempts.size() <= 2, "One login sent more than two tokens");
    if (verdict.equals(SoakVerdict.OUT_OF_REACH)) {
      wasAway = true;
      throw new SQLException("The connection attempt failed.", "08001");
    }
    if (!verdict.equals(SoakVerdict.ACCEPTED)) {
      sent.refused = true;
      throw new SQLException("FATAL: PAM authentication failed for user \"" + user + "\"", "28000");
    }
    sent.accepted = true;
    sent.refused = false;
    wasAway = false;
    acceptedKey = sent.credentials.accessKeyId();
    acceptedNanos = time.nanoTime();
  }

  private void judge(SQLException failure, Outlook before, Outlook after) {
    if (!attempts.isEmpty()) {
      boolean outOfReach =
          attempts.get(attempts.size() - 1).verdict.equals(SoakVerdict.OUT_OF_REACH);
      require(
          outOfReach == "08001".equals(failure.getSQLState()),
          "The SQLState is not the driver's, but " + failure.getSQLState());
      if (outOfReach) {
        count("failed: the server was out of reach");
        return;
      }
    } else if (refusals > 0 && time.since(refusedNanos).compareTo(longestWait(refusals)) < 0) {
      count("failed: nothing sent shortly after a refusal");
      return;
    }
    boolean newWorks =
        before.newWorks && after.newWorks && before.given.equals(after.given) && !before.mayWait;
    if (newWorks && looksThrottled(requireNonNull(before.given.orElse(null)))) {
      count("failed: taken for throttled");
      return;
    }
    if (attempts.stream().anyMatch(attempt -> attempt.verdict.equals(SoakVerdict.THROTTLED))) {
      Attempt first = attempts.get(0);
      boolean canDiffer =
          !first.signing.date.equals(time.wallSecond())
              || !before.given.equals(Optional.of(first.signing.credentials));
      boolean replaceable = newWorks && first.replaceable && canDiffer;
      require(!replaceable || attempts.size() == 2, "A throttled token was not replaced");
      count("failed: throttled");
      return;
    }
    boolean currentWorks = before.currentIsServed && before.currentWorks && after.currentWorks;
    require(!currentWorks, "A login was lost though the current token was good");
    boolean refusedWhileNew =
        attempts.size() == 1
            && !attempts.get(0).replaceable
            && attempts.get(0).signing == before.current;
    require(!newWorks || refusedWhileNew, "A login was lost though a new token was good");
    if (newWorks) {
      count("failed: a new token was refused");
    } else if (before.newWorks && before.mayWait) {
      count("failed: waiting after the AWS provider failed");
    } else {
      count("failed: no good credentials, or the wall clock too wrong");
    }
  }

  /**
   * Whether the one token that was sent was of a good key, which there still is no other one of.
   */
  private boolean looksThrottled(AwsCredentials given) {
    String key = given.accessKeyId();
    return attempts.size() == 1
        && key.equals(acceptedKey)
        && key.equals(attempts.get(0).signing.credentials.accessKeyId())
        && (wasAway
            || time.since(acceptedNanos).compareTo(JUST_NOW) < 0
            || (wasRefused && time.since(refusedNanos).compareTo(SUSPICION) < 0));
  }

  /** With a token that is the current one, now or when the login began. */
  private Outlook outlook(@Nullable Signing current) {
    Optional<AwsCredentials> given = identity.given();
    Optional<AwsCredentials> signing = given.filter(this::canSign);
    boolean currentLives = current != null && isUsable(current);
    boolean mayWait =
        failures > 0
            && time.since(failedNanos).compareTo(wait(1, failures, currentLives ? 30 : 5)) < 0;
    boolean canRenew = current != null && signing.isPresent() && !mayWait;
    return new Outlook(
        current,
        current != null && currentLives && isTaken(current.credentials, current.date),
        currentLives && !(canRenew && requireNonNull(current).refused),
        canRenew && isDue(requireNonNull(current)),
        signing.filter(credentials -> isTaken(credentials, time.wallSecond())).isPresent(),
        mayWait,
        questions,
        given);
  }

  /** Whether the server takes what was signed with these, and has this date. */
  private boolean isTaken(AwsCredentials credentials, Instant date) {
    Duration age = Duration.between(date, time.trueTime());
    return identity.isGood(credentials.accessKeyId())
        && age.compareTo(LIFE_AT_THE_SERVER) < 0
        && age.negated().compareTo(AHEAD_AT_THE_SERVER) <= 0;
  }

  /** Whether the machine takes them for credentials that are still good. */
  private boolean canSign(AwsCredentials credentials) {
    return credentials.accessKeyId() != null
        && credentials.expirationTime().filter(end -> !time.wallSecond().isBefore(end)).isEmpty();
  }

  private boolean isUsable(Signing token) {
    return isWithin(usableFor(token), token);
  }

  private boolean isDue(Signing token) {
    return !isWithin(usableFor(token).multipliedBy(4).dividedBy(5), token)
        || time.instant().isBefore(token.date);
  }

  private Duration usableFor(Signing token) {
    return token
        .credentials
        .expirationTime()
        .map(end -> Duration.between(token.date, end).minus(CREDENTIALS_MARGIN))
        .filter(life -> life.compareTo(expiration) < 0)
        .orElse(expiration);
  }

  private boolean credentialsLive(Signing token) {
    return token
        .credentials
        .expirationTime()
        .filter(end -> !isWithin(Duration.between(token.date, end), token))
        .isEmpty();
  }

  /** By both of the machine's clocks. */
  private boolean isWithin(Duration life, Signing token) {
    return Duration.between(token.date, time.instant()).compareTo(life) < 0
        && time.since(token.nanos).compareTo(life) < 0;
  }

  /** The signing that a token is of: the last one, or the one that was so when the login began. */
  private Signing signingOf(String token) {
    require(
        isTokenOf(signing, token) || isTokenOf(signingBefore, token),
        "Another token was sent than one of the last signings");
    return requireNonNull(isTokenOf(signing, token) ? signing : signingBefore);
  }

  private boolean isTokenOf(@Nullable Signing sent, String token) {
    return sent != null
        && identity.owns(sent.credentials.accessKeyId())
        && token.contains("X-Amz-Credential=" + sent.credentials.accessKeyId() + "%2F")
        && token.contains("X-Amz-Date=" + DATE.format(sent.date) + "&");
  }

  private static Duration wait(int first, int times, int longest) {
    return Duration.ofSeconds(Math.min(longest, (long) first << Math.min(times - 1, 10)));
  }

  /** They are jittered. */
  private static Duration longestWait(int refusals) {
    return Duration.ofSeconds(refusals == 1 ? 2 : refusals == 2 ? 7 : 10);
  }

  private Duration latency() {
    int longest = random.nextInt(100) == 0 ? 4_000 : 40;
    return Duration.ofMillis(1 + random.nextInt(longest));
  }

  private void require(boolean isKept, String violation) {
    if (!isKept) {
      broken = broken == null ? describe(violation) : broken;
      throw new AssertionError(broken);
    }
  }

  private String describe(String violation) {
    Signing token = signing;
    return String.join(
        "\n  ",
        violation + ":",
        name + ": " + logins + ", " + identity,
        "after " + time.passed() + ", at " + time.trueTime() + ", by its clock " + time.instant(),
        "current token: "
            + (token == null
                ? "none"
                : "of %s, signed %s ago, usable for %s, credentials until %s, accepted: %s"
                    .formatted(
                        token.date,
                        time.since(token.nanos),
                        usableFor(token),
                        token.credentials.expirationTime(),
                        token.accepted)),
        "in this login: " + attempts.stream().map(attempt -> attempt.verdict.name()).toList(),
        failures + " failures of the AWS provider, " + refusals + " logins refused before");
  }

  private void count(String what) {
    summary.merge(what, 1, Integer::sum);
  }
}
