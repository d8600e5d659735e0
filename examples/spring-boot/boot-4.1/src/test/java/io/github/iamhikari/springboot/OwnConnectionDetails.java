package io.github.iamhikari.springboot;

import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Where the database is, told by a bean, as {@code @ServiceConnection} and Docker Compose do. */
@Configuration(proxyBeanMethods = false)
class OwnConnectionDetails {

  @Bean
  JdbcConnectionDetails connectionDetails(Environment environment) {
    return new JdbcConnectionDetails() {
      @Override
      public String getUsername() {
        return environment.getRequiredProperty("details.username");
      }

      @Override
      public String getPassword() {
        return "a password";
      }

      @Override
      public String getJdbcUrl() {
        return environment.getRequiredProperty("details.url");
      }
    };
  }
}
