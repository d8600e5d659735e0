package io.github.iamhikari.localrds;

import java.util.Set;

/**
 * What is made in a database server for those who log in with tokens.
 *
 * @param database a new database, theirs alone
 * @param users who they are
 * @param password what the gateway logs in with, whichever of them it is for
 */
record Accounts(String database, Set<String> users, String password) {

  /** All but the password. */
  @Override
  public String toString() {
    return "Accounts[" + database + ", " + users + "]";
  }
}
