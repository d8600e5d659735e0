package io.github.iamhikari.core;

/** The AWS service that checks a token, and what a token for it is. */
enum IamService {
  /** Amazon RDS, which Aurora is a part of. */
  RDS("RDS", "rds-db", "connect", "connect", true),
  /**
   * Aurora DSQL.
   *
   * @see <a
   *     href="https://docs.aws.amazon.com/aurora-dsql/latest/userguide/authentication-authorization.html">Authentication
   *     and authorization for Aurora DSQL</a>
   */
  DSQL("Aurora DSQL", "dsql", "DbConnect", "DbConnectAdmin", false);

  /** The user who logs in to Aurora DSQL by an action of its own. */
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

  /** The action that a user's token stands for. */
  String action(String user) {
    return user.equals(ADMIN) ? actionOfAdmin : action;
  }

  /** What is signed as the host, and stands before the token's path. */
  String authority(String host, int port) {
    return namesPortAndUser ? host + ":" + port : host;
  }

  /** Whether a token names the user who logs in. */
  boolean namesUser() {
    return namesPortAndUser;
  }

  /** Its name in messages. */
  @Override
  public String toString() {
    return title;
  }
}
