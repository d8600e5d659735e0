package io.github.iamhikari;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A DataSource that does something before each login. Its class tells nothing of the driver. */
final class InterceptedDataSource {

  private InterceptedDataSource() {}

  static DataSource of(DataSource driver, Callable<@Nullable Void> beforeLogin) {
    return (DataSource)
        Proxy.newProxyInstance(
            InterceptedDataSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("getConnection")) {
                beforeLogin.call();
              }
              try {
                return method.invoke(driver, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
