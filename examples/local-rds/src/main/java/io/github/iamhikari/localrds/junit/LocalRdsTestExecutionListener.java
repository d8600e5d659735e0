package io.github.iamhikari.localrds.junit;

import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Undoes before each test of Spring what the last one did to the server of {@link
 * AutoConfigureLocalRds}. Spring finds it by spring.factories.
 */
final class LocalRdsTestExecutionListener implements TestExecutionListener {

  @Override
  public void beforeTestMethod(TestContext test) {
    if (test.hasApplicationContext()) {
      test.getApplicationContext()
          .getBeanProvider(LocalRdsExtension.class)
          .ifAvailable(LocalRdsExtension::reset);
    }
  }
}
