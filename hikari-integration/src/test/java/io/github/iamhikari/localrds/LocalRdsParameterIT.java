package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.LocalRdsExtension;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(LocalRdsExtension.class)
class LocalRdsParameterIT {

  @Test
  void isAParameterOfATest(LocalRds rds, LocalRdsExtension extension) {
    assertThat(extension.server()).isSameAs(rds);
    assertThat(rds.isRunning()).isTrue();
  }

  @Nested
  class Inner {

    @Test
    void isTheSameServerInANestedClass(LocalRds rds) {
      assertThat(rds.isRunning()).isTrue();
    }
  }
}
