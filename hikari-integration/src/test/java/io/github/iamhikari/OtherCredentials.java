package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.Credentials;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A {@code credentialsProvider} in a configuration. HikariCP has them since 7.0, and the tests
 * compile against 6.3, too; so neither the setter nor its type is named.
 */
final class OtherCredentials {

  private static final Optional<Method> setter =
      Stream.of(HikariConfig.class.getMethods())
          .filter(method -> method.getName().equals("setCredentialsProvider"))
          .findFirst();

  private OtherCredentials() {}

  /** Whether this HikariCP has them. */
  static boolean areKnown() {
    return setter.isPresent();
  }

  /** The name of the provider's class. */
  static String className() {
    return provider().getClass().getName();
  }

  /** Configures a provider of a password. */
  static void set(HikariConfig config) {
    try {
      setter.orElseThrow().invoke(config, provider());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object provider() {
    Class<?> type = setter.orElseThrow().getParameterTypes()[0];
    return Proxy.newProxyInstance(
        OtherCredentials.class.getClassLoader(),
        new Class<?>[] {type},
        (proxy, method, arguments) ->
            method.getName().equals("getCredentials") ? Credentials.of("app", "hunter2") : null);
  }
}
