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
 * Auto-configures pools in Spring Boot: the one that Boot creates for {@code
 * spring.datasource.type} and those that an application defines as beans. Works with Boot 3.5 and
 * 4.1, as it links against no class whose package differs between the two.
 */
@AutoConfiguration
@ImportRuntimeHints(PoolRuntimeHints.class)
final class IamHikariAutoConfiguration {

  @Bean
  static PoolBeanPostProcessor iamHikariPoolBeanPostProcessor(
      ConfigurableListableBeanFactory beans, ConfigurableEnvironment environment) {
    return new PoolBeanPostProcessor(beans, environment);
  }

  /** Used if Micrometer is on the class path. */
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
   * Used if Spring Cloud is on the class path. It rebinds beans when a setting changes, closing
   * them first, except for {@link HikariDataSource}, which it excludes by class name.
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
