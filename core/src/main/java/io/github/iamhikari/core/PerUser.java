package io.github.iamhikari.core;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A value for each user who logs in to an endpoint: the configured user, and others on demand.
 * Values of other users are removed when they are idle. Thread-safe.
 */
final class PerUser<T> {

  private final TokenRequest configured;
  private final Function<TokenRequest, T> factory;
  private final Predicate<T> isIdle;
  private final T ofConfigured;
  private final ConcurrentMap<String, T> others = new ConcurrentHashMap<>();

  /**
   * @param configured the endpoint and the configured user
   * @param factory creates a user's value
   * @param isIdle whether a value can be removed without losing state
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

  /** {@return the number of users other than the configured one} */
  int others() {
    return others.size();
  }
}
