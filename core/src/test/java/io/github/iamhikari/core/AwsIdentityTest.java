package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AwsIdentityTest {

  @ParameterizedTest
  @CsvSource({
    "arn:aws:iam::123456789012:user/team/app, arn:aws:iam::123456789012:user/team/app",
    "arn:aws:sts::123456789012:assumed-role/app/i-0, arn:aws:iam::123456789012:role/app",
    "arn:aws-cn:sts::123456789012:assumed-role/app/i-0, arn:aws-cn:iam::123456789012:role/app",
    "arn:aws:sts::123456789012:federated-user/app, ",
    "arn:aws:iam::123456789012:root, "
  })
  void isAUserOrARoleWhosePoliciesDecide(String arn, String principal) {
    assertThat(new AwsIdentity("123456789012", arn).principal(null).orElse(null))
        .isEqualTo(principal);
  }

  @Test
  void mayBeOfARoleWithAPath() {
    AwsIdentity identity =
        new AwsIdentity("123456789012", "arn:aws:sts::123456789012:assumed-role/app/i-0");

    assertThat(identity.principal("arn:aws:iam::123456789012:role/team/app"))
        .hasValue("arn:aws:iam::123456789012:role/team/app");
    assertThat(identity.isOf("arn:aws:iam::123456789012:role/team/other")).isFalse();
    assertThat(identity.isOf("arn:aws:iam::210987654321:role/team/app")).isFalse();
  }
}
