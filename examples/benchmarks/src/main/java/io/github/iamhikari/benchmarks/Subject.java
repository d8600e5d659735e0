package io.github.iamhikari.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import com.zaxxer.hikari.util.DriverDataSource;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.core.IamDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rds.RdsUtilities;
import software.amazon.jdbc.authentication.AwsCredentialsManager;

/**
 * The ways to log in that are compared. Each builds the same pool of HikariCP; they differ in where
 * its password comes from. Each way is a class of its own, so that a new JVM loads that one only.
 */
enum Subject {
  HIKARI("HikariCP with a password"),
  IAM_HIKARI("IamHikariDataSource"),
  RDS_UTILITIES("RdsUtilities by hand"),
  JDBC_WRAPPER("Amazon's JDBC wrapper");

  private final String title;

  Subject(String title) {
    this.title = title;
  }

  /** All of them, shuffled, so that none profits from being first in each round. */
  static List<Subject> inRandomOrder() {
    List<Subject> subjects = new ArrayList<>(List.of(values()));
    Collections.shuffle(subjects);
    return subjects;
  }

  /**
   * A pool that logs in this way.
   *
   * @param credentials what tokens are signed with; null where there are none to sign
   */
  HikariDataSource pool(Target target, @Nullable AwsCredentialsProvider credentials) {
    return pool(target.config(), target, credentials);
  }

  /** A pool that has started, and opens connections only when somebody waits for one. */
  HikariDataSource startedPool(Target target, AwsCredentialsProvider credentials)
      throws SQLException {
    HikariConfig config = target.config();
    config.setMaximumPoolSize(1);
    config.setMinimumIdle(0);
    HikariDataSource pool = pool(config, target, credentials);
    pool.getConnection().close();
    return pool;
  }

  private HikariDataSource pool(
      HikariConfig config, Target target, @Nullable AwsCredentialsProvider credentials) {
    if (credentials == null) {
      return Plain.pool(config, target);
    }
    return switch (this) {
      case HIKARI -> Plain.pool(config, target);
      case IAM_HIKARI -> Ours.pool(config, target, credentials);
      case RDS_UTILITIES -> ByHand.pool(config, target, credentials);
      case JDBC_WRAPPER -> Wrapper.pool(config, target, credentials);
    };
  }

  /** Opens a physical connection as HikariCP does it, but on the caller's thread. */
  static Connection open(HikariDataSource pool) throws SQLException {
    DataSource connections =
        pool.isWrapperFor(IamDataSource.class)
            ? pool.unwrap(IamDataSource.class)
            : pool.unwrap(DriverDataSource.class);
    Credentials credentials = pool.getCredentials();
    return connections.getConnection(credentials.getUsername(), credentials.getPassword());
  }

  /** As a table shows it. */
  @Override
  public String toString() {
    return title;
  }

  private static final class Plain {

    static HikariDataSource pool(HikariConfig config, Target target) {
      config.setPassword(target.password());
      return new HikariDataSource(config);
    }
  }

  private static final class Ours {

    static HikariDataSource pool(
        HikariConfig config, Target target, AwsCredentialsProvider credentials) {
      config.getDataSourceProperties().clear(); // it verifies the server without being told
      config.addDataSourceProperty("iam_host", target.host());
      config.addDataSourceProperty("iam_expiration", target.expiration());
      return new IamHikariDataSource(config, credentials);
    }
  }

  /** What people write themselves: it signs a token for each physical connection. */
  private static final class ByHand extends HikariDataSource {

    private final Target target;
    private final RdsUtilities utilities;

    private ByHand(Target target, AwsCredentialsProvider credentials) {
      this.target = target;
      this.utilities =
          RdsUtilities.builder()
              .region(Region.of(target.region()))
              .credentialsProvider(credentials)
              .build();
    }

    static HikariDataSource pool(
        HikariConfig config, Target target, AwsCredentialsProvider credentials) {
      ByHand pool = new ByHand(target, credentials);
      config.copyStateTo(pool);
      return pool;
    }

    @Override
    public Credentials getCredentials() {
      String token =
          utilities.generateAuthenticationToken(
              request ->
                  request.hostname(target.host()).port(target.port()).username(target.user()));
      return Credentials.of(target.user(), token);
    }
  }

  private static final class Wrapper {

    static HikariDataSource pool(
        HikariConfig config, Target target, AwsCredentialsProvider credentials) {
      AwsCredentialsManager.setCustomHandler((host, properties) -> credentials);
      config.setJdbcUrl(target.jdbcUrl().replaceFirst("^jdbc:", "jdbc:aws-wrapper:"));
      config.addDataSourceProperty("wrapperPlugins", "iam");
      config.addDataSourceProperty("wrapperDialect", "pg");
      config.addDataSourceProperty("iamHost", target.host());
      config.addDataSourceProperty("iamRegion", target.region());
      config.addDataSourceProperty("iamExpiration", Integer.toString(target.expiration()));
      return new HikariDataSource(config);
    }
  }
}
