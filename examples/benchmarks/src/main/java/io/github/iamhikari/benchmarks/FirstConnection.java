package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * What a new JVM runs: makes a pool, borrows a connection, and prints how many nanoseconds that
 * took. It reads what it needs from standard input, where nobody else sees the password.
 */
final class FirstConnection {

  private FirstConnection() {}

  public static void main(String[] arguments) throws IOException, SQLException {
    Properties input = new Properties();
    input.load(System.in);
    Subject subject = Subject.valueOf(arguments[0]);
    Target target = target(input);
    long start = System.nanoTime();
    try (HikariDataSource pool = subject.pool(target, credentials(subject, input))) {
      Connection connection = pool.getConnection();
      System.out.println(System.nanoTime() - start);
      connection.close();
    }
  }

  /** What {@link #main} reads. */
  static Properties input(Target target, AccessKey key) {
    Properties input = new Properties();
    input.setProperty("jdbcUrl", target.jdbcUrl());
    input.setProperty("host", target.host());
    input.setProperty("port", Integer.toString(target.port()));
    input.setProperty("region", target.region());
    input.setProperty("user", target.user());
    input.setProperty("password", target.password());
    input.setProperty("accessKeyId", key.id());
    input.setProperty("secretAccessKey", key.secret());
    target.driver().forEach((name, value) -> input.setProperty("driver." + name, value.toString()));
    return input;
  }

  private static Target target(Properties input) {
    Properties driver = new Properties();
    for (String name : input.stringPropertyNames()) {
      if (name.startsWith("driver.")) {
        driver.setProperty(name.substring("driver.".length()), input.getProperty(name));
      }
    }
    return new Target(
        input.getProperty("jdbcUrl"),
        input.getProperty("host"),
        Integer.parseInt(input.getProperty("port")),
        input.getProperty("region"),
        input.getProperty("user"),
        input.getProperty("password"),
        Target.LONGEST_EXPIRATION,
        driver);
  }

  private static @Nullable AwsCredentialsProvider credentials(Subject subject, Properties input) {
    return subject == Subject.HIKARI ? null : Keys.provider(input);
  }

  /** Apart, since a JVM that signs nothing should not load the AWS SDK. */
  private static final class Keys {

    static AwsCredentialsProvider provider(Properties input) {
      return StaticCredentialsProvider.create(
          AwsBasicCredentials.create(
              input.getProperty("accessKeyId"), input.getProperty("secretAccessKey")));
    }
  }
}
