package io.github.iamhikari.localrds;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.iamhikari.localrds.junit.SecretsInLogs;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** That the search for secrets in log lines finds one, wherever it stands. */
class SecretsInLogsTest {

  private static final String TOKEN = "db:5432/?Action=connect&X-Amz-Signature=0123456789abcdef";

  @Test
  void areFoundInAMessageInAnArgumentAndInAnException() {
    LoggerFactory.getLogger("one").trace(TOKEN);
    LoggerFactory.getLogger("two").trace("{}", TOKEN);
    LoggerFactory.getLogger("three")
        .trace("three", new RuntimeException(new IllegalStateException(TOKEN)));
    java.util.logging.Logger.getLogger("four").log(Level.FINEST, TOKEN);
    LoggerFactory.getLogger("five").trace("nothing");

    assertThat(SecretsInLogs.takeLinesWithSecrets()).hasSize(4);
  }

  @Test
  void areTheSecretsOfAccessKeysToo() {
    String secret = AccessKey.random().secret();
    LoggerFactory.getLogger("one").trace("{}", secret);
    LoggerFactory.getLogger("software.amazon.awssdk").debug("the SDK's own: {}", secret);
    LoggerFactory.getLogger("software.amazon.awssdk").info("not for its debug log: {}", secret);

    assertThat(SecretsInLogs.takeLinesWithSecrets()).hasSize(2);
  }
}
