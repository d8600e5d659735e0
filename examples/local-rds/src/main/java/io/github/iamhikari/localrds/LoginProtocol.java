package io.github.iamhikari.localrds;

import java.io.IOException;

/** How one engine's clients log in. Safe for use by several threads, one connection each. */
interface LoginProtocol {

  /**
   * Talks with a new client until it is logged in to the database as well, or refused.
   *
   * @return whether the client is logged in
   * @throws IOException if a side disconnects or speaks another protocol
   */
  boolean login(Connection connection) throws IOException;
}
