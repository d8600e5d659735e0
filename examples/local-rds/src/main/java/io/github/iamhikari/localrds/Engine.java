package io.github.iamhikari.localrds;

import java.nio.file.Path;
import java.util.Set;

/** The two kinds of database, with the parts that each is made of. */
enum Engine {
  POSTGRES("jdbc:postgresql:") {
    @Override
    Database start(Path directory, String name, Set<String> accounts, String password)
        throws Exception {
      return PostgresDatabase.start(directory, name, accounts, password);
    }

    @Override
    LoginProtocol login(Doorkeeper doorkeeper, String password) {
      return new PostgresLogin(doorkeeper, password);
    }
  },

  MARIADB("jdbc:mysql:") {
    @Override
    Database start(Path directory, String name, Set<String> accounts, String password)
        throws Exception {
      return MariaDbDatabase.start(directory, name, accounts, password);
    }

    @Override
    LoginProtocol login(Doorkeeper doorkeeper, String password) {
      return new MariaDbLogin(doorkeeper, password);
    }
  };

  /** What JDBC URLs begin with. */
  final String jdbc;

  Engine(String jdbc) {
    this.jdbc = jdbc;
  }

  /** Starts a server with these accounts, all of the same password. */
  abstract Database start(Path directory, String name, Set<String> accounts, String password)
      throws Exception;

  /** How its clients log in. */
  abstract LoginProtocol login(Doorkeeper doorkeeper, String password);
}
