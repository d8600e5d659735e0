package io.github.iamhikari.localrds;

import java.nio.file.Path;
import java.util.List;

/** The MariaDB server of local-rds with no gateway before it. */
public final class PlainMariaDb implements AutoCloseable {

  private final Database server;

  /** Starts it, with its data in this directory, and executes these statements. */
  public PlainMariaDb(Path directory, List<String> statements) throws Exception {
    this.server = MariaDbDatabase.start(directory, statements);
  }

  /** The port of 127.0.0.1 that it listens on. */
  public int port() {
    return server.port();
  }

  @Override
  public void close() {
    server.close();
  }
}
