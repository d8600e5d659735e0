package io.github.iamhikari.core;

import static io.github.iamhikari.core.IamDoctor.Step.SERVER;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The doctor's last step, after the login: asks the server about itself and the user. Reports as
 * unknown what the user may not read.
 */
final class ServerExamination {

  private static final int TIMEOUT_SECONDS = 5;

  /** The user's authentication plugin. A hash may follow it, which must not be shown. */
  private static final Pattern PLUGIN =
      Pattern.compile("IDENTIFIED (?:WITH|VIA) [`'\"]?(\\w+)", Pattern.CASE_INSENSITIVE);

  private final Connection connection;
  private final JdbcUrl.Protocol protocol;
  private final boolean isOfDsql;
  private final Findings findings;

  ServerExamination(
      Connection connection, JdbcUrl.Protocol protocol, boolean isOfDsql, Findings findings) {
    this.connection = connection;
    this.protocol = protocol;
    this.isOfDsql = isOfDsql;
    this.findings = findings;
  }

  void examine() {
    if (isOfDsql) {
      findings.ok(SERVER, "%s; user \"%s\"", version(), currentUser());
      return;
    }
    switch (protocol) {
      case POSTGRESQL -> examinePostgres();
      case MYSQL, MARIADB -> examineMysql();
      case OTHER -> findings.ok(SERVER, "%s", version());
    }
  }

  private void examinePostgres() {
    String member =
        ask("select pg_has_role(current_user, oid, 'member') from pg_roles where rolname = 'rds_iam'")
            .map(is -> is.equals("t") ? "a member of rds_iam" : "not a member of rds_iam")
            .orElse("the role rds_iam does not exist");
    String forcesTls = ask("select current_setting('rds.force_ssl', true)").orElse("unknown");
    findings.ok(
        SERVER,
        "%s; user \"%s\", %s; rds.force_ssl is %s",
        version(),
        currentUser(),
        member,
        forcesTls);
    long reserved =
        number("select setting from pg_settings where name = 'superuser_reserved_connections'")
            + number("select setting from pg_settings where name = 'reserved_connections'")
            + number(
                "select setting from pg_settings where name = 'rds.rds_superuser_reserved_connections'");
    count(
        number("select setting from pg_settings where name = 'max_connections'") - reserved,
        number("select sum(numbackends) from pg_stat_database"),
        "max_connections, minus " + reserved + " reserved");
    count(
        number("select rolconnlimit from pg_roles where rolname = current_user"),
        number("select count(*) from pg_stat_activity where usename = current_user"),
        "the user's connection limit");
  }

  private void examineMysql() {
    String user = ask("select current_user()").orElse("unknown");
    String plugin =
        ask("show create user current_user()")
            .map(PLUGIN::matcher)
            .map(found -> found.find() ? found.group(1) : "a password")
            .orElse("unknown");
    String forcesTls = ask("select @@global.require_secure_transport").orElse("unknown");
    findings.ok(
        SERVER,
        "%s; user %s, authenticated by %s; require_secure_transport is %s",
        version(),
        user,
        plugin,
        forcesTls);
    count(
        number("select @@global.max_connections"),
        number("show global status like 'Threads_connected'"),
        "max_connections");
    count(
        number("select @@session.max_user_connections"),
        number("select count(*) from information_schema.processlist"),
        "the user's connection limit");
  }

  /** Reports how many connections are free; nothing if there is no limit or it is unknown. */
  private void count(long limit, long used, String ofWhat) {
    if (limit <= 0 || used <= 0) {
      return;
    }
    long left = Math.max(0, limit - used);
    String seen =
        Findings.words(
            "%d of %d connections are in use, %d are free (%s)", used, limit, left, ofWhat);
    if (left * 10 < limit) {
      findings.warning(SERVER, "All pools together must stay below that limit.", "%s", seen);
      return;
    }
    findings.ok(SERVER, "%s", seen);
  }

  private String currentUser() {
    return ask("select current_user").orElse("unknown");
  }

  private String version() {
    try {
      return connection.getMetaData().getDatabaseProductName()
          + " "
          + connection.getMetaData().getDatabaseProductVersion();
    } catch (SQLException e) {
      return "unknown server version";
    }
  }

  private long number(String query) {
    String text = ask(query).orElse("0");
    return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
  }

  /** The last column of the first row, if there is a row and the user may read it. */
  private Optional<String> ask(String query) {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(TIMEOUT_SECONDS);
      try (ResultSet rows = statement.executeQuery(query)) {
        return rows.next()
            ? Optional.ofNullable(rows.getString(rows.getMetaData().getColumnCount()))
            : Optional.empty();
      }
    } catch (SQLException e) {
      return Optional.empty();
    }
  }
}
