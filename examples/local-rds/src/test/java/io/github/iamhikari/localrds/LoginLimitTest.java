package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoginLimitTest {

  private final SettableClock clock = new SettableClock();
  private final LoginLimit limit = new LoginLimit(clock::nanoTime);

  @Test
  void takesAnyNumberUnlessItIsSet() {
    assertThat(takenOf(10_000)).isEqualTo(10_000);
    limit.set(4);
    assertThat(takenOf(10_000)).isEqualTo(4);
    limit.set(0);
    assertThat(takenOf(10_000)).isEqualTo(10_000);
  }

  @Test
  void takesWhatTimeHasBroughtAndNoMoreThanThatOfASecond() {
    limit.set(4);
    assertThat(takenOf(5)).isEqualTo(4);
    clock.advance(Duration.ofMillis(249));
    assertThat(takenOf(5)).isZero();
    clock.advance(Duration.ofMillis(1));
    assertThat(takenOf(5)).isEqualTo(1);
    clock.advance(Duration.ofMillis(500));
    assertThat(takenOf(5)).isEqualTo(2);
    clock.advance(Duration.ofHours(1));
    assertThat(takenOf(5)).isEqualTo(4);
  }

  private long takenOf(int logins) {
    return IntStream.range(0, logins).filter(i -> limit.takesOne()).count();
  }
}
