package io.github.iamhikari.core;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A MySQL server without a network, whose connections say whether it takes writes. */
final class RoleStub {

  volatile boolean isReadOnly;
  final List<String> asked = new ArrayList<>();
  int closed;
  Runnable whenAsked = () -> {};

  Connection connect() {
    boolean readOnly = isReadOnly; // where it led, that stays
    return stub(
        Connection.class,
        (name, argument) ->
            switch (name) {
              case "getMetaData" -> stub(DatabaseMetaData.class, (method, none) -> "MySQL");
              case "createStatement" -> statement(readOnly);
              case "close" -> closed++;
              case "getNetworkTimeout" -> 0;
              case "getAutoCommit" -> true;
              case "isClosed" -> false;
              default -> null;
            });
  }

  private Statement statement(boolean readOnly) {
    return stub(
        Statement.class,
        (name, argument) -> {
          if (!name.equals("executeQuery")) {
            return null;
          }
          asked.add(argument);
          whenAsked.run();
          return stub(
              ResultSet.class,
              (method, column) ->
                  switch (method) {
                    case "next" -> true;
                    case "getString" -> readOnly ? "1" : "0";
                    case "getMetaData" -> stub(ResultSetMetaData.class, (count, none) -> 2);
                    default -> null;
                  });
        });
  }

  private interface Answer {
    @Nullable Object to(String method, String argument) throws SQLException;
  }

  private static <T> T stub(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) ->
                answer.to(
                    method.getName(), arguments == null ? "" : String.valueOf(arguments[0]))));
  }
}
