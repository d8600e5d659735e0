package io.github.iamhikari.core;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Asks a connection's server whether it accepts writes. */
final class ServerRole {

  private static final String OF_POSTGRES = "show transaction_read_only";

  /** Aurora readers report it in the second variable, RDS replicas in the first. */
  private static final String OF_MYSQL = "select @@read_only, @@innodb_read_only";

  private ServerRole() {}

  /**
   * Queries the server of a new connection.
   *
   * @param patience how long to wait for the answer
   * @throws SQLException if there is none
   */
  static boolean isWriter(Connection connection, Duration patience) throws SQLException {
    boolean isPostgres = "PostgreSQL".equals(connection.getMetaData().getDatabaseProductName());
    int before = connection.getNetworkTimeout();
    connection.setNetworkTimeout(
        Runnable::run, (int) Math.min(Integer.MAX_VALUE, Math.max(1, patience.toMillis())));
    try {
      return answersAsWriter(connection, isPostgres);
    } finally {
      connection.setNetworkTimeout(Runnable::run, before);
    }
  }

  private static boolean answersAsWriter(Connection connection, boolean isPostgres)
      throws SQLException {
    boolean isWriter = true;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(isPostgres ? OF_POSTGRES : OF_MYSQL)) {
      row.next();
      for (int column = row.getMetaData().getColumnCount(); column > 0; column--) {
        isWriter &= isOff(row.getString(column));
      }
    }
    if (!connection.getAutoCommit()) {
      connection.rollback();
    }
    return isWriter;
  }

  private static boolean isOff(String value) {
    return value.equals("0") || value.toLowerCase(Locale.ROOT).equals("off");
  }

  /**
   * What PostgreSQL 14 and later has reported to a connection by itself. Needs no round trip, and
   * does not interfere with the connection's user. Ignores a session that its own user made
   * read-only.
   *
   * @return empty if the server has not reported it, or the driver does not expose it
   * @see <a href="https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-ASYNC">what a
   *     server reports</a>
   */
  static Optional<Boolean> reportsWriter(Connection connection) {
    try {
      Class<?> type =
          Class.forName(
              "org.postgresql.PGConnection", false, connection.getClass().getClassLoader());
      if (!connection.isWrapperFor(type)) {
        return Optional.empty();
      }
      Object session = connection.unwrap(type);
      Optional<String> standby = reported(type, session, "in_hot_standby");
      Optional<String> readOnly = reported(type, session, "default_transaction_read_only");
      return standby.isEmpty() || readOnly.isEmpty()
          ? Optional.empty()
          : Optional.of(isOff(standby.get()) && (isOff(readOnly.get()) || connection.isReadOnly()));
    } catch (ReflectiveOperationException | SQLException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> reported(Class<?> type, Object session, String parameter)
      throws ReflectiveOperationException {
    Object value = type.getMethod("getParameterStatus", String.class).invoke(session, parameter);
    return Optional.ofNullable(value).map(Object::toString);
  }
}
