package io.github.iamhikari.localrds.junit;

import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.MergedContextConfiguration;

/**
 * Gives an application context its own {@link io.github.iamhikari.localrds.LocalRds}. Spring reuses
 * a context for test classes with equal customizers.
 *
 * @param database what the server stands in for
 */
record LocalRdsContextCustomizer(AutoConfigureLocalRds.Database database)
    implements ContextCustomizer {

  @Override
  public void customizeContext(
      ConfigurableApplicationContext context, MergedContextConfiguration configuration) {
    LocalRdsExtension extension = LocalRdsExtension.of(database.describe());
    extension.acquire(context);
    DefaultListableBeanFactory beans = (DefaultListableBeanFactory) context.getBeanFactory();
    beans.registerSingleton("localRds", extension.server());
    beans.registerSingleton("localRdsExtension", extension);
    // Spring closes the pool first, as that is registered later.
    beans.registerDisposableBean("localRds", () -> extension.release(context));
    Map<String, Object> properties =
        Map.of(
            "spring.datasource.url", extension.jdbcUrl(),
            "spring.datasource.username", extension.user());
    context
        .getEnvironment()
        .getPropertySources()
        .addFirst(new MapPropertySource("local-rds", properties));
  }
}
