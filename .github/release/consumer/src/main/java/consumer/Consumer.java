package consumer;

import com.zaxxer.hikari.HikariConfig;
import io.github.iamhikari.IamHikariDataSource;
import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.localrds.LocalRds;
import java.sql.Connection;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** Logs in with IAM once, to a database of this machine. */
public final class Consumer {

  private Consumer() {}

  public static void main(String[] arguments) throws Exception {
    System.setProperty("javax.net.ssl.trustStore", LocalRds.trustStore().toString());
    AccessKey key = AccessKey.random();
    StaticCredentialsProvider credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create(key.id(), key.secret()));
    try (LocalRds rds = LocalRds.postgres().credentials(key).start()) {
      HikariConfig config = new HikariConfig();
      config.setJdbcUrl(rds.jdbcUrl());
      config.setUsername(rds.account());
      config.addDataSourceProperty("iam_host", rds.host());
      try (IamHikariDataSource pool = new IamHikariDataSource(config, credentials);
          Connection connection = pool.getConnection()) {
        System.out.println("Logged in as " + connection.getMetaData().getUserName());
      }
    }
  }
}
