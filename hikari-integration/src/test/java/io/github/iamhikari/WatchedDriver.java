package io.github.iamhikari;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's driver, which also writes down who connects and what is called on connections. */
public final class WatchedDriver implements Driver {

  /** The threads that have opened a connection, by name. */
  static final List<String> threads = new CopyOnWriteArrayList<>();

  /** What has been called on connections, such as {@code setCatalog[app]}. */
  static final List<String> calls = new CopyOnWriteArrayList<>();

  private final Driver driver = new org.postgresql.Driver();

  @Override
  public @Nullable Connection connect(String url, Properties properties) throws SQLException {
    threads.add(Thread.currentThread().getName());
    Connection connection = driver.connect(url, properties);
    return connection == null ? null : recorded(connection);
  }

  private static Connection recorded(Connection connection) {
    return (Connection)
        Proxy.newProxyInstance(
            WatchedDriver.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, arguments) -> {
              calls.add(method.getName() + (arguments == null ? "[]" : Arrays.asList(arguments)));
              try {
                return method.invoke(connection, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Override
  public boolean acceptsURL(String url) throws SQLException {
    return driver.acceptsURL(url);
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties)
      throws SQLException {
    return driver.getPropertyInfo(url, properties);
  }

  @Override
  public int getMajorVersion() {
    return driver.getMajorVersion();
  }

  @Override
  public int getMinorVersion() {
    return driver.getMinorVersion();
  }

  @Override
  public boolean jdbcCompliant() {
    return driver.jdbcCompliant();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger(WatchedDriver.class.getName());
  }
}
