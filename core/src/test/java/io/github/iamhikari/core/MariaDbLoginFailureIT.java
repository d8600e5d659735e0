package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.iamhikari.localrds.PlainMariaDb;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What both drivers throw when MariaDB itself, with no gateway before it, lets nobody in. */
@Tag("login")
class MariaDbLoginFailureIT {

  private static final String PASSWORD = "secret";

  /** The fewest that the server can be told to let in at once. */
  private static final int FEWEST_CONNECTIONS = 10;

  private static PlainMariaDb server;

  enum Driver {
    MYSQL("jdbc:mysql:", "sslMode=DISABLED", "sslMode=REQUIRED"),
    MARIADB("jdbc:mariadb:", "sslMode=disable", "sslMode=trust");

    private final String jdbc;
    private final String withoutTls;
    private final String withTls;

    Driver(String jdbc, String withoutTls, String withTls) {
      this.jdbc = jdbc;
      this.withoutTls = withoutTls;
      this.withTls = withTls;
    }

    private Connection connect(String user, String password) throws SQLException {
      return connect("/?" + withoutTls, user, password);
    }

    private Connection connect(String rest, String user, String password) throws SQLException {
      String url = jdbc + "//127.0.0.1:" + server.port() + rest;
      return DriverManager.getConnection(url, user, password);
    }
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    server =
        new PlainMariaDb(
            folder,
            List.of(
                "create user admin@'%' identified by '" + PASSWORD + "'",
                "grant all on *.* to admin@'%'",
                "create user app@'%' identified by '" + PASSWORD + "'",
                "create user of_the_system@'%' identified via unix_socket",
                "create user locked@'%' identified by '" + PASSWORD + "' account lock",
                "create user limited@'%' identified by '"
                    + PASSWORD
                    + "' with max_user_connections 1"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  static Stream<Arguments> refusals() {
    return Stream.of(Driver.values())
        .flatMap(
            driver ->
                Stream.of(
                    Arguments.of(driver, "app", "no token", LoginFailure.TOKEN_REFUSED, 1045),
                    Arguments.of(
                        driver, "of_the_system", "no token", LoginFailure.NO_IAM_USER, 1698),
                    Arguments.of(driver, "locked", PASSWORD, LoginFailure.NOT_PERMITTED, 4151)));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void isReadFromWhatTheDriverThrows(
      Driver driver, String user, String password, LoginFailure failure, int code) {
    SQLException exception = failure(() -> driver.connect(user, password).close());

    assertThat(exception.getErrorCode()).isEqualTo(code);
    assertThat(LoginFailure.of(exception)).isEqualTo(failure);
  }

  /** By the user's name the server picks what it pretends to ask for. */
  @ParameterizedTest
  @EnumSource
  void isReadWhereThereIsNoSuchUser(Driver driver) {
    assertThat(Stream.of("nobody", "no_one", "none", "nil"))
        .map(user -> LoginFailure.of(failure(() -> driver.connect(user, "no token").close())))
        .isSubsetOf(LoginFailure.TOKEN_REFUSED, LoginFailure.NO_IAM_USER);
  }

  @ParameterizedTest
  @EnumSource
  void isReadWhereTheServerHasNoTls(Driver driver) {
    SQLException exception =
        failure(() -> driver.connect("/?" + driver.withTls, "app", PASSWORD).close());

    assertThat(LoginFailure.of(exception)).isEqualTo(LoginFailure.TLS_MISSING);
  }

  @ParameterizedTest
  @EnumSource
  void isReadWhereTheServerDemandsTls(Driver driver) throws SQLException {
    SQLException exception =
        with(
            "require_secure_transport",
            1,
            () -> failure(() -> driver.connect("app", PASSWORD).close()));

    boolean tellsWhy = !version().startsWith("10."); // else it answers as to a wrong password
    assertThat(exception.getErrorCode()).isEqualTo(tellsWhy ? 3159 : 1045);
    assertThat(LoginFailure.of(exception))
        .isEqualTo(tellsWhy ? LoginFailure.TLS_MISSING : LoginFailure.TOKEN_REFUSED);
  }

  @ParameterizedTest
  @EnumSource
  void isReadWhereTheUserHasAllItsConnections(Driver driver) throws SQLException {
    SQLException exception = failureOfTheLast(driver, "limited");

    assertThat(exception.getErrorCode()).isEqualTo(1226);
    assertThat(LoginFailure.of(exception)).isEqualTo(LoginFailure.TOO_MANY_CONNECTIONS);
  }

  @ParameterizedTest
  @EnumSource
  void isReadWhereTheServerHasAllItsConnections(Driver driver) throws SQLException {
    SQLException exception =
        with("max_connections", FEWEST_CONNECTIONS, () -> failureOfTheLast(driver, "app"));

    assertThat(exception.getErrorCode()).isEqualTo(1040);
    assertThat(LoginFailure.of(exception)).isEqualTo(LoginFailure.TOO_MANY_CONNECTIONS);
  }

  @ParameterizedTest
  @EnumSource
  void isNotReadFromAMissingDatabase(Driver driver) {
    SQLException exception =
        failure(() -> driver.connect("/missing?" + driver.withoutTls, "admin", PASSWORD).close());

    assertThat(exception.getErrorCode()).isEqualTo(1049);
    assertThat(LoginFailure.of(exception)).isEqualTo(LoginFailure.UNRELATED);
  }

  @ParameterizedTest
  @EnumSource
  void isNotReadFromAPortThatNobodyListensOn(Driver driver) throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String url = driver.jdbc + "//127.0.0.1:" + port + "/?" + driver.withoutTls;

    assertThat(LoginFailure.of(failure(() -> DriverManager.getConnection(url, "app", "").close())))
        .isEqualTo(LoginFailure.UNRELATED);
  }

  private static SQLException failure(Login login) {
    return catchThrowableOfType(SQLException.class, login::attempt);
  }

  private static String version() throws SQLException {
    try (Connection connection = Driver.MARIADB.connect("admin", PASSWORD)) {
      return connection.getMetaData().getDatabaseProductVersion();
    }
  }

  /** Logs in until the server takes no more. */
  private static SQLException failureOfTheLast(Driver driver, String user) throws SQLException {
    List<Connection> open = new ArrayList<>();
    try {
      while (open.size() <= FEWEST_CONNECTIONS) {
        open.add(driver.connect(user, PASSWORD));
      }
    } catch (SQLException e) {
      return e;
    } finally {
      for (Connection connection : open) {
        connection.close();
      }
    }
    throw new AssertionError(user + " has " + open.size() + " connections");
  }

  /** What comes of an action while a variable of the server has another value. */
  private static SQLException with(String variable, int value, Action action) throws SQLException {
    try (Connection connection = Driver.MARIADB.connect("admin", PASSWORD);
        Statement statement = connection.createStatement()) {
      statement.execute("set @before = @@global." + variable);
      statement.execute("set global " + variable + " = " + value);
      try {
        return action.run();
      } finally {
        statement.execute("set global " + variable + " = @before");
      }
    }
  }

  private interface Login {
    void attempt() throws SQLException;
  }

  private interface Action {
    SQLException run() throws SQLException;
  }
}
