package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

class RoleTest {

  private static final String ARN = "arn:aws:iam::123456789012:role/orders";

  @Test
  void isNoneUnlessItIsAskedFor() {
    assertThat(role("pool", "us-east-2", null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "HikariPool-1, HikariPool-1",
    "Bestellungen für alle, Bestellungen-f-r-alle",
    "'', iam-hikari",
    "a, iam-hikari",
    "a-name-of-more-than-64-letters-as-it-comes-from-a-deployment-tool-abcdef,"
        + " a-name-of-more-than-64-letters-as-it-comes-from-a-deployment-too",
  })
  void hasASessionOfThePoolsName(String poolName, String sessionName) {
    assertThat(role(poolName, "us-east-2", ARN))
        .isEqualTo(new Role(ARN, sessionName, null, "us-east-2"));
  }

  @ParameterizedTest
  @CsvSource({
    "us-east-2, aws",
    "us-gov-west-1, aws-us-gov",
    "cn-north-1, aws-cn",
    "eusc-de-east-1, aws-eusc",
    "us-iso-east-1, aws-iso",
    "us-isof-south-1, aws-iso-f",
    "mx-central-1, aws",
  })
  void isOfThePartitionOfTheRegion(String region, String partition) {
    String arn = "arn:" + partition + ":iam::123456789012:role/orders";
    assertThat(role("pool", region, arn)).isNotNull();

    assertThatThrownBy(() -> role("pool", region, arn.replace("arn:aws", "arn:aws-other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "iam_role_arn belongs to another AWS partition than the region %s, whose role ARNs"
                + " begin with arn:%s:; set it to a role of that partition",
            region, partition);
    assertThat(PartitionMetadata.of(Region.of(region)).id()).isEqualTo(partition);
  }

  @Test
  void isTakenForARegionOfAPartitionThatIsNotKnown() {
    assertThat(role("pool", "mars-north-1", ARN)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"iam_role_session_name", "iam_role_external_id"})
  void isMissedWhereThereIsMoreOfIt(String setting) {
    Properties properties = new Properties();
    properties.setProperty(setting, "orders");

    assertThatThrownBy(() -> Role.of("pool", IamSettings.from(properties), "us-east-2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            setting
                + " is set, but iam_role_arn is not; set iam_role_arn to the role's ARN, or"
                + " remove "
                + setting);
  }

  private static @Nullable Role role(String poolName, String region, @Nullable String arn) {
    Properties properties = new Properties();
    properties.setProperty("iam_role_arn", arn == null ? "" : arn);
    return Role.of(poolName, IamSettings.from(properties), region);
  }
}
