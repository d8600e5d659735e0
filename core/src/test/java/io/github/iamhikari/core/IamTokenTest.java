package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IamTokenTest {

  private static final Instant SIGNED = Instant.parse("2026-11-22T12:00:00Z");

  private static final SigningKey KEY = new SigningKey("AKIA...MPLE", false, null, null);

  @ParameterizedTest(name = "iam_expiration {0} s, credentials for {1} s: usable for {2} s")
  @CsvSource({
    // iam_expiration, credentials live for, usable for
    "870,     , 870",
    "870, 3600, 870",
    "900,     , 900",
    "901,     , 900",
    "60,      ,  60",
    "0,       ,   0",
    "870,  880, 870",
    "870,  879, 869",
    "870,   60,  50",
    "870,   11,   1",
    "870,   10,   0",
    "870,    5,   0",
    "870,    0,   0",
    "870,  -30,   0",
    "30,    60,  30",
  })
  void isUsableUntilTheEarliestOfThreeEnds(int expiration, Integer credentialsLive, int usable) {
    Instant credentialsEnd = credentialsLive == null ? null : SIGNED.plusSeconds(credentialsLive);

    IamToken token =
        IamToken.signed(
            "secret",
            SIGNED,
            Duration.ofSeconds(expiration),
            new SigningKey("AKIA...MPLE", true, null, credentialsEnd),
            "us-east-2");

    assertThat(token.usableFor()).hasSeconds(usable);
    assertThat(token.usableUntil()).isEqualTo(SIGNED.plusSeconds(usable));
  }

  @ParameterizedTest(name = "usable for {0} s, wall clock {1} s on, {2} s elapsed: {3}")
  @CsvSource({
    // usable for, age by the wall clock, age by the clock that nobody sets, state
    "870,    0,   0, FRESH",
    "870,  695, 695, FRESH",
    "870,  696, 696, DUE",
    "870,  869, 869, DUE",
    "870,  870, 870, EXPIRED",
    "870, 9999, 999, EXPIRED",
    // suspended: the clock that nobody sets stood still
    "870,  871,   0, EXPIRED",
    "870,  700,   0, DUE",
    // the wall clock was set back
    "870,    0, 871, EXPIRED",
    "870,    0, 700, DUE",
    "870,   -1,   0, DUE",
    "870, -600, 100, DUE",
    "870, -600, 870, EXPIRED",
    // the wall clock was set forth
    "870,  600,   1, FRESH",
    "870,  900,   1, EXPIRED",
    // short lives
    "5,      3,   3, FRESH",
    "5,      4,   4, DUE",
    "5,      5,   5, EXPIRED",
    "0,      0,   0, EXPIRED",
    "0,     -1,   0, EXPIRED",
  })
  void tellsWhatIsToBeDone(int usable, int wallAge, int elapsed, IamToken.State state) {
    IamToken token = new IamToken("secret", SIGNED, Duration.ofSeconds(usable), KEY, "us-east-2");

    assertThat(token.stateAt(SIGNED.plusSeconds(wallAge), Duration.ofSeconds(elapsed)))
        .isEqualTo(state);
  }

  @Test
  void showsNoSecret() {
    assertThat(new IamToken("secret", SIGNED, Duration.ofSeconds(870), KEY, "us-east-2"))
        .hasToString(
            "signed at 2026-11-22T12:00:00Z with AKIA...MPLE (long-term credentials),"
                + " usable until 2026-11-22T12:14:30Z");
  }
}
