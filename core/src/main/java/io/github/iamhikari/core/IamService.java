package io.github.iamhikari.core;

/** The AWS service that validates a token, with the parameters of its tokens. */
enum IamService {
  /** Amazon RDS, including Aurora. */
  RDS("RDS", "rds-db", "connect", "connect", true),
  /**
   * Aurora DSQL.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html">Authentication
   *     and authorization for Aurora DSQL</a>
   */
  DSQL("Aurora DSQL", "dsql", "DbConnect", "DbConnectAdmin", false);

  /** The user with a separate action for logging in to Aurora DSQL. */
  static final String ADMIN = "admin";

  private final String title;
  private final String code;
  private final String action;
  private final String actionOfAdmin;
  private final boolean namesPortAndUser;

  IamService(
      String title, String code, String action, String actionOfAdmin, boolean namesPortAndUser) {
    this.title = title;
    this.code = code;
    this.action = action;
    this.actionOfAdmin = actionOfAdmin;
    this.namesPortAndUser = namesPortAndUser;
  }

  /** Its name in signatures and policies: {@code rds-db}. */
  String code() {
    return code;
  }

  /** The action that a user's token requests. */
  String action(String user) {
    return user.equals(ADMIN) ? actionOfAdmin : action;
  }

  /** The host part of the signed request, at the beginning of the token. */
  String authority(String host, int port) {
    return namesPortAndUser ? host + ":" + port : host;
  }

  /** Whether the token contains the user's name. */
  boolean namesUser() {
    return namesPortAndUser;
  }

  /** Its name in messages. */
  @Override
  public String toString() {
    return title;
  }
}
