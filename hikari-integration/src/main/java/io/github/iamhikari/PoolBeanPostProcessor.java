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
 * Gives a pool that has not started what Spring knows: {@code spring.datasource.hikari}, if Boot
 * made it, and the application's AWS credentials provider. Knows all of them, up to their end.
 */
final class PoolBeanPostProcessor implements DestructionAwareBeanPostProcessor, PriorityOrdered {

  private static final String SETTINGS = "spring.datasource.hikari";

  private final ConfigurableListableBeanFactory beans;
  private final Environment environment;

  /** By identity; one that a scope has dropped goes by itself. */
  private final Set<IamHikariDataSource> pools =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private volatile @Nullable Exception failure;

  PoolBeanPostProcessor(ConfigurableListableBeanFactory beans, Environment environment) {
    this.beans = beans;
    this.environment = environment;
  }

  /** After {@code @ConfigurationProperties} are bound, and before others wrap the bean. */
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

  /** An application that does not start closes its pools before it says why. */
  @Override
  public void postProcessBeforeDestruction(Object bean, String beanName) {
    ((IamHikariDataSource) bean).failure().ifPresent(why -> failure = why);
  }

  @Override
  public boolean requiresDestruction(Object bean) {
    return bean instanceof IamHikariDataSource;
  }

  /** Why a pool had no connection at its end, for the last one that had none. */
  Optional<Exception> failure() {
    return Optional.ofNullable(failure);
  }

  /** The pools that are beans, and not closed. */
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

  /** Boot's {@code DataSourceConfiguration.Generic}, whose package differs between its versions. */
  private static boolean isOfBoot(Method factoryMethod) {
    return factoryMethod.getDeclaringClass().getName().startsWith("org.springframework.boot.");
  }

  /** As Boot configures a {@code HikariDataSource}. */
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

  /** HikariCP takes a driver or a data source class, and has no setter that takes one back. */
  private static void forgetDriver(IamHikariDataSource pool) {
    HikariConfig withoutDriver = new HikariConfig();
    withoutDriver.setJdbcUrl(pool.getJdbcUrl());
    withoutDriver.setUsername(pool.getUsername());
    withoutDriver.setPassword(pool.getPassword());
    withoutDriver.copyStateTo(pool);
  }

  /**
   * Whether the connection details come from a bean such as a container's, which wins over all
   * properties, and not from {@code spring.datasource}.
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
