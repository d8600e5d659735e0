package io.github.iamhikari.core;

import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A driver without a network, of which a test says what becomes of each login. */
final class StubDriver implements DataSource {

  /** Judges a login; what it throws is the refusal. */
  interface Door {
    void enter(String user, String password) throws SQLException;
  }

  private static final Connection CONNECTION =
      (Connection)
          Proxy.newProxyInstance(
              StubDriver.class.getClassLoader(),
              new Class<?>[] {Connection.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("close")) {
                  return null;
                }
                throw new UnsupportedOperationException(method.toString());
              });

  private final Door door;
  private final Supplier<Connection> connections;

  StubDriver(Door door) {
    this(door, () -> CONNECTION);
  }

  StubDriver(Door door, Supplier<Connection> connections) {
    this.door = door;
    this.connections = connections;
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    door.enter(user, password);
    return connections.get();
  }

  @Override
  public Connection getConnection() throws SQLException {
    throw new SQLFeatureNotSupportedException("without user and password");
  }

  @Override
  public @Nullable PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {}

  @Override
  public void setLoginTimeout(int seconds) {}

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
