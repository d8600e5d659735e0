package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("login")
class JdbcUrlTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:postgresql://db:5433/orders               | POSTGRESQL | db        | 5433 |",
        "jdbc:postgresql://db/orders                    | POSTGRESQL | db        |      |",
        "jdbc:postgresql://[::1]:5433/orders            | POSTGRESQL | ::1       | 5433 |",
        "jdbc:postgresql://db/orders?user=a%20b&ssl=true| POSTGRESQL | db        |      | a b",
        "jdbc:postgresql:orders                         | POSTGRESQL |           |      |",
        "jdbc:postgresql:///orders                      | POSTGRESQL |           |      |",
        "jdbc:mysql://db:3307/orders                    | MYSQL      | db        | 3307 |",
        "jdbc:postgresql://:5433/orders                 | POSTGRESQL |           | 5433 |",
        "jdbc:postgresql://db:5433/?user=app            | POSTGRESQL | db        | 5433 | app",
        "jdbc:postgresql://db/orders#1?user=app         | POSTGRESQL | db        |      | app",
        "jdbc:mysql://db                                | MYSQL      | db        |      |",
        "jdbc:mysql://db:/orders                        | MYSQL      | db        |      |",
        "jdbc:mysql://db?user=app#1                     | MYSQL      | db        |      | app",
        "jdbc:mysql://%64b/orders                       | MYSQL      | db        |      |",
        "jdbc:mariadb://db?user=app                     | MARIADB    | db        |      | app",
        "jdbc:aws-wrapper:mariadb://db/?user=a%20b      | MARIADB    | db        |      | a b",
        "jdbc:aws-wrapper:mysql://db/?user=a%20b#1      | MYSQL      | db        |      | a b#1",
        "jdbc:mysql:///orders                           | MYSQL      |           |      |",
        "jdbc:mysql://app@db:3307/orders                | MYSQL      | db        | 3307 | app",
        "jdbc:mysql://a%20b@db:3307/orders              | MYSQL      | db        | 3307 | a b",
        "jdbc:mysql://db:3307/orders?user=app           | MYSQL      | db        | 3307 | app",
        "jdbc:mariadb://db:3307/orders?user=app         | MARIADB    | db        | 3307 | app",
        "jdbc:mariadb://db/                             | MARIADB    | db        |      |",
        "jdbc:mysql://(host=db,port=3307,user=app)/orders       | MYSQL | db | 3307 | app",
        "jdbc:mysql://address=(host=db)(port=3307)/orders       | MYSQL | db | 3307 |",
        "jdbc:mysql://app@(HOST=db , Port=3307)/orders          | MYSQL | db | 3307 | app",
        "jdbc:mariadb://address=(host=db)(port=3307)(type=master)/orders | MARIADB | db | 3307 |",
        "jdbc:aws-wrapper:postgresql://db:5433/orders   | POSTGRESQL | db        | 5433 |",
        "jdbc:otel:mysql://db:3307/orders               | MYSQL      | db        | 3307 |",
        "jdbc:p6spy:mariadb://db:3307/orders            | MARIADB    | db        | 3307 |",
        "jdbc:p6spy:otel:mysql://db:3307/orders         | MYSQL      | db        | 3307 |",
        "jdbc:postgresql://db:5433/orders?host=db&PGPORT=5433   | POSTGRESQL | db | 5433 |",
        "jdbc:pgsql://db:5433/orders?user=app           | OTHER      | db        | 5433 | app",
      })
  void isReadFromAUrl(
      String url, JdbcUrl.Protocol protocol, String host, Integer port, String user) {
    JdbcUrl read = JdbcUrl.parse(url);

    assertThat(read.protocol()).isEqualTo(protocol);
    assertThat(read.addresses()).containsExactly(new JdbcUrl.Address(host, port));
    assertThat(read.severalHosts()).isFalse();
    assertThat(read.user()).isEqualTo(user);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "db.example.com | The JDBC URL has an unknown form; use"
            + " jdbc:postgresql://host:port/database, or jdbc:mysql: or jdbc:mariadb:",
        "`` | The JDBC URL has an unknown form; use jdbc:postgresql://host:port/database, or"
            + " jdbc:mysql: or jdbc:mariadb:",
        "jdbc:s3cr3t! ://a/x | The JDBC URL has an unknown form; use"
            + " jdbc:postgresql://host:port/database, or jdbc:mysql: or jdbc:mariadb:",
        "postgresql://a/x | The JDBC URL does not begin with \"jdbc:\"; use"
            + " jdbc:postgresql://host:port/database",
        "mysql://a/x | The JDBC URL does not begin with \"jdbc:\"; use"
            + " jdbc:mysql://host:port/database",
        "jdbc:postgres://a/x | The JDBC URL begins with \"jdbc:postgres:\", which no driver"
            + " accepts; did you mean \"jdbc:postgresql:\"?",
        "jdbc:postgresq://a/x | The JDBC URL begins with \"jdbc:postgresq:\", which no driver"
            + " accepts; did you mean \"jdbc:postgresql:\"?",
        "jdbc:PostgreSQL://a/x | The JDBC URL begins with \"jdbc:PostgreSQL:\", which no driver"
            + " accepts; did you mean \"jdbc:postgresql:\"?",
        "jdbc:mysqll://a/x | The JDBC URL begins with \"jdbc:mysqll:\", which no driver accepts;"
            + " did you mean \"jdbc:mysql:\"?",
        "jdbc:p6spy:maria-db://a/x | The JDBC URL begins with \"jdbc:maria-db:\", which no driver"
            + " accepts; did you mean \"jdbc:mariadb:\"?",
        "jdbc:aws-dsql:postgresql://a/x | The JDBC URL begins with \"jdbc:aws-dsql:\", whose driver"
            + " signs its own tokens; use jdbc:postgresql://host:port/postgres",
        "jdbc:AWS-DSQL:postgresql://a/x | The JDBC URL begins with \"jdbc:aws-dsql:\", whose driver"
            + " signs its own tokens; use jdbc:postgresql://host:port/postgres",
        "jdbc:postgresql://a | PostgreSQL's driver does not accept the JDBC URL, because it has too"
            + " few or too many slashes around the host; use jdbc:postgresql://host:port/database",
        "jdbc:postgresql://a:5432?user=app | PostgreSQL's driver does not accept the JDBC URL,"
            + " because it has too few or too many slashes around the host; use"
            + " jdbc:postgresql://host:port/database",
        "jdbc:postgresql://a/x/y | PostgreSQL's driver does not accept the JDBC URL, because it has"
            + " too few or too many slashes around the host; use"
            + " jdbc:postgresql://host:port/database",
        "jdbc:postgresql:x://a/x | PostgreSQL's driver does not accept the JDBC URL, because it has"
            + " too few or too many slashes around the host; use"
            + " jdbc:postgresql://host:port/database",
        "jdbc:postgresql:/x | PostgreSQL's driver does not accept the JDBC URL, because it has too"
            + " few or too many slashes around the host; use jdbc:postgresql://host:port/database",
        "jdbc:mariadb:a/x | MariaDB's driver does not accept the JDBC URL, because it has too few"
            + " or too many slashes around the host; use jdbc:mariadb://host:port/database",
        "jdbc:mysql:x | MySQL's driver does not accept the JDBC URL, because it has too few or too"
            + " many slashes around the host; use jdbc:mysql://host:port/database",
        "jdbc:mysql://a:b:c/x | The host in the JDBC URL cannot be read; use"
            + " jdbc:protocol://host:port/database",
        "jdbc:mysql://app@s3cr3t@a/x | The host in the JDBC URL cannot be read; use"
            + " jdbc:protocol://host:port/database",
        "jdbc:postgresql://::1/x | The host in the JDBC URL cannot be read; use"
            + " jdbc:protocol://host:port/database",
        "jdbc:postgresql://(host=a)/x | The host in the JDBC URL cannot be read; use"
            + " jdbc:protocol://host:port/database",
        "jdbc:postgresql://app@a/x | The JDBC URL has a user before the host, which PostgreSQL's"
            + " driver reads as part of the host name; set username instead",
        "jdbc:mariadb://app@a/x | The JDBC URL has a user before the host, which MariaDB's driver"
            + " reads as part of the host name; set username instead",
        "jdbc:postgresql://a:/x | The port in the JDBC URL is empty; add the port, or remove the"
            + " colon after the host",
        "jdbc:mariadb://a:/x | The port in the JDBC URL is empty; add the port, or remove the colon"
            + " after the host",
        "jdbc:postgresql://a:65536/x | The port in the JDBC URL is \"65536\"; use a port from 1 to"
            + " 65535",
        "jdbc:postgresql://a:0/x | The port in the JDBC URL is \"0\"; use a port from 1 to 65535",
        "jdbc:postgresql://a:s3cr3t/x | The port in the JDBC URL is not a number from 1 to 65535;"
            + " use jdbc:protocol://host:port/database, without a password",
        "jdbc:postgresql://app:s3cr3t/pw@a/x | The port in the JDBC URL is not a number from 1 to"
            + " 65535; use jdbc:protocol://host:port/database, without a password",
        "jdbc:sqlserver://a:1433;user=sa;password=s3cr3t | The port in the JDBC URL is not a number"
            + " from 1 to 65535; use jdbc:protocol://host:port/database, without a password",
        "jdbc:mysql://a/x?sslMode=REQUIRED&sslmode=DISABLED | The JDBC URL's parameter sslmode has"
            + " two different values; keep one",
        "jdbc:mysql://a/x?s3cr3t=1&s3cr3t=2 | The JDBC URL's parameter number 2 has two different"
            + " values; keep one",
        "jdbc:postgresql://a/x?iam_region=a&iam_region=b | The JDBC URL's parameter iam_region has"
            + " two different values; keep one",
        "jdbc:postgresql://a/x?ssl&user=s3cr3t%zz | The JDBC URL's parameter user has an invalid"
            + " percent-encoding; write %25 for a percent sign",
        "jdbc:mysql://a/x?s3cr3t=s3cr3t% | The JDBC URL's parameter number 1 has an invalid"
            + " percent-encoding; write %25 for a percent sign",
        "jdbc:mariadb://a/x?iam_host=s3cr3t%zz | The JDBC URL's parameter iam_host has an invalid"
            + " percent-encoding; write %25 for a percent sign",
        "jdbc:mysql://a/x?s3cr3t/y=z | The JDBC URL's parameter number 1 has a name that MySQL's driver cannot read; separate parameters with &",
        "jdbc:postgresql://a/x?ssl=true&amp;iam_region=s3cr3t | The JDBC URL contains iam_region"
            + " where no parameter can begin; separate parameters as in ?name=value&name=value",
        "jdbc:mysql://a/x?useSSL=true;iam_host=s3cr3t | The JDBC URL contains iam_host where no"
            + " parameter can begin; separate parameters as in ?name=value&name=value",
        "jdbc:postgresql://a/x;iam_host=s3cr3t | The JDBC URL contains iam_host where no parameter"
            + " can begin; separate parameters as in ?name=value&name=value",
        "jdbc:postgresql://a/x&aws_region=s3cr3t | The JDBC URL contains aws_region where no"
            + " parameter can begin; separate parameters as in ?name=value&name=value",
        "jdbc:mysql://a/x#?iam_host=s3cr3t | The JDBC URL contains iam_host where no parameter can"
            + " begin; separate parameters as in ?name=value&name=value",
        "jdbc:postgresql://${DB_HOST}:5432/x | The JDBC URL contains an unresolved placeholder"
            + " ${...}; replace it with its value",
        "${DB_URL} | The JDBC URL contains an unresolved placeholder ${...}; replace it with its"
            + " value",
      })
  void isRefusedWhereItsDriverWouldNotReadItAsItIsMeant(String url, String message) {
    assertThatThrownBy(() -> JdbcUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .hasMessage(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://a/x?password=s3cr3t",
        "jdbc:postgresql://a/x?PassWord=s3cr3t",
        "jdbc:postgresql://app:s3cr3t@a/x",
        "jdbc:mysql://app:s3cr3t@a/x",
        "jdbc:mysql://app:@a/x",
        "jdbc:mysql://a/x?password2=s3cr3t",
        "jdbc:mysql://a/x?%70assword=s3cr3t",
        "jdbc:mysql://(host=a,password=s3cr3t)/x",
        "jdbc:mysql://app:s3cr3t@[a:1,b:2]/x",
        "jdbc:mysql:loadbalance://app:s3cr3t@a,b/x",
        "jdbc:mariadb://address=(host=a)(PASSWORD=s3cr3t)/x",
      })
  void tellsThatItHoldsAPassword(String url) {
    JdbcUrl read = JdbcUrl.parse(url);

    assertThat(read.holdsPassword()).isTrue();
    assertThat(read.parameters().toString() + read).doesNotContain("s3cr3t");
  }

  @Test
  void losesItsSettingsAndNothingElseBeforeTheDriverSeesIt() {
    JdbcUrl read =
        JdbcUrl.parse("jdbc:mysql://a/x?iam_host=b&useSSL=true&iam_region=eu%2Dwest-1&x=%20#f");

    assertThat(read.forDriver()).isEqualTo("jdbc:mysql://a/x?useSSL=true&x=%20#f");
    assertThat(read.settings())
        .containsOnly(Map.entry("iam_host", "b"), Map.entry("iam_region", "eu-west-1"));
  }

  @Test
  void keepsADatabaseWhoseNameBeginsLikeASetting() {
    assertThat(JdbcUrl.parse("jdbc:postgresql://a/iam_orders?ssl=true").settings()).isEmpty();
  }
}
