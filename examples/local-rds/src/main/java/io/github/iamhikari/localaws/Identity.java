package io.github.iamhikari.localaws;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LoginPolicy;
import io.github.iamhikari.localrds.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An IAM user or a session of a role, by one of its access keys.
 *
 * @param account the account it belongs to
 * @param arn its ARN, as {@code GetCallerIdentity} returns it
 * @param principal the ARN of the user or the role
 * @param userId its unique id, as {@code GetCallerIdentity} returns it
 * @param policy its policy
 * @param key the access key
 * @param expiration when the session ends; null for a user
 */
record Identity(
    String account,
    String arn,
    String principal,
    String userId,
    List<Statement> policy,
    AccessKey key,
    @Nullable Instant expiration) {

  boolean hasEnded(Instant now) {
    return expiration != null && !now.isBefore(expiration);
  }

  Decision decide(String action, String resource) {
    return Decision.of(policy, action, resource);
  }

  /**
   * Checks that its policy allows an action.
   *
   * @throws ServiceException if it does not
   */
  void demand(String action, String resource) {
    if (decide(action, resource) != Decision.ALLOWED) {
      throw denial(action, resource);
    }
  }

  ServiceException denial(String action, String resource) {
    return new ServiceException(
        403,
        "AccessDenied",
        String.join(
            " ", "User:", arn, "is not authorized to perform:", action, "on resource:", resource));
  }

  /** The policy for logins. */
  LoginPolicy logins(InstantSource clock) {
    return (action, resource) -> {
      if (hasEnded(clock.instant())) {
        return Optional.of(Refusal.EXPIRED_CREDENTIALS);
      }
      boolean allowed = decide(action, resource) == Decision.ALLOWED;
      return allowed ? Optional.empty() : Optional.of(Refusal.NOT_AUTHORIZED);
    };
  }
}
