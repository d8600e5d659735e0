package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;

class EndpointNameTest {

  @ParameterizedTest
  @CsvSource({
    "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com, INSTANCE, us-east-2",
    "orders.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com, CLUSTER, us-east-2",
    "orders.cluster-ro-c9akciq32rgb.eu-west-3.rds.amazonaws.com, READER, eu-west-3",
    "reports.cluster-custom-c9akciq32rgb.sa-east-1.rds.amazonaws.com, CUSTOM, sa-east-1",
    "front.proxy-c9akciq32rgb.us-west-1.rds.amazonaws.com, PROXY, us-west-1",
    "reading.endpoint.proxy-c9akciq32rgb.us-west-1.rds.amazonaws.com, PROXY, us-west-1",
    "orders.shardgrp-c9akciq32rgb.us-east-1.rds.amazonaws.com, SHARD_GROUP, us-east-1",
    "orders.global-c9akciq32rgb.global.rds.amazonaws.com, GLOBAL,",
    "orders.c9akciq32rgb.us-east-1.rds-fips.amazonaws.com, INSTANCE, us-east-1",
    "orders.c9akciq32rgb.us-gov-west-1.rds-fips.amazonaws.com, INSTANCE, us-gov-west-1",
    "orders.c9akciq32rgb.us-gov-west-1.rds.amazonaws.com, INSTANCE, us-gov-west-1",
    "orders.c9akciq32rgb.rds.us-gov-west-1.amazonaws.com, INSTANCE, us-gov-west-1",
    "orders.c9akciq32rgb.eusc-de-east-1.rds.amazonaws.eu, INSTANCE, eusc-de-east-1",
    "orders.c9akciq32rgb.ausc-au-east-1.rds.amazonaws.au, INSTANCE, ausc-au-east-1",
    "orders.c9akciq32rgb.uksc-uk-south-1.rds.amazonaws.uk, INSTANCE, uksc-uk-south-1",
    "orders.c9akciq32rgb.rds.cn-north-1.amazonaws.com.cn, INSTANCE, cn-north-1",
    "orders.c9akciq32rgb.cn-northwest-1.rds.amazonaws.com.cn, INSTANCE, cn-northwest-1",
    "orders.c9akciq32rgb.rds.us-iso-east-1.c2s.ic.gov, INSTANCE, us-iso-east-1",
    "orders.c9akciq32rgb.us-isob-east-1.rds.sc2s.sgov.gov, INSTANCE, us-isob-east-1",
    "orders.c9akciq32rgb.rds.eu-isoe-west-1.cloud.adc-e.uk, INSTANCE, eu-isoe-west-1",
    "orders.c9akciq32rgb.us-isof-south-1.rds.csp.hci.ic.gov, INSTANCE, us-isof-south-1",
    "orders.c9akciq32rgb.eu-atlantis-7.rds.amazonaws.com, INSTANCE, eu-atlantis-7",
    "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.on.aws, DSQL, us-east-2",
    "eqh524yng5by1a2rogubbb8ayn.dsql-1b7o.us-east-2.on.aws, DSQL, us-east-2",
    "eqh524yng5by1a2rogubbb8ayn.dsql-fips.ca-central-1.on.aws, DSQL, ca-central-1",
    "dsql.dsql.eu-atlantis-7.on.aws, DSQL, eu-atlantis-7",
    "orders.dsqlkciq32rgb.us-east-2.rds.amazonaws.com, INSTANCE, us-east-2"
  })
  void tellsKindAndRegionOfAnEndpoint(String host, EndpointName.Kind kind, String region) {
    assertThat(EndpointName.parse(host)).contains(new EndpointName(host, kind, region));
  }

  @ParameterizedTest
  @MethodSource("everyRegionInEveryForm")
  void findsTheRegionOfEveryRegionOfTheSdk(String host, String region) {
    assertThat(EndpointName.parse(host)).map(EndpointName::region).contains(region);
  }

  static Stream<Arguments> everyRegionInEveryForm() {
    List<Arguments> hosts = new ArrayList<>();
    for (Region region : Region.regions()) {
      if (region.isGlobalRegion()) {
        continue;
      }
      PartitionMetadata partition = PartitionMetadata.of(region);
      List<String> tails = new ArrayList<>();
      tails.add("%s.rds.%s".formatted(region.id(), partition.dnsSuffix()));
      if (!partition.id().equals("aws") && !partition.id().equals("aws-eusc")) {
        tails.add("rds.%s.%s".formatted(region.id(), partition.dnsSuffix()));
      }
      if (partition.dnsSuffix().equals("amazonaws.com")) {
        tails.add("%s.rds-fips.amazonaws.com".formatted(region.id()));
        for (String service : List.of("dsql", "dsql-1b7o")) {
          String cluster =
              "eqh524yng5by1a2rogubbb8ayn.%s.%s.on.aws".formatted(service, region.id());
          hosts.add(Arguments.of(cluster, region.id()));
        }
      }
      for (String tail : tails) {
        String proxy = "reading.endpoint.proxy-c9akciq32rgb.%s".formatted(tail);
        hosts.add(Arguments.of(proxy, region.id()));
        for (EndpointName.Kind kind : EndpointName.Kind.values()) {
          if (kind != EndpointName.Kind.GLOBAL && kind != EndpointName.Kind.DSQL) {
            String host = "db-1.%sc9akciq32rgb.%s".formatted(prefix(kind), tail);
            hosts.add(Arguments.of(host, region.id()));
          }
        }
      }
    }
    return hosts.stream();
  }

  private static String prefix(EndpointName.Kind kind) {
    return switch (kind) {
      case INSTANCE -> "";
      case CLUSTER -> "cluster-";
      case READER -> "cluster-ro-";
      case CUSTOM -> "cluster-custom-";
      case PROXY -> "proxy-";
      case SHARD_GROUP -> "shardgrp-";
      case GLOBAL -> "global-";
      case DSQL -> throw new IllegalArgumentException("told by its domain");
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ORDERS.C9AKCIQ32RGB.US-EAST-2.RDS.AMAZONAWS.COM",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com.",
        " Orders.c9akciq32rgb.us-east-2.rds.amazonaws.com ",
        "EQH524YNG5BY1A2ROGUBBB8AYN.DSQL.US-EAST-2.ON.AWS."
      })
  void signsAnEndpointInLowerCaseAndWithoutATrailingDot(String host) {
    assertThat(EndpointName.parse(host))
        .map(EndpointName::name)
        .contains(host.strip().toLowerCase(Locale.ROOT).replaceFirst("\\.$", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "127.0.0.1",
        "::1",
        "db.example.com",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com.example.com",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.org",
        "c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "rds.us-east-2.amazonaws.com",
        "orders.c9akciq32rgb.useast2.rds.amazonaws.com",
        "orders.c9akciq32rgb.aws-global.rds.amazonaws.com",
        "orders.c9akciq32rgb.rds.us-east-2.amazonaws.com",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com.cn",
        "orders.c9akciq32rgb.cn-north-1.rds.amazonaws.com",
        "orders.c9akciq32rgb.rds.eusc-de-east-1.amazonaws.eu",
        "orders.c9akciq32rgb.eusc-de-east-1.rds-fips.amazonaws.eu",
        "orders.endpoint.c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "orders.endpoint.cluster-c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "orders.global-c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "orders.global-c9akciq32rgb.global.rds.amazonaws.com.example.com",
        "orders.cluster-c9akciq32rgb.global.rds.amazonaws.com",
        "orders..us-east-2.rds.amazonaws.com",
        ".c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "-orders.c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com..",
        "or ders.c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "orders.c9akciq32rgb.us-east-2.elb.amazonaws.com",
        "orders.c9akciq32rgb.us-east-2",
        "orders.c9akciq32rgb.us-east-.rds.amazonaws.com",
        "orders.c9akciq32rgb..rds.amazonaws.com",
        "orders.c9akciq32rgb.us-iso-east-1.rds.amazonaws.com",
        "orders.cluster-.us-east-2.rds.amazonaws.com",
        "orders.endpoint.proxy-c9akciq32rgb.us-east-2.rds",
        "endpoint.us-east-2.rds.amazonaws.com",
        "orders.cluster-ro-custom-c9akciq32rgb.us-east-2.rds.amazonaws.com",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.on.aws.example.com",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.example.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.on.amazonaws.com",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.amazonaws.com",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-east-2.on-aws",
        "eqh524yng5by1a2rogubbb8ayn.us-east-2.dsql.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.rds.us-east-2.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql-.us-east-2.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql1b7o.us-east-2.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql.useast2.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql.us-abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghi-1.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql.aws-global.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql.cn-north-1.on.aws",
        "eqh524yng5by1a2rogubbb8ayn.dsql..on.aws",
        "eqh524yng-by1a2rogubbb8ayn.dsql.us-east-2.on.aws",
        "*.dsql-1b7o.us-east-2.on.aws",
        ".dsql.us-east-2.on.aws",
        "dsql.us-east-2.on.aws",
        "on.aws",
        "dsql.us-east-2.api.aws",
        "vpce-0a1b2c3d4e5f60718-abcd1234.dsql-1b7o.us-east-2.vpce.amazonaws.com"
      })
  void takesNothingElseForAnEndpoint(String host) {
    assertThat(EndpointName.parse(host)).isEmpty();
  }

  @Test
  void isParsedWithoutTheMetadataOfServicesAndRegions() throws Exception {
    RecordingClassLoader classes = new RecordingClassLoader();

    Class<?> isolated = classes.loadClass(EndpointName.class.getName());
    Method parse = isolated.getDeclaredMethod("parse", String.class);
    parse.setAccessible(true);
    Object host = parse.invoke(null, "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com");

    assertThat(host.toString()).contains("us-east-2");
    assertThat(classes.loaded)
        .contains(EndpointName.class.getName())
        .noneMatch(name -> name.startsWith("software.amazon.awssdk.regions."));
  }

  /** Loads all classes but the JDK's anew, and knows which. */
  private static final class RecordingClassLoader extends ClassLoader {

    private final Set<String> loaded = new TreeSet<>();

    private RecordingClassLoader() {
      super(ClassLoader.getPlatformClassLoader());
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      loaded.add(name);
      String file = name.replace('.', '/') + ".class";
      try (InputStream input = EndpointNameTest.class.getClassLoader().getResourceAsStream(file)) {
        if (input == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = input.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
