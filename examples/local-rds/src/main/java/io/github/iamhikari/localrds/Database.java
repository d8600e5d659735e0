package io.github.iamhikari.localrds;

import java.nio.file.Path;

/**
 * A real database server on this machine: it listens on 127.0.0.1, and its accounts have a password
 * that only the gateway knows.
 */
interface Database extends AutoCloseable {

  /** The port it listens on. */
  int port();

  /** Stops it at once, or restores a server that ran before. Its data is lost. */
  @Override
  void close();

  /** Starts a database. */
  interface Start {

    /** Starts it with these accounts, with its data in this directory. */
    Database start(Path directory, Accounts accounts) throws Exception;
  }
}
