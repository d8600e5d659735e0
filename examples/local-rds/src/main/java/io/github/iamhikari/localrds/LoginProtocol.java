package io.github.iamhikari.localrds;

import java.io.IOException;

/** How one engine's clients log in. Safe for use by several threads, one connection each. */
interface LoginProtocol {

  /**
   * Talks with a new client until it is logged in to the database as well, or refused.
   *
   * @return whether client and database are ready to talk to each other
   * @throws IOException if a side hung up, or talks another protocol
   */
  boolean login(Connection connection) throws IOException;
}
