package io.github.iamhikari.localrds;

/**
 * A real database server on this machine, reached through the gateway only: it listens on
 * 127.0.0.1, and its accounts have a password that nobody else knows.
 */
interface Database extends AutoCloseable {

  /** The port it listens on. */
  int port();

  /** Stops it at once. What it stored is of no use any more. */
  @Override
  void close();
}
