package io.github.iamhikari.localrds;

import java.nio.file.Path;
import java.util.List;

/** The database engines; MySQL counts as MariaDB. */
enum Engine {
  POSTGRES("postgres", "jdbc:postgresql:", "sslmode", "sslrootcert") {
    @Override
    Database start(Path directory, Accounts accounts) throws Exception {
      return PostgresDatabase.start(directory, accounts, setUp(accounts));
    }

    @Override
    List<String> setUp(Accounts accounts) {
      return PostgresDatabase.setUp(accounts);
    }

    @Override
    List<String> cleanUp(Accounts accounts) {
      return PostgresDatabase.cleanUp(accounts);
    }

    @Override
    String administrationUrl(int port) {
      return "jdbc:postgresql://" + LocalRds.ADDRESS + ":" + port + "/postgres";
    }

    @Override
    LoginProtocol login(Authenticator authenticator, String password) {
      return new PostgresLogin(authenticator, password, new RdsForPostgres());
    }
  },

  MARIADB("mariadb", "jdbc:mysql:", "sslMode", "serverSslCert") {
    @Override
    Database start(Path directory, Accounts accounts) throws Exception {
      return MariaDbDatabase.start(directory, setUp(accounts));
    }

    @Override
    List<String> setUp(Accounts accounts) {
      return MariaDbDatabase.setUp(accounts);
    }

    @Override
    List<String> cleanUp(Accounts accounts) {
      return MariaDbDatabase.cleanUp(accounts);
    }

    @Override
    String administrationUrl(int port) {
      // A password that MySQL does not know yet goes to it by its public key, as there is no TLS.
      return "jdbc:mariadb://"
          + LocalRds.ADDRESS
          + ":"
          + port
          + "/?sslMode=disable&allowPublicKeyRetrieval=true";
    }

    @Override
    LoginProtocol login(Authenticator authenticator, String password) {
      return new MySqlLogin(authenticator, password);
    }
  };

  /** The name in RDS's API. */
  final String rdsName;

  /** The beginning of JDBC URLs. */
  final String jdbc;

  /** The driver's property for the TLS mode. */
  final String sslModeProperty;

  /** The driver's property for a file with the certificate authorities that it trusts. */
  final String rootsProperty;

  Engine(String rdsName, String jdbc, String sslModeProperty, String rootsProperty) {
    this.rdsName = rdsName;
    this.jdbc = jdbc;
    this.sslModeProperty = sslModeProperty;
    this.rootsProperty = rootsProperty;
  }

  /** Starts a server with these accounts. */
  abstract Database start(Path directory, Accounts accounts) throws Exception;

  /** The statements that make these accounts. */
  abstract List<String> setUp(Accounts accounts);

  /** The statements that drop them. */
  abstract List<String> cleanUp(Accounts accounts);

  /** Where an administrator logs in to execute the statements. */
  abstract String administrationUrl(int port);

  /** How its clients log in. */
  abstract LoginProtocol login(Authenticator authenticator, String password);
}
