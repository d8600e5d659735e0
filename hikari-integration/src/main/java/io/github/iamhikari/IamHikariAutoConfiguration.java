package io.github.iamhikari;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Spring Boot's auto-configuration of pools: one that Boot makes because {@code
 * spring.datasource.type} names it, and those that an application makes as beans. One for Boot 3.5
 * and 4.1: it links against nothing that the two have in different packages.
 */
@AutoConfiguration
@ImportRuntimeHints(PoolRuntimeHints.class)
final class IamHikariAutoConfiguration {

  @Bean
  static PoolBeanPostProcessor iamHikariPoolBeanPostProcessor(
      ConfigurableListableBeanFactory beans, ConfigurableEnvironment environment) {
    return new PoolBeanPostProcessor(beans, environment);
  }

  /** Where the application has Micrometer. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(MeterRegistry.class)
  static class Meters {

    @Bean
    static PoolMetersPostProcessor iamHikariPoolMetersPostProcessor(
        PoolBeanPostProcessor pools, ConfigurableListableBeanFactory beans) {
      return new PoolMetersPostProcessor(pools, beans.getBeanProvider(MeterRegistry.class));
    }
  }

  /**
   * Where the application has Spring Cloud, which binds beans anew when a setting changes, and
   * closes them for that. By default it spares a {@link HikariDataSource}, by the name of its
   * class.
   */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = "org.springframework.cloud.context.properties.ConfigurationPropertiesRebinder")
  static class Cloud {

    private static final String NEVER_REFRESHABLE = "spring.cloud.refresh.never-refreshable";

    @Bean
    static BeanFactoryPostProcessor iamHikariPoolsAreNotBoundAnew(
        ConfigurableEnvironment environment) {
      String spared = HikariDataSource.class.getName() + "," + IamHikariDataSource.class.getName();
      return beans ->
          environment
              .getPropertySources()
              .addLast(new MapPropertySource("iam-hikari", Map.of(NEVER_REFRESHABLE, spared)));
    }
  }
}
