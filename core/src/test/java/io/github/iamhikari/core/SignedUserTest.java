package io.github.iamhikari.core;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.mysql.cj.conf.ConnectionUrl;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.mariadb.jdbc.Configuration;
import org.postgresql.Driver;

/** The drivers themselves say what they send of a URL's user; a token is signed for just that. */
@Tag("login")
class SignedUserTest {

  private static final String ENDPOINT = "orders.c9akciq32rgb.us-east-2.rds.amazonaws.com";

  private static final List<String> PARAMETERS =
      List.of(
          "user=app",
          "user=a%20b",
          "user=a+b",
          "user=a%2Bb",
          "user=%41",
          "user=a%2526",
          "user=m\u00fcller",
          "user=m%C3%BCller",
          "user=m%FCller",
          "user=\u4f60\u597d",
          "user=a'b",
          "user=a%27b",
          "user=a\"b",
          "user=a;b",
          "user=a=b",
          "user=a?b",
          "user=a/b",
          "user=a@b",
          "user=a:b",
          "user=a#b",
          "user=a%23b",
          "user=a,b",
          "user=a.b-c_d",
          "user=A",
          "ssl=true&user=app",
          "&user=app&",
          "USER=app",
          "user=app&x=%25");

  static Stream<Arguments> urls() {
    return Stream.of(
            "jdbc:postgresql://%s/orders?%s",
            "jdbc:mysql://%s/orders?%s",
            "jdbc:mariadb://%s/orders?%s",
            "jdbc:mysql://%s?%s",
            "jdbc:mariadb://%s?%s")
        .flatMap(url -> PARAMETERS.stream().map(p -> url.formatted(ENDPOINT, p)))
        .map(Arguments::of);
  }

  static Stream<Arguments> urlsWithAUserBeforeTheHost() {
    return Stream.of("app", "a%20b", "a+b", "%41", "m\u00fcller", "a;b", "a%40b", " app", "a%3Ab")
        .map(user -> Arguments.of("jdbc:mysql://%s@%s/orders".formatted(user, ENDPOINT)));
  }

  static Stream<Arguments> urlsWithAUserInParentheses() {
    return Stream.of("app", "a%20b", "a+b", "%41", "m\u00fcller", " app ")
        .flatMap(
            user ->
                Stream.of(
                    "jdbc:mysql://(host=%s,user=%s)/orders".formatted(ENDPOINT, user),
                    "jdbc:mysql://address=(host=%s)(user=%s)/orders".formatted(ENDPOINT, user)))
        .map(Arguments::of);
  }

  @ParameterizedTest
  @MethodSource({"urls", "urlsWithAUserBeforeTheHost", "urlsWithAUserInParentheses"})
  void isTheUserWhomTheDriverSends(String url) throws Exception {
    JdbcUrl read = JdbcUrl.parse(url);

    String signed = LoginTarget.of(read, IamSettings.from(new Properties()), null).request().user();

    Properties beside = new Properties();
    beside.setProperty("user", signed); // as DataSource.getConnection(user, token) passes it on
    assertThat(signed).isEqualTo(sent(read.protocol(), read.forDriver(), beside));
  }

  private static String sent(JdbcUrl.Protocol protocol, String url, Properties beside)
      throws Exception {
    return switch (protocol) {
      case POSTGRESQL -> requireNonNull(Driver.parseURL(url, beside)).getProperty("user");
      case MYSQL ->
          ConnectionUrl.getConnectionUrlInstance(url, new Properties()).getMainHost().getUser();
      case MARIADB -> requireNonNull(Configuration.parse(url, beside)).user();
      case OTHER -> throw new IllegalArgumentException(url);
    };
  }
}
