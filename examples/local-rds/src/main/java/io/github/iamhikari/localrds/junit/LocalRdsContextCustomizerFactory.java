package io.github.iamhikari.localrds.junit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.test.context.ContextConfigurationAttributes;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.ContextCustomizerFactory;
import org.springframework.test.context.TestContextAnnotationUtils;

/** Finds {@link AutoConfigureLocalRds} at a test class. Spring finds it by spring.factories. */
final class LocalRdsContextCustomizerFactory implements ContextCustomizerFactory {

  @Override
  public @Nullable ContextCustomizer createContextCustomizer(
      Class<?> testClass, List<ContextConfigurationAttributes> attributes) {
    AutoConfigureLocalRds annotation =
        TestContextAnnotationUtils.findMergedAnnotation(testClass, AutoConfigureLocalRds.class);
    return annotation == null ? null : new LocalRdsContextCustomizer(annotation.value());
  }
}
