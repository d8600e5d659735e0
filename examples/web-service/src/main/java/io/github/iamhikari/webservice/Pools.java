package io.github.iamhikari.webservice;

import io.github.iamhikari.IamHikariDataSource;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The pools, as {@code application.yaml} configures them; one that it leaves out is not made. */
@Configuration(proxyBeanMethods = false)
class Pools {

  @Bean
  @ConfigurationProperties("pools.postgresql")
  @ConditionalOnProperty("pools.postgresql.jdbc-url")
  IamHikariDataSource postgresql() {
    return new IamHikariDataSource();
  }

  @Bean
  @ConfigurationProperties("pools.mariadb")
  @ConditionalOnProperty("pools.mariadb.jdbc-url")
  IamHikariDataSource mariadb() {
    return new IamHikariDataSource();
  }
}
