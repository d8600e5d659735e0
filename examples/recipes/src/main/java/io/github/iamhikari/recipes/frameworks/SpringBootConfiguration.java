package io.github.iamhikari.recipes.frameworks;

import io.github.iamhikari.IamHikariDataSource;
import org.springframework.boot.autoconfigure.jdbc.DataSourceProperties;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The pool as a bean of Spring Boot, with {@code spring.datasource.hikari} read as ever. */
@Configuration(proxyBeanMethods = false)
public class SpringBootConfiguration {

  /** For Spring. */
  public SpringBootConfiguration() {}

  /**
   * The pool.
   *
   * @param properties {@code spring.datasource}
   * @return the pool, closed by Spring
   */
  // tag::spring-boot[]
  @Bean
  @ConfigurationProperties("spring.datasource.hikari")
  public IamHikariDataSource dataSource(DataSourceProperties properties) {
    return properties.initializeDataSourceBuilder().type(IamHikariDataSource.class).build();
  }
  // end::spring-boot[]
}
