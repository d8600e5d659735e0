package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.iamhikari.localrds.junit.SecretSearch;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriverManagerDataSourceTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:none://h/d?trustStorePassword=s3cr3t| the driver",
        "jdbc:postgresql://h?sslpassword=s3cr3t| org.postgresql:postgresql",
      })
  void doesNotShowAUrlThatNoDriverTakes(String url, String artifact) {
    DriverManagerDataSource dataSource = new DriverManagerDataSource(url, new Properties());

    Throwable failure = catchThrowable(() -> dataSource.getConnection("app", "token"));

    assertThat(failure)
        .hasMessage(
            "No JDBC driver on the class path accepts the JDBC URL; add %s as a dependency, or put"
                + " its jar next to the iam-hikari jar",
            artifact);
    assertThat(SecretSearch.textOf(failure)).doesNotContain("s3cr3t");
  }
}
