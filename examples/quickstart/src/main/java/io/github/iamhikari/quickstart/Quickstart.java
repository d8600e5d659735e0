package io.github.iamhikari.quickstart;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/**
 * Shows the main job on this machine: a HikariCP pool logs in to a real PostgreSQL and to a real
 * MariaDB with IAM tokens that live for seconds, and outlives them. With the name of a file of
 * HikariCP properties it logs in to the database that the file names, once.
 */
public final class Quickstart {

  /** As RDS would refuse a token after 15 minutes, local-rds does here. */
  private static final Duration TOKEN_LIFETIME = Duration.ofSeconds(5);

  /** As iam_expiration is a little less than the 15 minutes. */
  private static final int IAM_EXPIRATION = 3;

  private static final Duration LOAD = TOKEN_LIFETIME.multipliedBy(3).plusSeconds(1);

  private final AccessKey key = AccessKey.random();

  private Quickstart() {}

  /**
   * Runs it.
   *
   * @param arguments nothing, or the name of a file
   */
  public static void main(String[] arguments) {
    try {
      if (arguments.length == 0) {
        new Quickstart().runOnThisMachine();
      } else {
        logInOnce(arguments[0]);
      }
    } catch (Exception e) {
      System.err.println("FAILED: " + reason(e));
      System.exit(1);
    }
  }

  private static void logInOnce(String propertyFile) throws SQLException {
    try (HikariDataSource pool = new IamHikariDataSource(propertyFile);
        Connection connection = pool.getConnection()) {
      System.out.println("Logged in to " + Load.describe(connection));
    }
  }

  private void runOnThisMachine() throws Exception {
    // Pools verify the server: this JVM trusts local-rds as it trusts a public authority.
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
    System.out.println("Starting PostgreSQL and MariaDB, with IAM logins as on RDS.");
    CompletableFuture<LocalRds> starting =
        CompletableFuture.supplyAsync(() -> configured(LocalRds.mariaDb()).start());
    try (LocalRds postgres = configured(LocalRds.postgres()).start()) {
      String first = run("postgresql", postgres);
      try (LocalRds mariaDb = starting.get()) {
        String second = run("mariadb", mariaDb);
        System.out.println();
        System.out.println(first);
        System.out.println(second);
      }
    }
  }

  /** What went wrong, in the words of the last exception that has some of its own. */
  private static String reason(Throwable failure) {
    boolean wrapped =
        failure instanceof ExecutionException || failure instanceof PoolInitializationException;
    Throwable cause = failure.getCause();
    return wrapped && cause != null ? reason(cause) : String.valueOf(failure.getMessage());
  }

  private LocalRds.Builder configured(LocalRds.Builder builder) {
    return builder.credentials(key).tokenLifetime(TOKEN_LIFETIME);
  }

  private String run(String engine, LocalRds rds) throws SQLException {
    HikariConfig config = new HikariConfig();
    config.setPoolName(engine);
    config.setJdbcUrl(rds.jdbcUrl());
    config.setUsername(rds.account());
    config.setMaximumPoolSize(4);
    config.addDataSourceProperty("iam_host", rds.host());
    config.addDataSourceProperty("iam_expiration", IAM_EXPIRATION);
    StaticCredentialsProvider credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));

    System.out.println();
    System.out.println(engine + " - endpoint " + rds.host() + ":" + rds.port());
    System.out.println(engine + " - tokens live for " + TOKEN_LIFETIME.toSeconds() + " s");
    try (HikariDataSource pool = new IamHikariDataSource(config, credentials)) {
      return new Load(engine, rds, pool).run(LOAD);
    }
  }
}
