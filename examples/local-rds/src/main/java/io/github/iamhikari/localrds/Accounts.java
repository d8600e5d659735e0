package io.github.iamhikari.localrds;

import java.util.Set;

/**
 * The database users who log in with tokens, and their database.
 *
 * @param database a new database, which they own
 * @param users their names
 * @param password the password of all of them, with which the gateway logs in
 */
record Accounts(String database, Set<String> users, String password) {

  /** Everything but the password. */
  @Override
  public String toString() {
    return "Accounts[" + database + ", " + users + "]";
  }
}
