package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.iamhikari.localrds.junit.SecretSearch;
import java.util.Properties;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DriverManagerDataSourceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:none://h/d?trustStorePassword=s3cr3t",
        "jdbc:postgresql://h?sslpassword=s3cr3t",
      })
  void doesNotShowAUrlThatNoDriverTakes(String url) {
    DriverManagerDataSource dataSource = new DriverManagerDataSource(url, new Properties());

    Throwable failure = catchThrowable(() -> dataSource.getConnection("app", "token"));

    assertThat(failure)
        .hasMessage(
            "No JDBC driver on the class path takes the JDBC URL; add the driver as a dependency");
    assertThat(SecretSearch.textOf(failure)).doesNotContain("s3cr3t");
  }
}
