package io.github.iamhikari;

import com.zaxxer.hikari.HikariConfig;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.DestructionAwareBeanPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/**
 * Configures pools that have not started yet from Spring: {@code spring.datasource.hikari}, if Boot
 * created the pool, and the application's AWS credentials provider. Tracks all pools until they are
 * closed.
 */
final class PoolBeanPostProcessor implements DestructionAwareBeanPostProcessor, PriorityOrdered {

  private static final String SETTINGS = "spring.datasource.hikari";

  private final ConfigurableListableBeanFactory beans;
  private final Environment environment;

  /** Weak references, because a scope may drop a pool. HikariDataSource compares by identity. */
  private final Set<IamHikariDataSource> pools =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private volatile @Nullable Exception failure;

  PoolBeanPostProcessor(ConfigurableListableBeanFactory beans, Environment environment) {
    this.beans = beans;
    this.environment = environment;
  }

  /** Runs after {@code @ConfigurationProperties} are bound and before the bean is wrapped. */
  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 3;
  }

  @Override
  public Object postProcessBeforeInitialization(Object bean, String beanName) {
    if (bean instanceof IamHikariDataSource pool
        && pools.add(pool)
        && pool.getHikariPoolMXBean() == null) {
      prepare(pool, beanName);
    }
    return bean;
  }

  /** Keeps the failure, because an application that fails to start closes its pools first. */
  @Override
  public void postProcessBeforeDestruction(Object bean, String beanName) {
    ((IamHikariDataSource) bean).failure().ifPresent(why -> failure = why);
  }

  @Override
  public boolean requiresDestruction(Object bean) {
    return bean instanceof IamHikariDataSource;
  }

  /** {@return why the last pool that was closed without connections had none} */
  Optional<Exception> failure() {
    return Optional.ofNullable(failure);
  }

  /** {@return the pools that are beans and not closed, sorted by name} */
  List<IamHikariDataSource> open() {
    synchronized (pools) {
      return pools.stream()
          .filter(pool -> !pool.isClosed())
          .sorted(Comparator.comparing(pool -> String.valueOf(pool.getPoolName())))
          .toList();
    }
  }

  private void prepare(IamHikariDataSource pool, String beanName) {
    Method factoryMethod = factoryMethod(beanName);
    if (factoryMethod != null && isOfBoot(factoryMethod)) {
      configure(pool, factoryMethod);
    }
    giveCredentials(pool);
  }

  private @Nullable Method factoryMethod(String beanName) {
    return beans.containsBeanDefinition(beanName)
            && beans.getMergedBeanDefinition(beanName) instanceof RootBeanDefinition definition
        ? definition.getResolvedFactoryMethod()
        : null;
  }

  /** Matches {@code DataSourceConfiguration.Generic} in the packages of Boot 3 and Boot 4. */
  private static boolean isOfBoot(Method factoryMethod) {
    return factoryMethod.getDeclaringClass().getName().startsWith("org.springframework.boot.");
  }

  /** Configures the pool as Boot configures a {@code HikariDataSource}. */
  private void configure(IamHikariDataSource pool, Method factoryMethod) {
    HikariConfig made = new HikariConfig();
    pool.copyStateTo(made);
    if (environment.getProperty(SETTINGS + ".data-source-class-name") != null) {
      forgetDriver(pool);
    }
    String name = environment.getProperty("spring.datasource.name");
    if (name != null && !name.isBlank()) {
      pool.setPoolName(name);
    }
    Binder.get(environment).bind(SETTINGS, Bindable.ofInstance(pool));
    if (hasOwnConnectionDetails(factoryMethod)) {
      pool.setJdbcUrl(made.getJdbcUrl());
      pool.setUsername(made.getUsername());
      pool.setPassword(made.getPassword());
      if (made.getDriverClassName() != null) {
        pool.setDriverClassName(made.getDriverClassName());
      }
    }
  }

  /** Unsets the driver, which cannot be combined with a data source class and has no unsetter. */
  private static void forgetDriver(IamHikariDataSource pool) {
    HikariConfig withoutDriver = new HikariConfig();
    withoutDriver.setJdbcUrl(pool.getJdbcUrl());
    withoutDriver.setUsername(pool.getUsername());
    withoutDriver.setPassword(pool.getPassword());
    withoutDriver.copyStateTo(pool);
  }

  /**
   * {@return whether the connection details come from a bean, such as a container's, which
   * overrides all properties, rather than from {@code spring.datasource}}
   */
  private boolean hasOwnConnectionDetails(Method factoryMethod) {
    return Arrays.stream(factoryMethod.getParameterTypes())
        .filter(ConnectionDetails.class::isAssignableFrom)
        .map(type -> beans.getBean(type).getClass().getSimpleName())
        .anyMatch(type -> !type.equals("PropertiesJdbcConnectionDetails"));
  }

  private void giveCredentials(IamHikariDataSource pool) {
    if (pool.getAwsCredentialsProvider() == null && pool.getAwsProfile() == null) {
      pool.setAwsCredentialsProvider(
          beans.getBeanProvider(AwsCredentialsProvider.class).getIfUnique());
    }
  }
}
