package io.github.iamhikari.recipes.pools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.AccessKey;
import io.github.iamhikari.recipes.Server;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class WithoutAPoolIT extends PoolContract {

  WithoutAPoolIT(Server server) {
    super(server);
  }

  @Override
  DataSource pool() {
    return iam();
  }

  @Override
  void closePool() {}

  @Test
  void runsAsAProgram() throws SQLException {
    AccessKey ofTheEnvironment = AccessKey.random();
    rds().add(ofTheEnvironment);
    PrintStream out = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setProperty("aws.accessKeyId", ofTheEnvironment.id());
    System.setProperty("aws.secretAccessKey", ofTheEnvironment.secret());
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      WithoutAPool.main(rds().jdbcUrl(rds().host()), rds().account());
    } finally {
      System.setOut(out);
      System.clearProperty("aws.accessKeyId");
      System.clearProperty("aws.secretAccessKey");
      rds().revoke(ofTheEnvironment.id());
    }
    assertThat(printed.toString(UTF_8)).contains("Logged in as " + rds().account());
  }
}
