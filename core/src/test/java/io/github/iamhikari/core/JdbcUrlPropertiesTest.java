package io.github.iamhikari.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static net.jqwik.api.statistics.StatisticsReport.StatisticsReportMode.OFF;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.SecretSearch;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import net.jqwik.api.statistics.StatisticsReport;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** What holds for every JDBC URL, endpoint and set of properties. */
class JdbcUrlPropertiesTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  /** Not a host name, so no message may repeat it. */
  private static final String SECRET = "s3cr3t!";

  private static final List<String> PIECES =
      List.of(
          ("jdbc: postgresql: mysql: mariadb: mysql+srv: loadbalance: otel: aws-wrapper: // / ? & = :"
                  + " , ; @ ( ) [ ] % %2 %zz %00 + # %% ${ &amp; \u0000 \n \u00e9 \ud800 5432 65536"
                  + " 443 0 -1 99999999999999999999 host= port= user=app password=x"
                  + " wrapperPlugins=iam, address= iam_host= iam_region= iam_default_port="
                  + " iam_expiration= aws_profile= iam_x=1 sslmode= sslMode= useSSL= require trust"
                  + " disable prefer true localhost 127.0.0.1 ::1 us-east-2 global x "
                  + String.join(" ", "(".repeat(500), "[".repeat(500), "a,".repeat(500) + "]", " ")
                  + " password=SECRET Password1=SECRET app:SECRET SECRET SECRET= ENDPOINT"
                  + " ;user=sa;password=SECRET credentialType=SECRET")
              .replace("SECRET", SECRET)
              .replace("ENDPOINT", ENDPOINT)
              .split(" ", -1));

  private static final List<String> STARTS =
      List.of(
          (" jdbc:postgresql:// jdbc:postgresql://E/orders? jdbc:mysql:// jdbc:mysql://app:SECRET"
                  + " jdbc:mysql://E jdbc:mariadb://E/orders? jdbc:otel:mysql://E")
              .replace("SECRET", SECRET)
              .replaceAll("E(?=[/ ]|$)", ENDPOINT)
              .split(" ", -1));

  private static final List<String> NAMES =
      List.of(
          "iam_host iam_default_port iam_region iam_expiration iam_ IAM_HOST user password PASSWORD"
              .concat(" iamRegionn credentialType sslmode sslMode ssl useSSL PGHOST ")
              .split(" ", -1));

  /** The endpoint's name, for each kind of endpoint. */
  private static final Map<EndpointName.Kind, String> FORMS =
      Map.of(
          EndpointName.Kind.INSTANCE, "%s.c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.CLUSTER, "%s.cluster-c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.READER, "%s.cluster-ro-c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.CUSTOM, "%s.cluster-custom-c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.PROXY, "%s.proxy-c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.SHARD_GROUP, "%s.shardgrp-c9akciq32rgb.%s.rds.amazonaws.com",
          EndpointName.Kind.GLOBAL, "%s.global-c9akciq32rgb.global.rds.amazonaws.com",
          EndpointName.Kind.DSQL, "c9akciq32rgb.dsql-%s.%s.on.aws");

  private final StaticCredentialsProvider credentials =
      StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret"));

  @Property(tries = 1_000)
  @StatisticsReport(OFF)
  void anyUrlEndsInAWorkingDataSourceOrInAMessageWithoutSecrets(
      @ForAll("urls") String url, @ForAll("properties") Properties properties) {
    boolean works = false;
    try {
      IamDataSource dataSource =
          IamDataSource.builder()
              .jdbcUrl(url)
              .user("app")
              .properties(properties)
              .awsCredentialsProvider(credentials)
              .build();
      dataSource
          .getToken("app", Duration.ofSeconds(30))
          .ifPresent(token -> assertThat(token).contains("X-Amz-Signature="));
      dataSource.close();
      works = true;
    } catch (IllegalArgumentException e) {
      assertThat(e).message().isNotBlank();
      assertThat(SecretSearch.textOf(e)).doesNotContain(SECRET);
    }
    Statistics.collect(works);
    Statistics.coverage(share -> share.check(true).percentage(percent -> percent > 1));
  }

  @Provide
  Arbitrary<String> urls() {
    return Combinators.combine(Arbitraries.of(STARTS), Arbitraries.of(PIECES).list().ofMaxSize(5))
        .as((start, pieces) -> start + String.join("", pieces));
  }

  @Provide
  Arbitrary<Properties> properties() {
    Arbitrary<Object> values =
        Arbitraries.oneOf(Arbitraries.of(PIECES), Arbitraries.integers().asGeneric());
    return Arbitraries.maps(Arbitraries.of(NAMES), values).ofMaxSize(3).map(map -> of(map));
  }

  private static Properties of(Map<String, ?> map) {
    Properties properties = new Properties();
    properties.putAll(map);
    return properties;
  }

  @Property(tries = 500)
  void aUrlIsReadAsItWasWritten(
      @ForAll("protocols") JdbcUrl.Protocol protocol,
      @ForAll("hosts") String host,
      @ForAll("ports") @Nullable Integer port,
      @ForAll("parameters") Map<String, String> parameters,
      @ForAll("parameters") Map<String, String> settings) {
    String address =
        (host.contains(":") ? "[" + host + "]" : host) + (port == null ? "" : ":" + port);
    String base = "jdbc:" + protocol.protocolName() + "://" + address + "/orders";
    List<String> forDriver = new ArrayList<>();
    List<String> all = new ArrayList<>();
    List<JdbcUrl.Parameter> read = new ArrayList<>();
    parameters.forEach(
        (name, value) -> {
          String encoded = URLEncoder.encode(value, UTF_8);
          forDriver.add(name + "=" + encoded);
          all.add(name + "=" + encoded);
          boolean isDecoded = protocol != JdbcUrl.Protocol.MARIADB;
          read.add(new JdbcUrl.Parameter(name, isDecoded ? value : encoded));
        });
    settings.forEach(
        (name, value) ->
            all.add(
                name.length() % (all.size() + 1),
                "iam_" + name + "=" + URLEncoder.encode(value, UTF_8)));

    JdbcUrl url = JdbcUrl.parse(base + (all.isEmpty() ? "" : "?" + String.join("&", all)));

    assertThat(url.protocol()).isEqualTo(protocol);
    assertThat(url.addresses()).containsExactly(new JdbcUrl.Address(host, port));
    assertThat(url.severalHosts()).isFalse();
    assertThat(url.parameters()).isEqualTo(read);
    assertThat(url.forDriver())
        .isEqualTo(base + (forDriver.isEmpty() ? "" : "?" + String.join("&", forDriver)));
    assertThat(url.settings()).hasSameSizeAs(settings);
    settings.forEach(
        (name, value) -> assertThat(url.settings()).containsEntry("iam_" + name, value));
  }

  @Provide
  Arbitrary<JdbcUrl.Protocol> protocols() {
    return Arbitraries.of(JdbcUrl.Protocol.class).filter(p -> p != JdbcUrl.Protocol.OTHER);
  }

  @Provide
  Arbitrary<String> hosts() {
    Arbitrary<String> names = Arbitraries.strings().withChars("abcxyz019-.").ofMinLength(1);
    return Arbitraries.oneOf(names, Arbitraries.of("::1", "fe80::1:2", "127.0.0.1", ENDPOINT));
  }

  @Provide
  Arbitrary<Integer> ports() {
    return Arbitraries.integers().between(1, IamSettings.LAST_PORT).injectNull(0.2);
  }

  @Provide
  Arbitrary<Map<String, String>> parameters() {
    Arbitrary<String> names = Arbitraries.strings().withCharRange('a', 'h').ofMinLength(1);
    Arbitrary<String> values = Arbitraries.strings().excludeChars('\ud800').ofMaxLength(12);
    return Arbitraries.maps(names, values.map(String::strip).filter(this::canBeEncoded))
        .ofMaxSize(3);
  }

  private boolean canBeEncoded(String value) {
    return UTF_8.newEncoder().canEncode(value);
  }

  @Property(tries = 300)
  void anEndpointIsReadAsItWasWritten(
      @ForAll("labels") String identifier,
      @ForAll EndpointName.Kind kind,
      @ForAll("regions") String region) {
    String host = String.format(Locale.ROOT, requireNonNull(FORMS.get(kind)), identifier, region);
    Optional<EndpointName> expected =
        Optional.of(new EndpointName(host, kind, kind == EndpointName.Kind.GLOBAL ? null : region));

    assertThat(EndpointName.parse(host)).isEqualTo(expected);
    assertThat(EndpointName.parse(host.toUpperCase(Locale.ROOT) + ".")).isEqualTo(expected);
    assertThat(EndpointName.parse(host + ".example.com")).isEmpty();
    assertThat(EndpointName.parse("." + host)).isEmpty();
  }

  @Provide
  Arbitrary<String> labels() {
    return Arbitraries.strings().withChars("az09-").ofMaxLength(56).map(text -> "a" + text + "z");
  }

  @Provide
  Arbitrary<String> regions() {
    return Combinators.combine(
            Arbitraries.of("us", "eu", "ap", "sa", "ca", "me", "af", "il", "mx"),
            Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(9),
            Arbitraries.integers().between(1, 12))
        .as((area, word, number) -> area + "-" + word + "-" + number);
  }

  @Property(tries = 1_000)
  void aSettingHoldsWhatItMayOrIsNamedInAMessage(
      @ForAll("settingNames") String name, @ForAll("values") String value) {
    try {
      IamSettings settings = IamSettings.from(of(Map.of(name, value)));

      assertThat(settings.expiration()).isBetween(Duration.ZERO, IamToken.LONGEST_LIFE);
      assertThat(settings.defaultPort() == null ? 1 : settings.defaultPort())
          .isBetween(1, 65_535)
          .isNotEqualTo(443);
      assertThat(settings.region() == null ? "a-1" : settings.region()).matches("[a-z0-9-]+");
      if (value.isBlank()) {
        assertThat(settings).isEqualTo(IamSettings.from(new Properties()));
      }
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageStartingWith(name).hasNoCause();
      assertThat(SecretSearch.textOf(e)).doesNotContain(SECRET);
    }
  }

  @Provide
  Arbitrary<String> settingNames() {
    return Arbitraries.of(IamSettings.names());
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.strings().ofMaxLength(20),
        Arbitraries.of(PIECES),
        Arbitraries.integers().between(-2, 70_000).map(String::valueOf));
  }
}
