package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** The same, in front of a MariaDB that runs already. */
@Tag("long")
class RunningMariaDbLoginIT extends MariaDbLoginIT {

  private static final String PASSWORD = AccessKey.randomHex(20);

  private final Database server = started();

  @Override
  LocalRds.Builder engine() {
    return LocalRds.inFrontOf(url(), "administrator", PASSWORD);
  }

  private static Database started() {
    List<String> administrator =
        List.of(
            "create user administrator identified by '" + PASSWORD + "'",
            "grant all on *.* to administrator with grant option");
    try {
      return MariaDbDatabase.start(TemporaryFiles.createDirectory(), administrator);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private String url() {
    return "jdbc:mariadb://127.0.0.1:" + server.port() + "/";
  }

  @AfterAll
  void leavesTheServerAsItWas() throws SQLException {
    rds.close();
    try (Connection session =
        DriverManager.getConnection(url() + "?sslMode=disable", "administrator", PASSWORD)) {
      assertThat(text(session, "select group_concat(user) from mysql.user where host = '%'"))
          .isEqualTo("administrator");
      assertThat(
              text(
                  session,
                  "select count(*) from information_schema.schemata"
                      + " where schema_name in ('my_app', 'other')"))
          .isEqualTo("0");
    } finally {
      server.close();
    }
  }
}
