package io.github.iamhikari.webservice.demo;

import java.time.Duration;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/**
 * Unless a file configures databases of your own: starts {@link LocalAws} before the service, which
 * finds it by its properties as it would find RDS, and stops it after the service.
 */
public final class LocalAwsInitializer
    implements ApplicationContextInitializer<GenericApplicationContext> {

  /** The SDK's own setting, which a container has as an environment variable. */
  private static final String CREDENTIALS_URI = "aws.containerCredentialsFullUri";

  /** One that has started nothing yet. */
  public LocalAwsInitializer() {}

  @Override
  public void initialize(GenericApplicationContext application) {
    ConfigurableEnvironment environment = application.getEnvironment();
    if (environment.getProperty("spring.config.location") != null) {
      return;
    }
    System.out.println("Starting PostgreSQL and MariaDB, with IAM logins as on RDS.");
    LocalAws aws =
        LocalAws.start(
            environment.getRequiredProperty("local-rds.life-of-credentials", Duration.class));
    environment.getPropertySources().addLast(new MapPropertySource("local-rds", aws.properties()));
    System.setProperty(CREDENTIALS_URI, aws.credentialsUri());
    application.getDefaultListableBeanFactory().registerSingleton("localAws", aws);
    application.getDefaultListableBeanFactory().registerDisposableBean("localAws", aws::close);
    application.registerBean(AwsCredentialsProvider.class, ContainerCredentialsProvider::create);
  }
}
