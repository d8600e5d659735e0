package io.github.iamhikari.core;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One thing for each user who logs in at an endpoint: the configured one, and others as they come.
 * Those of other users are forgotten when idle. May be shared between threads.
 */
final class PerUser<T> {

  private final TokenRequest configured;
  private final Function<TokenRequest, T> factory;
  private final Predicate<T> isIdle;
  private final T ofConfigured;
  private final ConcurrentMap<String, T> others = new ConcurrentHashMap<>();

  /**
   * @param configured the endpoint, and the configured user
   * @param factory makes what a user has
   * @param isIdle whether nothing would be lost without it
   */
  PerUser(TokenRequest configured, Function<TokenRequest, T> factory, Predicate<T> isIdle) {
    this.configured = configured;
    this.factory = factory;
    this.isIdle = isIdle;
    this.ofConfigured = factory.apply(configured);
  }

  T ofConfigured() {
    return ofConfigured;
  }

  T of(String user) {
    if (user.equals(configured.user())) {
      return ofConfigured;
    }
    T other = others.get(user);
    if (other != null) {
      return other;
    }
    others.values().removeIf(isIdle);
    return others.computeIfAbsent(user, name -> factory.apply(configured.of(name)));
  }

  void forEach(Consumer<T> action) {
    action.accept(ofConfigured);
    others.values().forEach(action);
  }

  /** {@return how many users other than the configured one are remembered} */
  int others() {
    return others.size();
  }
}
