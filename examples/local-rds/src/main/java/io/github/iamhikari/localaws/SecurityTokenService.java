package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.AccessKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Consumer;

/**
 * STS. Safe for use by several threads.
 *
 * @param clock the clock of sessions
 * @param roles the roles, by their ARNs
 * @param sessions receives each new session
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html">AssumeRole</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html">GetCallerIdentity</a>
 */
record SecurityTokenService(
    InstantSource clock, Map<String, LocalRole> roles, Consumer<Identity> sessions) {

  static final String ASSUME_ROLE = "sts:AssumeRole";
  static final String ASSUME_ROLE_WITH_WEB_IDENTITY = "sts:AssumeRoleWithWebIdentity";
  static final String GET_CALLER_IDENTITY = "sts:GetCallerIdentity";

  private static final Duration SHORTEST_SESSION = Duration.ofMinutes(15);
  private static final Duration USUAL_SESSION = Duration.ofHours(1);

  HttpResponse getCallerIdentity(Query query, Identity caller) {
    return query.response(
        Xml.text("Arn", caller.arn()),
        Xml.text("UserId", caller.userId()),
        Xml.text("Account", caller.account()));
  }

  HttpResponse assumeRole(Query query, Identity caller) {
    String arn = query.required("RoleArn");
    LocalRole role = roles.get(arn);
    if (role == null
        || !mayAssume(caller, role)
        || role.wantsExternalId(query.optional("ExternalId"))) {
      throw caller.denial(ASSUME_ROLE, arn);
    }
    Duration duration = duration(query, role);
    if (caller.expiration() != null && duration.compareTo(USUAL_SESSION) > 0) {
      throw invalid(
          "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
              + " chaining.");
    }
    return open(query, role, duration);
  }

  HttpResponse assumeRoleWithWebIdentity(Query query) {
    LocalRole role = roles.get(query.required("RoleArn"));
    if (role == null) {
      throw new ServiceException(
          403, "AccessDenied", "Not authorized to perform " + ASSUME_ROLE_WITH_WEB_IDENTITY);
    }
    if (!role.trustsWebIdentity(query.required("WebIdentityToken"))) {
      throw new ServiceException(
          400, "InvalidIdentityToken", "The web identity token could not be validated");
    }
    return open(query, role, duration(query, role));
  }

  /**
   * Within an account, either the role's trust or the caller's policy is enough if it names the
   * other; of another account, both are needed.
   */
  private static boolean mayAssume(Identity caller, LocalRole role) {
    Decision decision = caller.decide(ASSUME_ROLE, role.arn());
    boolean trustsCaller = role.trusts(caller.principal()) || role.trusts(caller.arn());
    boolean trustsAccount = role.trusts("arn:aws:iam::" + caller.account() + ":root");
    if (decision == Decision.IMPLICIT_DENY) {
      return trustsCaller && caller.account().equals(role.account());
    }
    return decision == Decision.ALLOWED && (trustsCaller || trustsAccount);
  }

  private static Duration duration(Query query, LocalRole role) {
    long usual = USUAL_SESSION.toSeconds();
    String seconds = query.optional("DurationSeconds").orElse(Long.toString(usual));
    Duration duration =
        Duration.ofSeconds(seconds.matches("\\d{1,6}") ? Long.parseLong(seconds) : 0);
    if (duration.compareTo(SHORTEST_SESSION) < 0) {
      throw invalid(
          "1 validation error detected: Value '"
              + seconds
              + "' at 'durationSeconds' failed to satisfy constraint: Member must have value greater"
              + " than or equal to 900");
    }
    if (duration.compareTo(role.longestSession()) > 0) {
      throw invalid(
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }
    return duration;
  }

  private HttpResponse open(Query query, LocalRole role, Duration duration) {
    String name = query.required("RoleSessionName");
    if (!name.matches("[\\w+=,.@-]{2,64}")) {
      throw invalid(
          "1 validation error detected: Value '"
              + name
              + "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular"
              + " expression pattern: [\\w+=,.@-]*");
    }
    Instant until = clock.instant().plus(role.session(duration)).truncatedTo(ChronoUnit.SECONDS);
    AccessKey key = role.open(name, until);
    String arn = role.sessionArn(name);
    String userId = role.uniqueId() + ":" + name;
    sessions.accept(
        new Identity(role.account(), arn, role.arn(), userId, role.policy(), key, until));
    return query.response(
        Xml.element("AssumedRoleUser", Xml.text("Arn", arn), Xml.text("AssumedRoleId", userId)),
        Xml.element(
            "Credentials",
            Xml.text("AccessKeyId", key.id()),
            Xml.text("SecretAccessKey", key.secret()),
            Xml.text("SessionToken", String.valueOf(key.sessionToken())),
            Xml.text("Expiration", until)));
  }

  private static ServiceException invalid(String message) {
    return new ServiceException(400, "ValidationError", message);
  }
}
