package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for both engines; one server for all tests of a class. */
@Tag("login")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LoginContract {

  static final AccessKey KEY = AccessKey.of("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG");

  final SettableClock clock = new SettableClock();
  LocalRds rds;

  abstract LocalRds.Builder engine();

  /** Logs in by TLS. */
  abstract Connection connect(LocalRds rds, String user, String token) throws SQLException;

  /** Checks what a client is told whose token was refused. */
  abstract void assertRefused(SQLException refusal, String user);

  /** How to ask for a text of this many letters. */
  abstract String queryForText(int length);

  @BeforeAll
  void start() {
    rds =
        engine()
            .credentials(KEY)
            .clock(clock, clock::nanoTime)
            .account("app_user")
            .account("Ann+é")
            .account("a b")
            .account("x/y")
            .account("100%")
            .account("o'quo\"te`s\\")
            .database("my_app")
            .start();
  }

  @AfterAll
  void stop() {
    rds.close();
    assertThat(rds.certificateAuthority().getParent()).doesNotExist();
    assertThat(threads()).isEmpty();
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .map(Thread::getName)
        .filter(name -> name.startsWith("local-rds"))
        .toList();
  }

  String token() {
    return Presigner.token(rds, KEY, clock.instant());
  }

  Login lastLogin() {
    List<Login> logins = rds.logins();
    return logins.get(logins.size() - 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"app_user", "Ann+é", "a b", "x/y", "100%", "o'quo\"te`s\\"})
  void logsInAsTheAccountThatTheTokenIsFor(String account) throws SQLException {
    String token = Presigner.token(rds, account, KEY, clock.instant());
    try (Connection connection = connect(rds, account, token)) {
      assertThat(text(connection, "select current_user")).isIn(account, account + "@%");
      assertThat(connection.getCatalog()).isEqualTo("my_app");
    }
    assertThat(lastLogin().accepted()).isTrue();
    assertThat(lastLogin().user()).isEqualTo(account);
    assertThat(lastLogin().accessKeyId()).isEqualTo(KEY.id());
    assertThat(lastLogin().token()).isEqualTo(token);
    assertThat(lastLogin().at()).isEqualTo(clock.instant());
    assertThat(lastLogin().tlsProtocol()).isIn("TLSv1.2", "TLSv1.3");
    assertThat(lastLogin().toString()).contains(account).doesNotContain("X-Amz");
  }

  @Test
  void anAccountMayCreateTables() throws SQLException {
    try (Connection connection = connect(rds, "app_user", token());
        Statement statement = connection.createStatement()) {
      statement.execute("create table colours (name varchar(20))");
      statement.execute("insert into colours values ('grün')");
      assertThat(text(connection, "select name from colours")).isEqualTo("grün");
      statement.execute("drop table colours");
    }
  }

  void assertRefusedBecause(Refusal reason, String user, String token) {
    SQLException refusal =
        catchThrowableOfType(SQLException.class, () -> connect(rds, user, token).close());
    assertThat((Throwable) refusal).as("refusal because of " + reason).isNotNull();
    assertThat(lastLogin().refusal()).isEqualTo(reason);
    assertRefused(refusal, user);
  }

  @ParameterizedTest
  @ValueSource(strings = {"secret", ""})
  void refusesAPassword(String password) {
    assertRefusedBecause(Refusal.NOT_A_TOKEN, "app_user", password);
  }

  @Test
  void refusesATokenThatExpiredButKeepsTheSessionThatItOpened() throws SQLException {
    String token = token();
    try (Connection connection = connect(rds, "app_user", token)) {
      clock.advance(Duration.ofSeconds(899));
      connect(rds, "app_user", token).close();
      clock.advance(Duration.ofSeconds(1));
      assertRefusedBecause(Refusal.EXPIRED, "app_user", token);
      assertThat(text(connection, "select 'still here'")).isEqualTo("still here");
    }
  }

  @Test
  void refusesGoodTokensBeyondItsLimitOfLoginsASecond() throws SQLException {
    rds.loginsPerSecond(1);
    try {
      connect(rds, "app_user", token()).close();
      assertRefusedBecause(Refusal.THROTTLED, "app_user", token());
      clock.advance(Duration.ofSeconds(1));
      connect(rds, "app_user", token()).close();
    } finally {
      rds.loginsPerSecond(0);
    }
    connect(rds, "app_user", token()).close();
  }

  @Test
  void knowsAKeyFromWhenItIsAddedUntilItIsRevoked() throws SQLException {
    AccessKey key = new AccessKey("ASIATEMPORARY", "another/secret", "session+/=".repeat(150));
    String token = Presigner.token(rds, key, clock.instant());
    assertThat(token).hasSizeGreaterThan(2_500);

    assertRefusedBecause(Refusal.UNKNOWN_ACCESS_KEY, "app_user", token);
    rds.add(key);
    connect(rds, "app_user", token).close();
    assertThat(lastLogin().accessKeyId()).isEqualTo("ASIATEMPORARY");
    rds.revoke(key.id());
    assertRefusedBecause(Refusal.UNKNOWN_ACCESS_KEY, "app_user", token);
  }

  @Test
  void cutsSessionsAndRefusesConnectionsWhileItIsStopped() throws Exception {
    try (Connection connection = connect(rds, "app_user", token())) {
      int before = rds.logins().size();
      rds.stop();
      try {
        rds.stop();
        assertThatThrownBy(() -> text(connection, "select 1")).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), rds.listeningPort()))
            .isInstanceOf(ConnectException.class);
      } finally {
        rds.resume();
      }
      rds.resume();
      assertThat(rds.logins()).hasSize(before);
    }
    try (Connection connection = connect(rds, "app_user", token())) {
      assertThat(text(connection, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void passesMegabytesBothWays() throws SQLException {
    byte[] sent = new byte[5_000_000];
    new Random(1).nextBytes(sent);
    try (Connection connection = connect(rds, "app_user", token());
        PreparedStatement statement = connection.prepareStatement("select ?")) {
      assertThat(text(connection, queryForText(3_000_000))).hasSize(3_000_000);
      statement.setBytes(1, sent);
      try (ResultSet result = statement.executeQuery()) {
        assertThat(result.next()).isTrue();
        assertThat(result.getBytes(1)).isEqualTo(sent);
      }
    }
  }

  @Test
  void logsInManyAtOnce() throws Exception {
    int before = rds.logins().size();
    String token = token();
    ExecutorService clients = Executors.newFixedThreadPool(50);
    try {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String query = "select '" + i + "'";
        answers.add(
            clients.submit(
                () -> {
                  try (Connection connection = connect(rds, "app_user", token)) {
                    return text(connection, query);
                  }
                }));
      }
      for (int i = 0; i < answers.size(); i++) {
        assertThat(answers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(Integer.toString(i));
      }
    } finally {
      clients.shutdownNow();
    }
    assertThat(rds.logins().subList(before, before + 100)).allMatch(Login::accepted);
  }

  @Test
  void survivesWhateverIsWrittenToItsSocket() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 200; i++) {
      byte[] garbage = new byte[random.nextInt(200)];
      random.nextBytes(garbage);
      if (i % 2 == 0 && garbage.length > 40) {
        // A length that is right, of either engine, leads further in.
        System.arraycopy(new byte[] {(byte) (garbage.length - 4), 0, 0, 1}, 0, garbage, 0, 4);
      }
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), rds.listeningPort())) {
        socket.getOutputStream().write(garbage);
        socket.shutdownOutput();
        drain(socket);
      }
    }
    connect(rds, "app_user", token()).close();
  }

  private static void drain(Socket socket) throws IOException {
    socket.setSoTimeout(5_000);
    try (InputStream answer = socket.getInputStream()) {
      answer.readAllBytes();
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void canBeClosedTwiceAndUnderItsClients() throws SQLException {
    LocalRds other =
        engine()
            .credentials(KEY)
            .account("other_user")
            .database("other")
            .tokenLifetime(Duration.ofSeconds(5))
            .clock(clock)
            .start();
    String token = Presigner.token(other, KEY, clock.instant());
    Path files = other.certificateAuthority().getParent();
    assertThat(files).exists();
    try (Connection connection = connect(other, "other_user", token)) {
      other.close();
      other.close();
      assertThatThrownBy(() -> text(connection, "select 'gone'")).isInstanceOf(SQLException.class);
    }
    assertThatThrownBy(() -> connect(other, "other_user", token).close())
        .isInstanceOf(SQLException.class);
    assertThat(Files.exists(files)).isFalse();
  }

  static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      assertThat(result.next()).isTrue();
      return result.getString(1);
    }
  }
}
