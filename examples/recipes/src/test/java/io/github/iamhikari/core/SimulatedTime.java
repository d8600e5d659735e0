package io.github.iamhikari.core;

import io.github.iamhikari.localrds.TestClock;
import java.util.function.UnaryOperator;

/** Lets logins live by a clock that a test advances, and have their tokens signed by it. */
public final class SimulatedTime {

  private SimulatedTime() {}

  /** What to do with the builder of an {@link IamDataSource} for that. */
  public static UnaryOperator<IamDataSource.Builder> by(TestClock clock) {
    return logins -> logins.clock(clock, clock::nanoTime);
  }

  /** The same for a source of tokens. */
  public static IamTokenSource.Builder by(TestClock clock, IamTokenSource.Builder tokens) {
    return tokens.clock(clock, clock::nanoTime);
  }
}
