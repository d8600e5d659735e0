package io.github.iamhikari.localrds;

/**
 * Why a login was refused. RDS tells its client none of this, and Aurora DSQL little; {@link
 * LocalRds#logins()} tells a test.
 *
 * <p>A token has one reason, the first that applies in the order of this list.
 *
 * @see <a
 *     href="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html">IAM
 *     database authentication</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html">
 *     Authentication methods of Signature Version 4</a>
 * @see <a
 *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html">
 *     Authentication and authorization for Aurora DSQL</a>
 */
public enum Refusal {
  /** The client did not ask for TLS, without which a token would be readable on its way. */
  NO_TLS,
  /** Aurora DSQL: neither TLS (SNI) nor the option {@code amzn-cluster-id} named a cluster. */
  NO_SERVER_NAME,
  /** Aurora DSQL: TLS (SNI) or the option {@code amzn-cluster-id} named another cluster. */
  WRONG_SERVER_NAME,
  /** Aurora DSQL: the cluster had as many connections as it takes. */
  TOO_MANY_CONNECTIONS,
  /** IAM login is not enabled for the instance. */
  IAM_LOGIN_DISABLED,
  /** No such account, or one that does not log in with IAM. */
  UNKNOWN_ACCOUNT,
  /** There were too many logins in a second; the token has not been looked at. */
  THROTTLED,
  /**
   * What was sent as the password is not of the form {@code host:port/?name=value&...}, of which a
   * token for Aurora DSQL has no port.
   */
  NOT_A_TOKEN,
  /** A parameter that a token does not have. */
  UNKNOWN_PARAMETER,
  /** A parameter stands there twice. */
  REPEATED_PARAMETER,
  /** A parameter that each token has is not there. */
  MISSING_PARAMETER,
  /** {@code Action} is not {@code connect}, or {@code DbConnect} or {@code DbConnectAdmin}. */
  WRONG_ACTION,
  /** {@code X-Amz-Algorithm} is not {@code AWS4-HMAC-SHA256}. */
  WRONG_ALGORITHM,
  /** {@code X-Amz-SignedHeaders} is not {@code host}. */
  WRONG_SIGNED_HEADERS,
  /** {@code X-Amz-Date} is not a time of the form {@code 20260131T235959Z}. */
  WRONG_DATE,
  /** {@code X-Amz-Expires} is not a number of seconds from 1 to 900, or 604,800 (a week). */
  WRONG_EXPIRES,
  /** {@code X-Amz-Credential} is not of the form {@code id/date/region/service/aws4_request}. */
  WRONG_CREDENTIAL,
  /** The date in the credential scope is not the day of {@code X-Amz-Date}. */
  WRONG_SCOPE_DATE,
  /** Signed for another region than the endpoint's. */
  WRONG_REGION,
  /** Signed for another service than {@code rds-db}, or {@code dsql}. */
  WRONG_SERVICE,
  /** Signed for another host than the endpoint's name, to the letter. */
  WRONG_HOST,
  /** Signed for another port than the endpoint's, or for any port of Aurora DSQL. */
  WRONG_PORT,
  /**
   * {@code DBUser} is not the user who logs in. Aurora DSQL: {@code Action} is not that user's,
   * which is {@code DbConnectAdmin} for {@code admin} alone.
   */
  WRONG_USER,
  /** Signed more than five minutes in the future. */
  NOT_YET_VALID,
  /** The token's life is over. */
  EXPIRED,
  /** The access key is not known, or was revoked. */
  UNKNOWN_ACCESS_KEY,
  /** The access key's session token is not there, is another one, or the key has none. */
  WRONG_SESSION_TOKEN,
  /** Everything is right but the signature: another secret, or changed after it was signed. */
  WRONG_SIGNATURE,
  /** The session that the access key is of has ended. */
  EXPIRED_CREDENTIALS,
  /**
   * No policy allows the key's owner {@code rds-db:connect} for the account, or on Aurora DSQL
   * {@code dsql:DbConnect} or {@code dsql:DbConnectAdmin}; or one denies it.
   */
  NOT_AUTHORIZED,
  /** Aurora DSQL: no {@code AWS IAM GRANT} has linked the database role to the key's owner. */
  NOT_LINKED
}
