package io.github.iamhikari.localrds;

import java.util.Optional;

/**
 * The policy of an access key's owner. It is asked at each login with a valid token, by several
 * threads.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.IAMPolicy.html">
 *     Creating and using an IAM policy for IAM database access</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html">
 *     Authentication and authorization for Aurora DSQL</a>
 */
@FunctionalInterface
public interface LoginPolicy {

  /**
   * Decides whether a login is allowed.
   *
   * @param action {@code rds-db:connect}, or on Aurora DSQL {@code dsql:DbConnect} or {@code
   *     dsql:DbConnectAdmin}
   * @param resource the ARN of the database user, such as {@code
   *     arn:aws:rds-db:us-east-2:123456789012:dbuser:db-ABCDEFGHIJKL01234/app}, or of the cluster
   * @return {@link Refusal#NOT_AUTHORIZED}, {@link Refusal#EXPIRED_CREDENTIALS}, or nothing if the
   *     login is allowed
   */
  Optional<Refusal> refuse(String action, String resource);
}
