package io.github.iamhikari.webservice;

import io.github.iamhikari.webservice.demo.LocalAwsInitializer;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.PropertySource;

/**
 * The service. It starts with local-rds unless {@code spring.config.location} names a file with
 * pools of your own.
 */
@SpringBootApplication(proxyBeanMethods = false)
@PropertySource("classpath:service.properties")
public final class WebService {

  WebService() {}

  /**
   * Starts it; Ctrl-C stops it.
   *
   * @param arguments settings of Spring Boot, such as {@code --server.port=8081}
   */
  public static void main(String[] arguments) {
    start(arguments);
  }

  static ConfigurableApplicationContext start(String... arguments) {
    SpringApplication application = new SpringApplication(WebService.class);
    application.setBannerMode(Banner.Mode.OFF);
    application.addInitializers(new LocalAwsInitializer());
    return application.run(arguments);
  }
}
