package io.github.iamhikari.localrds;

/**
 * Why a login was refused. Clients of RDS are told none of this, and clients of Aurora DSQL little;
 * tests find it in {@link LocalRds#logins()}.
 *
 * <p>A login has one reason, the first that applies in the order of this list.
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
  /** The client did not ask for TLS. */
  NO_TLS,
  /** Aurora DSQL: neither TLS (SNI) nor the option {@code amzn-cluster-id} named a cluster. */
  NO_SERVER_NAME,
  /** Aurora DSQL: TLS (SNI) or the option {@code amzn-cluster-id} named another cluster. */
  WRONG_SERVER_NAME,
  /** Aurora DSQL: the cluster had the most connections that it accepts. */
  TOO_MANY_CONNECTIONS,
  /** IAM login is not enabled for the instance. */
  IAM_LOGIN_DISABLED,
  /** No such account, or one that does not log in with IAM. */
  UNKNOWN_ACCOUNT,
  /** There were too many logins in a second; the token was not verified. */
  THROTTLED,
  /**
   * The password is not of the form {@code host:port/?name=value&...}; tokens for Aurora DSQL have
   * no port.
   */
  NOT_A_TOKEN,
  /** The token has a parameter that tokens do not have. */
  UNKNOWN_PARAMETER,
  /** The token has a parameter twice. */
  REPEATED_PARAMETER,
  /** The token lacks a parameter. */
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
  /** The token is for another region. */
  WRONG_REGION,
  /** The token is for another service than {@code rds-db} or {@code dsql}. */
  WRONG_SERVICE,
  /** The token is for another host than the endpoint's name; case matters. */
  WRONG_HOST,
  /** The token is for another port, or for any port of Aurora DSQL. */
  WRONG_PORT,
  /**
   * {@code DBUser} is not the user who logs in. Aurora DSQL: {@code Action} does not fit the user;
   * it is {@code DbConnectAdmin} for {@code admin} only.
   */
  WRONG_USER,
  /** The token was signed more than five minutes in the future. */
  NOT_YET_VALID,
  /** The token has expired. */
  EXPIRED,
  /** The access key is not known, or was revoked. */
  UNKNOWN_ACCESS_KEY,
  /** The token has no session token or another one, or the access key has none. */
  WRONG_SESSION_TOKEN,
  /** The signature is wrong: another secret signed the token, or it was changed afterwards. */
  WRONG_SIGNATURE,
  /** The session of the access key has ended. */
  EXPIRED_CREDENTIALS,
  /**
   * No policy allows the key's owner {@code rds-db:connect} for the account, or on Aurora DSQL
   * {@code dsql:DbConnect} or {@code dsql:DbConnectAdmin}; or one denies it.
   */
  NOT_AUTHORIZED,
  /** Aurora DSQL: no {@code AWS IAM GRANT} has linked the database role to the key's owner. */
  NOT_LINKED
}
