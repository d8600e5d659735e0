package io.github.iamhikari.springboot;

import io.github.iamhikari.IamHikariDataSource;
import java.util.Arrays;
import javax.sql.DataSource;

/**
 * An application with a {@code main} method, which Spring Boot's processing ahead of time needs.
 */
final class Program {

  private Program() {}

  public static void main(String[] arguments) {
    String[] settings =
        Arrays.stream(arguments)
            .map(argument -> argument.substring("--".length()))
            .toArray(String[]::new);
    try (var application = Application.start(settings, Application.Plain.class)) {
      IamHikariDataSource pool = (IamHikariDataSource) application.getBean(DataSource.class);
      System.out.printf(
          "%s by %s, of %d connections, for %d s%n",
          Application.user(pool),
          pool.getPoolName(),
          pool.getMaximumPoolSize(),
          pool.getIamExpiration());
    }
  }
}
