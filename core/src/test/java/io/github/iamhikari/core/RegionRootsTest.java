package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.X509Certificate;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegionRootsTest {

  /** Those of the bundle in core/src/roots. */
  static List<String> regions() {
    return List.of(
        "af-south-1",
        "ap-east-1",
        "ap-northeast-1",
        "ap-northeast-2",
        "ap-northeast-3",
        "ap-south-1",
        "ap-south-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ca-central-1",
        "eu-central-1",
        "eu-central-2",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2");
  }

  @ParameterizedTest
  @MethodSource("regions")
  void aRegionHasItsOwnRootsAndNoOthers(String region) {
    assertThat(RegionRoots.of(region).certificates())
        .extracting(root -> root.getSubjectX500Principal().getName())
        .satisfiesExactlyInAnyOrder(
            name -> assertThat(name).contains("CN=Amazon RDS " + region + " Root CA RSA2048 G1"),
            name -> assertThat(name).contains("CN=Amazon RDS " + region + " Root CA RSA4096 G1"),
            name -> assertThat(name).contains("CN=Amazon RDS " + region + " Root CA ECC384 G1"));
  }

  @ParameterizedTest
  @MethodSource("regions")
  void noRootIsNearItsEnd(String region) {
    assertThat(RegionRoots.of(region).certificates())
        .extracting(X509Certificate::getNotAfter)
        .as(
            "A root certificate of %s ends within two years. Replace core/src/roots/rds-roots.pem by"
                + " a newer bundle of Amazon's roots; its first line must say \"valid on\" and a"
                + " date",
            region)
        .allMatch(
            end ->
                end.toInstant()
                    .isAfter(ZonedDateTime.now(ZoneOffset.UTC).plusYears(2).toInstant()));
  }

  @Test
  void allRegionsTogetherHaveTheRootsOfEach() {
    assertThat(RegionRoots.exist(RegionRoots.ALL)).isTrue();
    RegionRoots all = RegionRoots.of(RegionRoots.ALL);

    for (String region : regions()) {
      assertThat(all.certificates()).containsAll(RegionRoots.of(region).certificates());
    }
    assertThat(all).hasToString("Amazon's roots for all regions (as of " + all.date() + ")");
  }

  @Test
  void theBundleHasADate() {
    assertThat(LocalDate.parse(RegionRoots.of("us-east-2").date())).isAfterOrEqualTo("2026-11-24");
  }

  /** Amazon's trial regions are not to be trusted; the others are not in the bundle. */
  @ParameterizedTest
  @ValueSource(
      strings = {"Beta us-east-1", "Preview us-east-2", "cn-north-1", "us-gov-west-1", "eu-west-9"})
  void otherRegionsHaveNone(String region) {
    assertThat(RegionRoots.exist(region)).isFalse();
    assertThatThrownBy(() -> RegionRoots.of(region)).isInstanceOf(IllegalArgumentException.class);
  }
}
