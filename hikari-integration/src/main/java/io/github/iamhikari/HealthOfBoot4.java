package io.github.iamhikari;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Adds {@link LoginHealth} to the Actuator of Spring Boot 4, after {@code db}, which tries a login.
 */
@AutoConfiguration(
    after = IamHikariAutoConfiguration.class,
    afterName =
        "org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration")
@ConditionalOnClass(HealthIndicator.class)
final class HealthOfBoot4 {

  @Configuration(proxyBeanMethods = false)
  @ConditionalOnEnabledHealthIndicator("iam")
  static class Indicator {

    @Bean
    HealthIndicator iamHealthIndicator(PoolBeanPostProcessor pools) {
      Map<IamHikariDataSource, PoolDoctor> doctors =
          Collections.synchronizedMap(new WeakHashMap<>());
      return () -> {
        LoginHealth health = LoginHealth.of(pools.open(), doctors);
        Health.Builder builder = health.isUp() ? Health.up() : Health.down();
        return builder.withDetails(health.details()).build();
      };
    }
  }
}
