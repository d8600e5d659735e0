package io.github.iamhikari.localrds.junit;

import org.springframework.core.Ordered;
import org.springframework.test.context.TestContext;
import org.springframework.test.context.TestExecutionListener;

/**
 * Undoes before each test of Spring what the last one did to the server of {@link
 * AutoConfigureLocalRds}. Spring finds it by spring.factories.
 */
final class LocalRdsTestExecutionListener implements TestExecutionListener, Ordered {

  /** Before Spring begins a transaction, and before it executes {@code @Sql}. */
  private static final int ORDER = 3500;

  @Override
  public int getOrder() {
    return ORDER;
  }

  @Override
  public void beforeTestMethod(TestContext test) {
    if (test.hasApplicationContext()) {
      test.getApplicationContext()
          .getBeanProvider(LocalRdsExtension.class)
          .ifAvailable(LocalRdsExtension::reset);
    }
  }
}
