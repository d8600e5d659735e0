package io.github.iamhikari.core;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;

/** What a driver's exception says of a login with a token, and what to do about it. */
enum LoginFailure {
  /** The server looked at the token, and refused it. */
  TOKEN_REFUSED(
      "Check that the user may log in with IAM (PostgreSQL: GRANT rds_iam; MySQL:"
          + " AWSAuthenticationPlugin), that the policy of the AWS credentials allows"
          + " rds-db:connect for this user on this database, that IAM authentication is switched on"
          + " there, that host, port and region are the endpoint's own, and that this machine's"
          + " clock is right"),

  /** The server does not take a token from this user, but a password of its own. */
  NO_IAM_USER(
      "The user does not exist, or logs in with a password of the database's own;"
          + " in PostgreSQL, GRANT rds_iam to it"),

  /** The server takes no token without TLS. */
  TLS_MISSING("The server takes IAM logins over TLS only; let the driver use it"),

  /** The server has no rule that lets this user in from here. */
  NOT_PERMITTED("The server's pg_hba.conf lets this user in from here in no way"),

  /** Whatever it is, it is no matter of the login. */
  UNRELATED("");

  private static final String INVALID_AUTHORIZATION = "28000";
  private static final String INVALID_PASSWORD = "28P01";
  private static final int MYSQL_ACCESS_DENIED = 1045;

  private final String remedy;

  LoginFailure(String remedy) {
    this.remedy = remedy;
  }

  /** What to check, as sentences for a message. */
  String remedy() {
    return remedy;
  }

  /** Reads an exception, its causes and the exceptions chained to it. */
  static LoginFailure of(SQLException failure) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Throwable> unread = new ArrayDeque<>(Set.of(failure));
    while (!unread.isEmpty()) {
      Throwable next = unread.pop();
      if (!seen.add(next)) {
        continue;
      }
      if (next.getCause() != null) {
        unread.add(next.getCause());
      }
      if (next instanceof SQLException exception) {
        LoginFailure verdict = read(exception);
        if (verdict != UNRELATED) {
          return verdict;
        }
        if (exception.getNextException() != null) {
          unread.add(exception.getNextException());
        }
      }
    }
    return UNRELATED;
  }

  private static LoginFailure read(SQLException exception) {
    if (exception.getErrorCode() == MYSQL_ACCESS_DENIED) {
      return TOKEN_REFUSED;
    }
    if (INVALID_PASSWORD.equals(exception.getSQLState())) {
      return NO_IAM_USER;
    }
    if (!INVALID_AUTHORIZATION.equals(exception.getSQLState())) {
      return UNRELATED;
    }
    String message = String.valueOf(exception.getMessage()).toLowerCase(Locale.ROOT);
    if (!message.contains("pg_hba.conf")) {
      return TOKEN_REFUSED;
    }
    boolean inClearText = message.contains("no encryption") || message.contains("ssl off");
    return inClearText ? TLS_MISSING : NOT_PERMITTED;
  }
}
