package io.github.iamhikari.core;

import org.jspecify.annotations.Nullable;

/**
 * What a token is signed for. A token opens this login and no other.
 *
 * @param service the service that checks the token
 * @param host the endpoint's name, in lower case
 * @param port the endpoint's port, which is no part of a token of DSQL
 * @param region the region whose service checks the token; null for that of a global database's
 *     present writer, which is looked up when a token is signed
 * @param user the database user who logs in
 */
record TokenRequest(
    IamService service, String host, int port, @Nullable String region, String user) {

  /** A login at RDS. */
  TokenRequest(String host, int port, @Nullable String region, String user) {
    this(IamService.RDS, host, port, region, user);
  }

  boolean isOfDsql() {
    return service == IamService.DSQL;
  }

  boolean isOfAdmin() {
    return user.equals(IamService.ADMIN);
  }

  /** The same login of another user. */
  TokenRequest of(String otherUser) {
    return new TokenRequest(service, host, port, region, otherUser);
  }

  /** The action that the token stands for, as a policy allows it: {@code rds-db:connect}. */
  String permission() {
    return service.code() + ":" + service.action(user);
  }

  /** The same login where its region is known. */
  TokenRequest in(String knownRegion) {
    return new TokenRequest(service, host, port, knownRegion, user);
  }

  /** As in a message: {@code user "app" at db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432}. */
  @Override
  public String toString() {
    String where = region == null ? "of the current writer" : region;
    return "user \"" + user + "\" at " + host + ":" + port + " (region " + where + ")";
  }
}
