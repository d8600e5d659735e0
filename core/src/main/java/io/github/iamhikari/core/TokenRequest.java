package io.github.iamhikari.core;

import org.jspecify.annotations.Nullable;

/**
 * What a token is signed for: one user at one endpoint.
 *
 * @param service the service that validates the token
 * @param host the endpoint's name, in lower case
 * @param port the endpoint's port, which tokens for DSQL do not contain
 * @param region the region whose service validates the token; null for the region of a global
 *     database's writer, which is looked up for each new token
 * @param user the database user who logs in
 */
record TokenRequest(
    IamService service, String host, int port, @Nullable String region, String user) {

  /** A login to RDS. */
  TokenRequest(String host, int port, @Nullable String region, String user) {
    this(IamService.RDS, host, port, region, user);
  }

  boolean isOfDsql() {
    return service == IamService.DSQL;
  }

  boolean isOfAdmin() {
    return user.equals(IamService.ADMIN);
  }

  /** The same login for another user. */
  TokenRequest of(String otherUser) {
    return new TokenRequest(service, host, port, region, otherUser);
  }

  /** The action that a policy must allow, such as {@code rds-db:connect}. */
  String permission() {
    return service.code() + ":" + service.action(user);
  }

  /** The same login with a known region. */
  TokenRequest in(String knownRegion) {
    return new TokenRequest(service, host, port, knownRegion, user);
  }

  /** For messages: {@code user "app" at db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432}. */
  @Override
  public String toString() {
    String where = region == null ? "of the current writer" : region;
    return "user \"" + user + "\" at " + host + ":" + port + " (region " + where + ")";
  }
}
