package io.github.iamhikari.localrds.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.iamhikari.localrds.LocalRds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** In a class of one instance, whose constructor comes before everything else. */
@ExtendWith(LocalRdsExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalRdsExtensionLifecycleIT {

  private final LocalRds injected;

  LocalRdsExtensionLifecycleIT(LocalRds injected) {
    this.injected = injected;
  }

  @Test
  void isAParameterOfAConstructor(LocalRds rds) {
    assertThat(rds).isSameAs(injected);
    assertThat(rds.isRunning()).isTrue();
  }

  @Test
  void startsAfterAStartThatFailed() throws IOException {
    LocalRdsExtension rds;
    try (ServerSocket other = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
      rds = LocalRdsExtension.of(LocalRds.postgres().port(other.getLocalPort()));
      assertThatThrownBy(() -> rds.acquire("a class")).isInstanceOf(IllegalStateException.class);
      rds.release("a class"); // as JUnit does
    }
    rds.acquire("the next class");
    assertThat(rds.server().isRunning()).isTrue();
    rds.release("the next class");
  }

  @Test
  void restoresWhatTheBuilderDescribed() {
    LocalRdsExtension rds = LocalRdsExtension.of(LocalRds.postgres().iamLogin(false));
    rds.acquire("a class");
    rds.server().iamLogin(true);
    rds.server().stop();
    rds.clock().advance(Duration.ofHours(1));

    rds.reset();

    assertThat(rds.server().iamLogin()).isFalse();
    assertThat(rds.server().isRunning()).isTrue();
    rds.release("a class");
  }
}
