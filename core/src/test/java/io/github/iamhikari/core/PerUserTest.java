package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PerUserTest {

  private static final TokenRequest CONFIGURED =
      new TokenRequest("db.c9akciq32rgb.us-east-2.rds.amazonaws.com", 5432, "us-east-2", "app");

  private final List<TokenRequest> made = new ArrayList<>();
  private final Set<String> idle = new HashSet<>();
  private final PerUser<String> values =
      new PerUser<>(
          CONFIGURED,
          request -> {
            made.add(request);
            return request.user() + " " + made.size();
          },
          idle::contains);

  @Test
  void haveOneValueForEachUser() {
    assertThat(values.of("app")).isEqualTo(values.ofConfigured()).isEqualTo("app 1");
    assertThat(values.of("reader")).isEqualTo("reader 2");
    assertThat(values.of("reader")).isEqualTo("reader 2");
    assertThat(values.others()).isEqualTo(1);
    assertThat(made).containsExactly(CONFIGURED, CONFIGURED.of("reader"));
  }

  @Test
  void loseTheIdleOnesOfOthersWhenSomebodyElseComes() {
    values.of("reader");
    values.of("writer");
    idle.add("app 1");
    idle.add("reader 2");

    values.of("writer");
    assertThat(values.others()).as("nobody else has come").isEqualTo(2);
    values.of("auditor");

    List<String> left = new ArrayList<>();
    values.forEach(left::add);
    assertThat(left).containsExactlyInAnyOrder("app 1", "writer 3", "auditor 4");
    assertThat(values.of("reader")).isEqualTo("reader 5");
  }
}
