package io.github.iamhikari.core;

/**
 * What a token is signed for. A token opens this login and no other.
 *
 * @param host the endpoint's name, in lower case
 * @param port the endpoint's port
 * @param region the region whose RDS checks the token
 * @param user the database user who logs in
 */
record TokenRequest(String host, int port, String region, String user) {

  /** The same login of another user. */
  TokenRequest of(String otherUser) {
    return new TokenRequest(host, port, region, otherUser);
  }

  /** As in a message: {@code user "app" at db.c9akciq32rgb.us-east-2.rds.amazonaws.com:5432}. */
  @Override
  public String toString() {
    return "user \"" + user + "\" at " + host + ":" + port + " (region " + region + ")";
  }
}
