package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("login")
class TransportSecurityTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  @ParameterizedTest
  @CsvSource({
    // URL, driver's property, what the driver is told
    "jdbc:postgresql://ENDPOINT/d,                             , sslmode=verify-full",
    "jdbc:postgresql://ENDPOINT/d?sslcert=/c&sslrootcert=/r,   , sslmode=verify-full",
    "jdbc:postgresql://ENDPOINT/d?sslcert=/c,                  , sslmode=verify-full",
    "jdbc:postgresql://h/d?sslkey=/k,                          , sslmode=verify-ca",
    "jdbc:postgresql://h/d?sslhostnameverifier=a.Verifier,     , sslmode=verify-full",
    "jdbc:postgresql://ENDPOINT/d?sslfactory=a.Factory,        , sslmode=require",
    "jdbc:postgresql://h/d,                                    , sslmode=verify-ca",
    "jdbc:postgresql://ENDPOINT/d?sslcert=,                    , sslmode=verify-full",
    "jdbc:postgresql://h/d?sslmode=require,                    , sslmode=require",
    "jdbc:postgresql://h/d?sslmode=verify-full,                , sslmode=verify-full",
    "jdbc:postgresql://h/d?SSLMODE=verify-ca,                  , sslmode=verify-ca",
    "jdbc:postgresql://h/d,                 sslmode=verify-full, sslmode=verify-full",
    "jdbc:postgresql://h/d,                 SslMode=verify-full, sslmode=verify-full",
    "jdbc:postgresql://h/d?ssl=true,                           , sslmode=verify-full",
    "jdbc:postgresql://h/d?ssl,                                , sslmode=verify-full",
    "jdbc:postgresql://h/d?ssl=true&sslmode=require,           , sslmode=require",
    "jdbc:postgresql://h/d,                 ssl=true           , sslmode=verify-full",
    "jdbc:mysql://h/d,                                         , sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:/r,     , sslMode=VERIFY_CA",
    "jdbc:mysql://ENDPOINT/d?trustCertificateKeyStoreUrl=file:/r,, sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://h/d?socketFactory=a.Factory,                 , sslMode=VERIFY_CA",
    "jdbc:mysql://ENDPOINT/d?clientCertificateKeyStoreUrl=file:/k,, sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://ENDPOINT/d?fipsCompliantJsse=false,          , sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://h/d?verifyServerCertificate=false,           , sslMode=REQUIRED",
    "jdbc:mysql://ENDPOINT/d?fipsCompliantJsse=true,           , sslMode=REQUIRED",
    "jdbc:mysql://h/d?sslMode=VERIFY_IDENTITY,                 , sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://h/d?sslMode=required,                        , sslMode=required",
    "jdbc:mysql://h/d?useSSL=true,                             , sslMode=REQUIRED",
    "jdbc:mysql://h/d?useSSL=true&verifyServerCertificate=true,, sslMode=VERIFY_CA",
    "jdbc:mysql://h/d,                      sslMode=VERIFY_CA  , sslMode=VERIFY_CA",
    "jdbc:mariadb://h/d,                                       , sslMode=verify-full",
    "jdbc:mariadb://h/d?serverSslCert=/r.pem,                  , sslMode=verify-full",
    "jdbc:mariadb://h/d?trustServerCertificate=false,          , sslMode=verify-full",
    "jdbc:mariadb://h/d?disableSslHostnameVerification=false,  , sslMode=verify-full",
    "jdbc:mariadb://h/d?useSsl=true&disableSslHostnameVerification=true,, sslMode=verify-ca",
    "jdbc:mariadb://h/d?tlsSocketType=OTHER,                   , sslMode=trust",
    "jdbc:mariadb://h/d?sslMode=verify-full,                   , sslMode=verify-full",
    "jdbc:mariadb://h/d?useSsl=true,                           , sslMode=verify-full",
    "jdbc:mariadb://h/d?useSSL=true&trustServerCertificate=true,, sslMode=trust",
  })
  void switchesTlsOnWhereTheConfigurationIsSilent(
      String url, @Nullable String property, String told) {
    Properties properties = properties(property);

    require(url.replace("ENDPOINT", ENDPOINT), properties);

    assertThat(properties).contains(properties(told).entrySet().iterator().next());
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h/d?sslmode=disable,               , sslmode=disable,   sslmode=require",
    "jdbc:postgresql://h/d?sslmode=allow,                 , sslmode=allow,     sslmode=require",
    "jdbc:postgresql://h/d?sslmode=prefer,                , sslmode=prefer,    sslmode=require",
    "jdbc:postgresql://h/d?sslmode=,                      , sslmode=,          sslmode=require",
    "jdbc:postgresql://h/d?ssl=false,                     , ssl=false,         sslmode=require",
    "jdbc:postgresql://h/d?sslmode=require, sslmode=prefer, sslmode=prefer,    sslmode=require",
    "jdbc:postgresql://h/d?sslmode=prefer, sslmode=require, sslmode=prefer,    sslmode=require",
    "jdbc:mysql://h/d?sslMode=DISABLED,                   , sslMode=DISABLED,  sslMode=REQUIRED",
    "jdbc:mysql://h/d?sslMode=preferred,                  , sslMode=preferred, sslMode=REQUIRED",
    "jdbc:mysql://h/d?useSSL=false,                       , useSSL=false,      sslMode=REQUIRED",
    "jdbc:mysql://h/d,                        usessl=FALSE, useSSL=FALSE,      sslMode=REQUIRED",
    "jdbc:mariadb://h/d?sslMode=disable,                  , sslMode=disable,   sslMode=trust",
    "jdbc:mariadb://h/d?sslMode=allow,                    , sslMode=allow,     sslMode=trust",
    "jdbc:mariadb://h/d?useSsl=false,                     , useSsl=false,      sslMode=trust",
  })
  void refusesWhatCouldSendTheTokenInClearText(
      String url, @Nullable String property, String culprit, String remedy) {
    assertThatThrownBy(() -> require(url, properties(property)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "%s could send the IAM token, which is a password, in clear text; remove it, or use %s or stricter"
                .formatted(culprit, remedy));
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:mariadb://address=(host=h)(sslMode=disable)/d, sslMode=disable",
    "'jdbc:mysql://(host=h,sslMode=DISABLED)/d', sslMode=DISABLED",
    "jdbc:mysql://address=(host=h)(useSSL=false)/d, useSSL=false",
  })
  void refusesAHostThatCouldGetTheTokenInClearText(String url, String culprit) {
    assertThatThrownBy(() -> require(url, new Properties()))
        .hasMessageStartingWith(culprit + " could send the IAM token");
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://h/d?sslmode=VERIFY_IDENTITY, sslmode=VERIFY_IDENTITY is not a mode of"
        + " PostgreSQL's driver; use sslmode=verify-full",
    "jdbc:postgresql://h/d?sslmode=VERIFY_CA, sslmode=VERIFY_CA is not a mode of PostgreSQL's"
        + " driver; use sslmode=verify-ca",
    "jdbc:postgresql://h/d?sslmode=REQUIRED, sslmode=REQUIRED is not a mode of PostgreSQL's driver;"
        + " use sslmode=require",
    "jdbc:mysql://h/d?sslMode=verify-full, sslMode=verify-full is not a mode of MySQL's driver; use"
        + " sslMode=VERIFY_IDENTITY",
    "jdbc:mysql://h/d?sslMode=verify-ca, sslMode=verify-ca is not a mode of MySQL's driver; use"
        + " sslMode=VERIFY_CA",
    "jdbc:mysql://h/d?sslMode=require, sslMode=require is not a mode of MySQL's driver; use"
        + " sslMode=REQUIRED",
    "jdbc:mariadb://h/d?sslMode=verify-identity, sslMode=verify-identity is not a mode of MariaDB's"
        + " driver; use sslMode=verify-full",
    "jdbc:mariadb://h/d?sslMode=require, sslMode=require is not a mode of MariaDB's driver; use"
        + " sslMode=trust",
  })
  void namesTheDriversOwnWordForAModeOfAnother(String url, String message) {
    assertThatThrownBy(() -> require(url, new Properties()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void doesNotRepeatAModeThatIsNone() {
    String url = "jdbc:postgresql://h/d?sslmode=prefer;password=s3cr3t";

    assertThatThrownBy(() -> require(url, new Properties()))
        .hasMessageStartingWith("sslmode=... could send the IAM token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/no/such/file", "pom.xml", "\0"})
  void refusesRootsThatAreNone(String file) {
    Properties properties = properties("sslrootcert=" + file);

    assertThatThrownBy(() -> require("jdbc:postgresql://h/d", properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "sslrootcert names a file that cannot be read or contains no certificate; set it to a"
                + " PEM file of root certificates, such as Amazon's bundle");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql, sslfactory,    io.github.iamhikari.core.PostgresSslFactory, sslfactoryarg",
    "mysql,      socketFactory, io.github.iamhikari.core.MySqlSocketFactory, trustCertificateKeyStoreUrl",
    "mariadb,    tlsSocketType, IAM-HIKARI,                                  verifiedServer",
  })
  void hasTheDriverVerifyByTheRegionsRootsAndTheEndpointsName(
      String protocol, String hook, String ours, String argument) {
    Properties properties = new Properties();

    require("jdbc:" + protocol + "://h/d", properties);

    assertThat(properties).containsEntry(hook, ours);
    assertThat(properties.getProperty(argument)).contains(ENDPOINT + ",us-east-2");
  }

  @Test
  void leavesOtherPropertiesAlone() {
    Properties properties = properties("ApplicationName=orders");

    require("jdbc:postgresql://h/d", properties);

    assertThat(properties)
        .containsOnlyKeys("ApplicationName", "sslmode", "sslfactory", "sslfactoryarg")
        .containsEntry("ApplicationName", "orders");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql, cn-north-1,    orders.c9akciq32rgb.rds.cn-north-1.amazonaws.com.cn, sslmode=require, sslrootcert",
    "mysql,      us-gov-west-1, orders.c9akciq32rgb.us-gov-west-1.rds.amazonaws.com, sslMode=REQUIRED, trustCertificateKeyStoreUrl",
    "mariadb,    eu-west-9,     orders.c9akciq32rgb.eu-west-9.rds.amazonaws.com, sslMode=trust, serverSslCert",
  })
  void saysWhereARegionsRootsAreToBeHad(
      String protocol, String region, String host, String told, String property) {
    Properties properties = new Properties();
    JdbcUrl url = JdbcUrl.parse("jdbc:" + protocol + "://" + host + "/d");

    Optional<String> warning = TransportSecurity.require(url, target(host), properties);

    assertThat(warning.orElseThrow())
        .startsWith("The connection is encrypted, but the server is not verified")
        .contains("no root certificates for " + region, region + "-bundle.pem", "set " + property);
    assertThat(properties).contains(properties(told).entrySet().iterator().next()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "app.proxy-c9akciq32rgb.us-gov-west-1.rds.amazonaws.com, true",
    "app.proxy-c9akciq32rgb.rds.cn-north-1.amazonaws.com.cn, true",
    "app.proxy-c9akciq32rgb.rds.us-iso-east-1.c2s.ic.gov,    false",
  })
  void aProxyHasACertificateOfAPublicAuthority(String host, boolean isVerified) {
    Properties properties = new Properties();
    JdbcUrl url = JdbcUrl.parse("jdbc:postgresql://" + host + "/d");

    TransportSecurity.require(url, target(host), properties);

    assertThat(properties).containsEntry("sslmode", isVerified ? "verify-full" : "require");
  }

  @ParameterizedTest
  @CsvSource({
    // a driver that verifies in its own way would look at the chain alone, of any public authority
    "jdbc:mysql://h/d?socketFactory=a.Factory,       sslMode=REQUIRED,        iam_host is set",
    "jdbc:mysql://PROXY/d?socketFactory=a.Factory,   sslMode=VERIFY_IDENTITY, ",
    "jdbc:postgresql://PROXY/d?sslcert=/c,           sslmode=require,         sslcert is set",
    "jdbc:postgresql://h/d?sslcert=/c,               sslmode=require,         sslcert is set",
    "jdbc:postgresql://h/d,                          sslmode=verify-ca,       ",
    "jdbc:mariadb://h/d,                             sslMode=verify-full,     ",
  })
  void aProxyIsVerifiedByItsNameOrNotAtAll(String url, String told, @Nullable String warning) {
    String proxy = "app.proxy-c9akciq32rgb.us-east-2.rds.amazonaws.com";
    Properties properties = new Properties();
    JdbcUrl parsed = JdbcUrl.parse(url.replace("PROXY", proxy));

    Optional<String> result = TransportSecurity.require(parsed, target(proxy), properties);

    assertThat(properties).contains(properties(told).entrySet().iterator().next());
    assertThat(result.orElse("")).contains(warning == null ? "" : warning);
    assertThat(result.isPresent()).isEqualTo(warning != null);
  }

  @ParameterizedTest
  @CsvSource({
    // URL, what the driver is told, what is warned of
    "jdbc:postgresql://CLUSTER/d,                    'sslmode=verify-full, sslNegotiation=direct, sslfactoryarg=CLUSTER,,', ",
    "jdbc:postgresql://10.0.0.1/d,                   'sslmode=verify-ca, sslNegotiation=direct, sslfactoryarg=CLUSTER,,', ",
    "jdbc:postgresql://h/d?sslNegotiation=postgres,  'sslmode=verify-ca', ",
    "jdbc:postgresql://CLUSTER/d?sslmode=require,    'sslmode=require, sslNegotiation=direct', ",
    "jdbc:postgresql://h/d?sslmode=require,          'sslmode=require', or remove sslmode",
    "jdbc:postgresql://h/d?ssl=true,                 'sslmode=verify-full', or remove ssl",
    "jdbc:postgresql://h/d?sslfactory=a.Factory,     'sslmode=require', or remove sslfactory",
    "jdbc:postgresql://h/d?sslcert=/c,               'sslmode=require', or remove sslcert",
    "jdbc:postgresql://h/d?sslmode=require&options=-c%20amzn-cluster-id=x, 'sslmode=require', or remove sslmode",
    "jdbc:postgresql://h/d?sslmode=require&options=-c%20amzn-cluster-id=abcdefghij0123456789klmnop, 'sslmode=require', ",
    "jdbc:postgresql://h/d?sslcert=/c,               'sslmode=require', not verified, because sslcert is set",
    "jdbc:postgresql://CLUSTER/d?sslcert=/c,         'sslmode=require', sslcert is set",
  })
  void aClusterOfDsqlIsNamedInTlsAndVerifiedByTheRootsOfTheJvm(
      String url, String told, @Nullable String warning) {
    String cluster = "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws";
    Properties properties = new Properties();
    JdbcUrl parsed = JdbcUrl.parse(url.replace("CLUSTER", cluster));

    Optional<String> result = TransportSecurity.require(parsed, target(cluster), properties);

    for (String property : told.replace("CLUSTER", cluster).split(", ", -1)) {
      assertThat(properties).contains(properties(property).entrySet().iterator().next());
    }
    assertThat(properties.containsKey("sslNegotiation")).isEqualTo(!url.contains("=postgres"));
    assertThat(result.orElse("")).contains(warning == null ? "" : warning);
    assertThat(result.isPresent()).isEqualTo(warning != null);
  }

  @Test
  void saysHowDsqlIsToldTheClusterOtherwise() {
    String cluster = "abcdefghij0123456789klmnop.dsql.us-east-2.on.aws";
    JdbcUrl url = JdbcUrl.parse("jdbc:postgresql://h/d?sslmode=require");

    assertThat(TransportSecurity.require(url, target(cluster), new Properties()))
        .contains(
            "Aurora DSQL cannot tell which cluster is meant, because the driver uses its own TLS"
                + " and the JDBC URL does not name "
                + cluster
                + ". Set the driver's options to \"-c amzn-cluster-id=abcdefghij0123456789klmnop\","
                + " or remove sslmode");
  }

  @Test
  void verifiesAGlobalEndpointByTheRootsOfAllRegions() {
    String global = "orders.global-c9akciq32rgb.global.rds.amazonaws.com";
    Properties properties = new Properties();

    assertThat(
            TransportSecurity.require(
                JdbcUrl.parse("jdbc:postgresql://" + global + "/d"), target(global), properties))
        .isEmpty();

    assertThat(properties).containsEntry("sslfactoryarg", global + ",all,");
    String inChina = global + ".cn";
    assertThat(
            TransportSecurity.require(
                    JdbcUrl.parse("jdbc:postgresql://" + inChina + "/d"),
                    target(inChina),
                    new Properties())
                .orElseThrow())
        .contains("no root certificates for global.", "download Amazon's bundle global-bundle.pem");
  }

  private static Optional<String> require(String url, Properties properties) {
    return TransportSecurity.require(JdbcUrl.parse(url), target(ENDPOINT), properties);
  }

  private static LoginTarget target(String host) {
    EndpointName endpoint = EndpointName.parse(host).orElseThrow();

    return new LoginTarget(
        endpoint,
        Optional.empty(),
        new TokenRequest(endpoint.name(), 5432, endpoint.region(), "app"));
  }

  private static Properties properties(@Nullable String property) {
    Properties properties = new Properties();
    if (property != null) {
      int equals = property.indexOf('=');
      properties.setProperty(property.substring(0, equals), property.substring(equals + 1));
    }
    return properties;
  }
}
