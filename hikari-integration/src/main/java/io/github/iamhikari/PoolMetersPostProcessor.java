package io.github.iamhikari;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;

/**
 * Gives pools the application's meter registry for HikariCP's meters and the token meters. A pool
 * created while the application starts gets it once all singletons exist: until then Boot is still
 * customizing the registry, which may require a pool.
 */
final class PoolMetersPostProcessor
    implements BeanPostProcessor, SmartInitializingSingleton, PriorityOrdered {

  private final PoolBeanPostProcessor pools;
  private final ObjectProvider<MeterRegistry> registries;
  private volatile boolean hasStarted;

  PoolMetersPostProcessor(PoolBeanPostProcessor pools, ObjectProvider<MeterRegistry> registries) {
    this.pools = pools;
    this.registries = registries;
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 3;
  }

  @Override
  public Object postProcessBeforeInitialization(Object bean, String beanName) {
    if (hasStarted && bean instanceof IamHikariDataSource pool) {
      measure(pool);
    }
    return bean;
  }

  @Override
  public void afterSingletonsInstantiated() {
    hasStarted = true;
    pools.open().forEach(this::measure);
  }

  private void measure(IamHikariDataSource pool) {
    MeterRegistry registry = registries.getIfUnique();
    if (registry == null || pool.getMetricRegistry() != null || pool.isClosed()) {
      return;
    }
    if (pool.getMetricsTrackerFactory() == null) {
      pool.setMetricRegistry(registry);
    } else { // Boot has already set a factory for HikariCP's meters
      pool.measureTokensIn(registry);
    }
  }
}
