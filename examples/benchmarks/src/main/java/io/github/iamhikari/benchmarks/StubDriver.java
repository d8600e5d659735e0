package io.github.iamhikari.benchmarks;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A JDBC driver whose connections lead nowhere and cost nothing, so that nothing hides what a way
 * to log in costs.
 */
final class StubDriver implements Driver {

  private static final String URL = "jdbc:stub://127.0.0.1:5432/orders";

  /** The target whose connections this driver makes. */
  static synchronized Target target(int expiration) {
    try {
      if (DriverManager.drivers().noneMatch(StubDriver.class::isInstance)) {
        DriverManager.registerDriver(new StubDriver());
      }
    } catch (SQLException e) {
      throw new IllegalStateException("The stub driver cannot be registered", e);
    }
    return new Target(
        URL,
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com",
        5432,
        "us-east-2",
        "app",
        "password",
        expiration,
        new Properties());
  }

  @Override
  public @Nullable Connection connect(String url, Properties properties) {
    return acceptsURL(url) ? stub(Connection.class) : null;
  }

  @Override
  public boolean acceptsURL(String url) {
    return url.startsWith("jdbc:stub:");
  }

  /** Answers as a new connection does, as far as anybody here asks. */
  @SuppressWarnings("ReferenceEquality") // as Object has it
  private static <T> T stub(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            StubDriver.class.getClassLoader(),
            new Class<?>[] {type},
            (stub, method, arguments) ->
                switch (method.getName()) {
                  case "isValid", "getAutoCommit" -> true;
                  case "isReadOnly", "isClosed" -> false;
                  case "getTransactionIsolation" -> Connection.TRANSACTION_READ_COMMITTED;
                  case "getNetworkTimeout" -> 0;
                  case "getMetaData" -> stub(DatabaseMetaData.class);
                  case "hashCode" -> System.identityHashCode(stub);
                  case "equals" -> stub == arguments[0];
                  default -> null;
                }));
  }

  @Override
  public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
    return new DriverPropertyInfo[0];
  }

  @Override
  public int getMajorVersion() {
    return 1;
  }

  @Override
  public int getMinorVersion() {
    return 0;
  }

  @Override
  public boolean jdbcCompliant() {
    return false;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException();
  }
}
