package io.github.iamhikari.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.iamhikari.localrds.junit.SecretSearch;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLNonTransientConnectionException;
import java.util.Arrays;
import java.util.Properties;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs no database. */
class IamDriverTest {

  private static final String HOST = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";
  private static final String ORDERS = "jdbc:iam:postgresql://" + HOST + ":5432/orders";

  private final Driver driver = new IamDriver();

  @Test
  void isFoundByDriverManager() throws SQLException {
    assertThat(DriverManager.getDriver(ORDERS)).isInstanceOf(IamDriver.class);
  }

  /** DriverManager loads it for each user of this library. */
  @Test
  void needsNothingButTheJdkBeforeAUrlIsForIt() throws Exception {
    URL[] thisLibraryAlone = {Path.of("target/classes").toUri().toURL()};
    try (var classes = new URLClassLoader(thisLibraryAlone, ClassLoader.getPlatformClassLoader())) {
      Driver alone =
          ServiceLoader.load(Driver.class, classes).stream()
              .filter(found -> classes.equals(found.type().getClassLoader()))
              .findFirst()
              .orElseThrow()
              .get();

      assertThat(alone.connect("jdbc:postgresql://h/d", new Properties())).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "jdbc:", "jdbc:iam", "jdbc:postgresql://h/d", "jdbc:iamx:postgresql://h/d"})
  void leavesTheUrlsOfOthersToThem(String url) throws SQLException {
    assertThat(driver.acceptsURL(url)).isFalse();
    assertThat(driver.connect(url, new Properties())).isNull();
    assertThat(driver.getPropertyInfo(url, new Properties())).isEmpty();
  }

  @Test
  void refusesToHaveNoUrl() {
    assertThatThrownBy(() -> driver.connect(null, new Properties()))
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith("The JDBC URL is null");
    assertThatThrownBy(() -> driver.acceptsURL(null)).isInstanceOf(SQLException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jdbc:iam:postgres://h/d?user=app| The JDBC URL begins with \"jdbc:iam:postgres:\", which"
            + " no driver accepts; did you mean \"jdbc:iam:postgresql:\"?",
        "jdbc:iam:| The JDBC URL has an unknown form; use jdbc:iam:postgresql://host:port/database,"
            + " or jdbc:iam:mysql: or jdbc:iam:mariadb:",
        ORDERS + "| No database user is set; set user to the user that logs in with IAM",
        ORDERS
            + "?user=app&iam_regoin=x"
            + "| iam_regoin is not a setting; did you mean iam_region? The settings are iam_host,"
            + " iam_default_port, iam_region, iam_expiration, aws_profile, iam_role_arn,"
            + " iam_role_session_name, iam_role_external_id, iam_verify_writer",
        "jdbc:iam:mysql://app:s3cr3t@orders.c9akciq32rgb.us-east-2.rds.amazonaws.com/orders| The"
            + " JDBC URL contains a password, which could be sent instead of the IAM token; remove"
            + " it from the URL",
      })
  void saysWhatIsWrongBeforeAnythingIsSent(String url, String message) {
    Throwable failure = catchThrowable(() -> DriverManager.getConnection(url));

    assertThat(failure).isInstanceOf(SQLNonTransientConnectionException.class).hasMessage(message);
    assertThat(SecretSearch.textOf(failure)).doesNotContain("s3cr3t");
  }

  @Test
  void namesTheJarThatIsMissing() {
    assertThatThrownBy(
            () -> driver.connect("jdbc:iam:none://" + HOST + ":1/d?user=app", new Properties()))
        .isInstanceOf(SQLException.class)
        .hasMessageStartingWith("No JDBC driver on the class path accepts the JDBC URL");
  }

  @Test
  void listsItsSettingsAndThoseOfTheRealDriver() throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "app");
    properties.setProperty("password", "dummy");
    properties.setProperty("iam_region", "us-east-2");

    DriverPropertyInfo[] infos =
        driver.getPropertyInfo(ORDERS + "?iam_expiration=300&sslmode=verify-ca", properties);

    assertThat(infos)
        .extracting(info -> info.name + "=" + info.value)
        .startsWith("user=app", "iam_host=null")
        .contains("iam_region=us-east-2", "iam_expiration=300", "sslmode=verify-ca")
        .doesNotHaveDuplicates();
    assertThat(infos).extracting(info -> info.name).doesNotContain("password");
    assertThat(Arrays.copyOf(infos, 1 + IamSettings.names().size()))
        .allSatisfy(info -> assertThat(info.description).isNotBlank());
    assertThat(driver.getPropertyInfo("jdbc:iam:none", new Properties()))
        .hasSize(1 + IamSettings.names().size());
  }

  @Test
  void tellsOfItself() throws IOException {
    String version = driver.getMajorVersion() + "." + driver.getMinorVersion() + ".";

    assertThat(Files.readString(Path.of("pom.xml"))).contains("<version>" + version);
    assertThat(driver.jdbcCompliant()).isFalse();
    assertThatThrownBy(driver::getParentLogger).isInstanceOf(SQLFeatureNotSupportedException.class);
  }
}
